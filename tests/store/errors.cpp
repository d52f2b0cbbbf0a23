// SPDX-License-Identifier: BSL-1.0
// What an error tells, on every backend: its code, the model, the key, the index, and no secret.

#include "people.hpp"

using namespace test;

TEST_CASE_TEMPLATE("an error names its code, model and key", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const taken = error_of([&] { db[accounts].insert(ada); });
    CHECK(taken.code() == cairn::errc::already_exists);
    CHECK(taken.model() == "account");
    CHECK(taken.key() == "account:ada");
    CHECK(taken.index().empty());
    CHECK(taken.outcome() == cairn::write_outcome::not_committed);

    auto const absent = error_of([&] { static_cast<void>(db[pairs].get("a/b", "c")); });
    CHECK(absent.code() == cairn::errc::not_found);
    CHECK(absent.model() == "pair");
    CHECK(absent.key() == "pair:a%2Fb/c");
}

TEST_CASE_TEMPLATE(
    "a conflict names the first unique of the descriptor that is taken", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto first = ada;
    first.phone = "1";
    db[accounts].insert(first);
    db[accounts].insert(person("bob"));

    auto both = person("eve");
    both.email = first.email;
    both.phone = "1";
    auto const e = error_of([&] { db[accounts].insert(both); });
    CHECK(e.code() == cairn::errc::unique_conflict);
    CHECK(e.index() == "email");
    CHECK(e.key() == "account:eve");

    both.email = "eve@example.org";
    CHECK(error_of([&] { db[accounts].insert(both); }).index() == "phone");
    auto const take_phone = [](account& a) { a.phone = "1"; };
    CHECK(error_of([&] { db[accounts].update("bob", take_phone); }).index() == "phone");
}

TEST_CASE_TEMPLATE("a taken key is reported before a taken unique", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    db[accounts].insert(person("bob"));
    auto clash = ada; // its key is ada's, its email bob's
    clash.email = "bob@example.org";
    CHECK_THROWS_AS(db[accounts].insert(clash), cairn::already_exists);
    CHECK_THROWS_AS(db[accounts].put(clash), cairn::unique_conflict);
}

TEST_CASE_TEMPLATE("nullopt never conflicts", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    for (auto const* name : {"a", "b", "c"}) db[accounts].insert(person(name)); // no phones
    CHECK(db[accounts].by("phone"_by, std::nullopt).count() == 3);
    for (auto const* name : {"x", "y"})
        db[readings].insert({.sensor = name, .level = std::int16_t{1}}); // half of a unique
    CHECK(db[readings].count() == 2);
}

TEST_CASE_TEMPLATE("no error shows a secret or a value that is no key", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const canary = std::string{"canary-5f0c"};
    auto rich = ada;
    rich.password = canary + "1";
    rich.phone = canary + "2";
    rich.notes = {canary + "3"};
    rich.email = canary + "4";
    db[accounts].insert(rich);
    auto rival = rich;
    rival.name = "eve";
    auto const rename = [](account& a) { a.name = "x"; };
    for (auto const& e : {
             error_of([&] { db[accounts].insert(rich); }),
             error_of([&] { db[accounts].insert(rival); }),
             error_of([&] { db[accounts].put(rival); }),
             error_of([&] { db[accounts].update("ada", rename); }),
         }) {
        CHECK(std::string_view{e.what()}.find("canary") == std::string_view::npos);
        for (auto const& text : {e.message(), e.key(), e.index(), e.native_text()})
            CHECK(text.find("canary") == std::string::npos);
    }
}

TEST_CASE_TEMPLATE("what a user's closure throws passes through unchanged", Backend, EVERY_BACKEND)
{
    struct mine {
        int value;
    };
    auto db = test::store<Backend>{};
    auto const thrown = [&](auto const& fn) {
        try {
            fn();
        } catch (mine const& m) {
            return m.value;
        }
        return 0;
    };
    db[accounts].insert(ada);
    CHECK(thrown([&] { db.write([](auto&) { throw mine{1}; }); }) == 1);
    CHECK(thrown([&] { db.read([](auto&) { throw mine{2}; }); }) == 2);
    CHECK(thrown([&] { db[accounts].update("ada", [](account&) { throw mine{3}; }); }) == 3);
    CHECK(thrown([&] { db[accounts].scan().update([](account&) { throw mine{4}; }); }) == 4);
    CHECK(thrown([&] { db.write_async([](auto&) { throw mine{5}; }).get(); }) == 5);
    CHECK(db[accounts].get("ada") == ada);
}
