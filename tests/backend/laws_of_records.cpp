// SPDX-License-Identifier: BSL-1.0
// Laws of the typed table, on every backend: what each operation does to a record.

#include "opened_seam.hpp"

using namespace test;

namespace {

account person(std::string name, std::string email)
{
    return {.name = std::move(name), .email = std::move(email), .age = 30, .notes = {"a", ""}};
}

template <class Backend>
auto find_account(opened_seam<Backend>& db, std::string_view name)
{
    auto t = db.template table<account>();
    return db.read([&](auto& s) { return t.find(s, key{text_cell(name)}); });
}

} // namespace

TEST_CASE_TEMPLATE(
    "a record that was inserted is found by its key, as it was", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto ada = person("ada", "ada@example.org");
    ada.phone = "1815";
    db.add(std::vector{ada, person("grace", "grace@example.org")});

    auto const found = find_account(db, "ada");
    REQUIRE(found);
    CHECK(found->record == ada);
    CHECK_FALSE(find_account(db, "ad"));
    CHECK_FALSE(find_account(db, std::string_view{"ada\0", 4}));
}

TEST_CASE_TEMPLATE("every column and body field of every model comes back", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    using namespace std::chrono_literals;
    auto const stored = task{
        "0x01",
        "0xabc",
        task_status::failed,
        cairn::timestamp{-1ns},
        {std::byte{0}, std::byte{255}}};
    auto const cold = reading{"r", -0.5, 0.25F, cairn::timestamp{7ns}, std::int16_t{-3}, true};
    auto const bare = reading{"", 1e300, {}, {}, {}, false};
    auto const proof = certificate{~0ULL, {std::byte{1}, std::byte{255}}, "", {1, ~0ULL}};
    auto const state = metadata{9, {{"x", -1}, {"", 2}}};
    db.add(std::vector{stored});
    db.add(std::vector{cold, bare});
    db.add(std::vector{proof});
    db.add(std::vector{state});

    CHECK(db.template all<task>({}) == std::vector{stored});
    CHECK(db.template all<reading>({}) == std::vector{cold, bare});
    CHECK(db.template all<certificate>({}) == std::vector{proof});
    CHECK(db.template all<metadata>({}) == std::vector{state});
}

TEST_CASE_TEMPLATE(
    "a second record with the same key is refused and changes nothing", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector{person("ada", "ada@example.org")});
    auto const before = db.contents();

    auto t = db.template table<account>();
    auto const twin = person("ada", "other@example.org");
    CHECK_FALSE(db.write([&](auto& s) { return t.insert(s, twin); }));
    CHECK(db.contents() == before);
}

TEST_CASE_TEMPLATE(
    "a taken unique value refuses insert and replace, without a trace", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto ada = person("ada", "ada@example.org");
    ada.phone = "1";
    auto const grace = person("grace", "grace@example.org");
    db.add(std::vector{ada, grace});
    auto const before = db.contents();
    auto t = db.template table<account>();

    auto rival = person("rival", "rival@example.org");
    rival.phone = "1"; // the second unique, after the first was entered
    CHECK_FALSE(db.write([&](auto& s) { return t.insert(s, rival); }));
    CHECK(db.contents() == before);

    auto greedy = grace;
    greedy.age = 99;
    greedy.phone = "1";
    auto const sequence = find_account(db, "grace")->sequence;
    CHECK_FALSE(db.write([&](auto& s) { return t.replace(s, sequence, grace, greedy); }));
    CHECK(db.contents() == before);
}

TEST_CASE_TEMPLATE("an absent value of a unique conflicts with nothing", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector{person("a", "a@x"), person("b", "b@x")}); // both without a phone
    auto full = reading{"1", 0, 0.5F, {}, std::int16_t{1}, false};
    auto half = reading{"2", 0, {}, {}, std::int16_t{1}, false};
    auto other_half = reading{"3", 0, {}, {}, std::int16_t{1}, false};
    db.add(std::vector{full, half, other_half});

    auto t = db.template table<reading>();
    full.sensor = "4";
    CHECK_FALSE(db.write([&](auto& s) { return t.insert(s, full); }));
}

