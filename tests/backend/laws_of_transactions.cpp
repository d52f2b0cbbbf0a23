// SPDX-License-Identifier: BSL-1.0
// Laws of the typed table, on every backend: what commit, rollback and savepoints leave.

#include "opened_seam.hpp"

#include "../support/random.hpp"

using namespace test;

namespace {

struct planned_failure {};

account any_account(generator& random)
{
    auto const name = std::string(1, static_cast<char>('a' + random.below(6)));
    auto result = account{.name = name, .email = name + std::to_string(random.below(3)) + "@x"};
    if (random.one_in(2)) result.phone = std::to_string(random.below(4));
    result.age = static_cast<std::uint32_t>(random.below(4));
    result.notes = {std::to_string(random())};
    return result;
}

/// One random change of the accounts, whether or not it succeeds.
template <class Table, class Session>
void change_something(Table& t, Session& s, generator& random)
{
    auto const record = any_account(random);
    auto const k = key{text_cell(record.name)};
    switch (random.below(8)) {
    case 0: t.erase(s, k); return;
    case 1:
        if (random.one_in(4)) t.clear(s);
        return;
    case 2: t.rewrite(s, record); return;
    case 3:
        if (auto const found = t.find(s, k)) t.erase_at(s, found->sequence);
        return;
    case 4:
    case 5:
        if (auto const found = t.find(s, k)) t.replace(s, found->sequence, found->record, record);
        return;
    default: t.insert(s, record);
    }
}

/// Changes, savepoints inside savepoints, and at each `rollback_to` a look at everything.
template <class Backend>
void change_in_savepoints(
    opened_seam<Backend>& db, typename Backend::session& s, generator& random, int depth)
{
    auto t = db.template table<account>();
    for (int i = 0; i != 6; ++i) {
        change_something(t, s, random);
        if (depth == 0 || !random.one_in(2)) continue;
        auto const before = opened_seam<Backend>::contents(db, s);
        s.savepoint();
        change_in_savepoints(db, s, random, depth - 1);
        auto const after = opened_seam<Backend>::contents(db, s);
        auto const keeps = random.one_in(2);
        if (keeps)
            s.release();
        else
            s.rollback_to();
        CHECK(opened_seam<Backend>::contents(db, s) == (keeps ? after : before));
    }
}

} // namespace

TEST_CASE_TEMPLATE("what is taken back has taken no number", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto t = db.template table<account>();
    auto const insert = [&](auto& s, char const* name) {
        REQUIRE(t.insert(s, account{.name = name, .email = name}));
        return t.find(s, key{text_cell(name)})->sequence;
    };
    db.write([&](auto& s) {
        CHECK(insert(s, "a") == 1);
        s.savepoint();
        CHECK(insert(s, "b") == 2);
        CHECK(insert(s, "c") == 3);
        s.rollback_to();
        CHECK(insert(s, "d") == 2);
    });
    auto const given_up = [&](auto& s) {
        CHECK(insert(s, "e") == 3);
        throw planned_failure{};
    };
    CHECK_THROWS_AS(db.write(given_up), planned_failure);
    db.write([&](auto& s) {
        t.erase(s, key{text_cell("d")});
        CHECK(insert(s, "f") == 3); // what was committed is never given again
    });
}

TEST_CASE_TEMPLATE(
    "rollback leaves no trace of anything, nested savepoints included", Backend, EVERY_BACKEND)
{
    for (std::uint64_t seed = 1; seed != 25; ++seed) {
        CAPTURE(seed);
        auto db = opened_seam<Backend>{};
        auto random = generator{seed};
        auto t = db.template table<account>();
        db.write([&](auto& s) {
            for (int i = 0; i != 8; ++i) t.insert(s, any_account(random));
        });
        auto const before = db.contents();
        for (int round = 0; round != 3; ++round) {
            db.writer().begin();
            change_in_savepoints(db, db.writer(), random, 3);
            db.writer().rollback();
            CHECK(db.contents() == before);
        }
    }
}

TEST_CASE_TEMPLATE("commit keeps exactly what the transaction saw last", Backend, EVERY_BACKEND)
{
    for (std::uint64_t seed = 100; seed != 125; ++seed) {
        CAPTURE(seed);
        auto db = opened_seam<Backend>{};
        auto random = generator{seed};
        for (int round = 0; round != 4; ++round) {
            auto& s = db.writer();
            s.begin();
            change_in_savepoints(db, s, random, 2);
            auto const last = opened_seam<Backend>::contents(db, s);
            s.commit();
            CHECK(db.contents() == last);
        }
    }
}

TEST_CASE_TEMPLATE("a transaction sees its own writes in every order", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto t = db.template table<account>();
    db.write([&](auto& s) {
        auto const ada = account{.name = "ada", .email = "ada@x", .age = 3};
        CHECK(t.insert(s, ada));
        CHECK(t.count(s, {}) == 1);
        CHECK(t.find(s, key{text_cell("ada")})->record == ada);
        for (auto const& q :
             {asking<account>{}, asking<account>{}.by_key(),
              asking<account>{}.by("email").equal({text_cell("ada@x")}),
              asking<account>{}.by("age").equal({natural_cell(3)})})
            CHECK(t.fetch(s, q, nullptr, 9, nullptr).records == std::vector{ada});
        CHECK(t.erase(s, key{text_cell("ada")}));
        CHECK(t.count(s, asking<account>{}.by("age")) == 0);
    });
}

TEST_CASE_TEMPLATE("rollback without a transaction is harmless", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.writer().rollback();
    db.add(std::vector{entry{1, "", 0}});
    db.writer().rollback();
    CHECK(db.template all<entry>({}).size() == 1);
}

TEST_CASE_TEMPLATE("a transaction spans tables", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const before = db.contents();
    auto people = db.template table<account>();
    auto numbers = db.template table<entry>();
    auto& s = db.writer();
    s.begin();
    CHECK(people.insert(s, {.name = "a", .email = "a@x"}));
    CHECK(numbers.insert(s, {.number = 1}));
    s.rollback();
    CHECK(db.contents() == before);
}

TEST_CASE_TEMPLATE(
    "an order that is first asked for inside a transaction survives its rollback", Backend,
    EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector{account{.name = "b", .email = "b@x"}, account{.name = "a", .email = "a@x"}});
    auto t = db.template table<account>();
    auto& s = db.writer();
    s.begin();
    CHECK(t.erase(s, key{text_cell("a")}));
    CHECK(t.insert(s, {.name = "c", .email = "c@x"}));
    CHECK(t.fetch(s, asking<account>{}.by_key(), nullptr, 9, nullptr).records.size() == 2);
    CHECK(t.insert(s, {.name = "0", .email = "0@x"}));
    s.rollback();
    auto names = std::string{};
    for (auto const& a : db.template all<account>(asking<account>{}.by_key())) names += a.name;
    CHECK(names == "ab");
}