TEST_CASE_TEMPLATE(
    "a replaced record keeps its sequence and moves in the indexes that changed", Backend,
    EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const ada = person("ada", "ada@x");
    db.add(std::vector{ada, person("bob", "bob@x")});
    auto const sequence = find_account(db, "ada")->sequence;

    auto older = ada;
    older.age = 60;
    older.notes = {"changed"};
    auto t = db.template table<account>();
    CHECK(db.write([&](auto& s) { return t.replace(s, sequence, ada, older); }));

    CHECK(find_account(db, "ada")->sequence == sequence);
    CHECK(find_account(db, "ada")->record == older);
    auto const at_sixty = asking<account>{}.by("age").equal({natural_cell(60)});
    auto const at_thirty = asking<account>{}.by("age").equal({natural_cell(30)});
    CHECK(db.template all<account>(at_sixty) == std::vector{older});
    CHECK(db.template all<account>(at_thirty).size() == 1);
    CHECK(db.template all<account>({}).front() == older); // insertion order is as it was
}

TEST_CASE_TEMPLATE("replacing a record by itself is no conflict", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const ada = person("ada", "ada@x");
    db.add(std::vector{ada});
    auto t = db.template table<account>();
    auto const sequence = find_account(db, "ada")->sequence;
    CHECK(db.write([&](auto& s) { return t.replace(s, sequence, ada, ada); }));
    CHECK(db.template all<account>({}) == std::vector{ada});
}

TEST_CASE_TEMPLATE(
    "a freed unique value can be taken in the same transaction", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const ada = person("ada", "ada@x");
    db.add(std::vector{ada});
    auto t = db.template table<account>();
    auto const heir = person("heir", "ada@x");
    db.write([&](auto& s) {
        CHECK(t.erase(s, key{text_cell("ada")}));
        CHECK(t.insert(s, heir));
    });
    CHECK(db.template all<account>({}) == std::vector{heir});
}

TEST_CASE_TEMPLATE(
    "rewrite takes only a record whose columns are all equal", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto ada = person("ada", "ada@x");
    db.add(std::vector{ada});
    auto t = db.template table<account>();
    auto const rewrite = [&](account const& record) {
        return db.write([&](auto& s) { return t.rewrite(s, record); });
    };

    auto other = ada;
    other.age = 31;
    CHECK_FALSE(rewrite(other));
    other = ada;
    other.phone = "5"; // null and a value differ
    CHECK_FALSE(rewrite(other));
    CHECK_FALSE(rewrite(person("nobody", "ada@x")));
    CHECK(db.template all<account>({}) == std::vector{ada});

    ada.notes = {"new"};
    ada.password = "secret";
    CHECK(rewrite(ada));
    CHECK(db.template all<account>({}) == std::vector{ada});
}

TEST_CASE_TEMPLATE("rewrite finds a record whose columns are null", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector{reading{"s", 0.0, {}, {}, {}, true}});
    auto t = db.template table<reading>();
    auto const same = reading{"s", 0.0, {}, {}, {}, true};
    CHECK(db.write([&](auto& s) { return t.rewrite(s, same); }));
}

TEST_CASE_TEMPLATE(
    "an erased record is gone from the table and from every index", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const empty = db.contents();
    db.add(std::vector{person("ada", "ada@x"), person("bob", "bob@x")});
    auto t = db.template table<account>();

    CHECK(db.write([&](auto& s) { return t.erase(s, key{text_cell("ada")}); }));
    CHECK_FALSE(db.write([&](auto& s) { return t.erase(s, key{text_cell("ada")}); }));
    auto const bob = find_account(db, "bob")->sequence;
    CHECK(db.write([&](auto& s) { return t.erase_at(s, bob); }));
    CHECK_FALSE(db.write([&](auto& s) { return t.erase_at(s, bob); }));
    CHECK(db.contents() == empty);
}

TEST_CASE_TEMPLATE(
    "a sequence finds its record until that is erased, and is not given again", Backend,
    EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector{person("a", "a@x"), person("b", "b@x")});
    auto t = db.template table<account>();
    auto const last = find_account(db, "b")->sequence;
    CHECK(db.read([&](auto& s) { return t.at(s, last); })->name == "b");
    CHECK_FALSE(db.read([&](auto& s) { return t.at(s, last + 1000); }));

    CHECK(db.write([&](auto& s) { return t.erase_at(s, last); }));
    CHECK_FALSE(db.read([&](auto& s) { return t.at(s, last); }));
    db.add(std::vector{person("c", "c@x")});
    CHECK(find_account(db, "c")->sequence > last);
}

TEST_CASE_TEMPLATE("a single signed integer as key is the sequence", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const least = std::numeric_limits<std::int32_t>::min();
    auto const greatest = std::numeric_limits<std::int32_t>::max();
    db.add(std::vector<entry>{{5, "x", 0}, {greatest, "x", 0}, {-1, "x", 0}, {least, "x", 0}});

    auto t = db.template table<entry>();
    for (auto const n : {least, -1, 5, greatest}) {
        auto const found = db.read([&](auto& s) { return t.find(s, key{integer_cell(n)}); });
        REQUIRE(found);
        CHECK(found->sequence == n);
        CHECK(db.read([&](auto& s) { return t.at(s, n); })->number == n);
    }
    auto const numbers = [&](cairn::question const& q) {
        auto result = std::vector<std::int32_t>{};
        for (auto const& e : db.template all<entry>(q)) result.push_back(e.number);
        return result;
    };
    auto const ascending = std::vector<std::int32_t>{least, -1, 5, greatest};
    CHECK(numbers({}) == ascending);
    CHECK(numbers(asking<entry>{}.by_key()) == ascending);
    CHECK(numbers(asking<entry>{}.by("text")) == ascending); // equal values: by sequence
}

TEST_CASE_TEMPLATE("a singleton is one record without a key", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto t = db.template table<metadata>();
    CHECK_FALSE(db.read([&](auto& s) { return t.contains(s, key{}); }));
    db.add(std::vector{metadata{1, {}}});
    auto const second = metadata{2, {}};
    CHECK_FALSE(db.write([&](auto& s) { return t.insert(s, second); }));
    CHECK(db.write([&](auto& s) { return t.rewrite(s, second); }));
    CHECK(db.read([&](auto& s) { return t.find(s, key{}); })->record == second);
    CHECK(db.template all<metadata>(asking<metadata>{}.by_key()) == std::vector{second});
    CHECK(db.write([&](auto& s) { return t.erase(s, key{}); }));
    CHECK(db.template all<metadata>({}).empty());
}

TEST_CASE_TEMPLATE(
    "visit shows the record once and passes on what the visitor throws", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const ada = person("ada", "ada@x");
    db.add(std::vector{ada});
    auto t = db.template table<account>();

    auto seen = std::vector<account>{};
    auto const look = [&](account const& a) { seen.push_back(a); };
    CHECK(db.read([&](auto& s) { return t.visit(s, key{text_cell("ada")}, look); }));
    CHECK_FALSE(db.read([&](auto& s) { return t.visit(s, key{text_cell("eve")}, look); }));
    CHECK(seen == std::vector{ada});

    auto const refuse = [](account const&) { throw 42; };
    CHECK_THROWS_AS(
        db.read([&](auto& s) { return t.visit(s, key{text_cell("ada")}, refuse); }), int);
    CHECK(db.template all<account>({}) == std::vector{ada});
}

TEST_CASE_TEMPLATE(
    "clear empties one table, tells how many there were, and sequences go on", Backend,
    EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector{person("a", "a@x"), person("b", "b@x")});
    db.add(std::vector{entry{1, "kept", 0}});
    auto const last = find_account(db, "b")->sequence;
    auto t = db.template table<account>();

    CHECK(db.write([&](auto& s) { return t.clear(s); }) == 2);
    CHECK(db.write([&](auto& s) { return t.clear(s); }) == 0);
    CHECK(db.read([&](auto& s) { return t.count(s, {}); }) == 0);
    CHECK(db.template all<entry>({}).size() == 1);
    db.add(std::vector{person("a", "a@x")});
    CHECK(find_account(db, "a")->sequence > last);
}
