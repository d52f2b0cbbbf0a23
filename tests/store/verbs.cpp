// SPDX-License-Identifier: BSL-1.0
// What the verbs of a repository promise, on every backend.

#include "people.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

using namespace test;

TEST_CASE_TEMPLATE("a rejected insert leaves no trace", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const before = test::contents(db);

    CHECK_THROWS_AS(db[accounts].insert(grace_with_email_of(ada)), cairn::unique_conflict);

    CHECK(test::contents(db) == before); // not even the index entries tried before the conflict
}

TEST_CASE_TEMPLATE("insert must be new, and put need not", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto older = ada;
    older.age = 37;
    CHECK_THROWS_AS(db[accounts].insert(older), cairn::already_exists);
    CHECK(db[accounts].get("ada") == ada);
    db[accounts].put(older);
    CHECK(db[accounts].get("ada") == older);
    db[accounts].put(person("bob"));
    CHECK(db[accounts].count() == 2);
}

TEST_CASE_TEMPLATE("get must find, find may not, contains tells", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    CHECK_THROWS_AS(static_cast<void>(db[accounts].get("ada")), cairn::not_found);
    CHECK_FALSE(db[accounts].find("ada"));
    CHECK_FALSE(db[accounts].contains("ada"));
    db[accounts].insert(ada);
    CHECK(db[accounts].get("ada") == ada);
    CHECK(db[accounts].find("ada") == ada);
    CHECK(db[accounts].contains(std::string{"ada"}));
}

TEST_CASE_TEMPLATE("erase tells whether there was anything", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const empty = test::contents(db);
    db[accounts].insert(ada);
    CHECK(db[accounts].erase("ada"));
    CHECK_FALSE(db[accounts].erase("ada"));
    CHECK(test::contents(db) == empty);
}

TEST_CASE_TEMPLATE(
    "update changes the record that exists and returns it as it is now", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const change = [](account& a) { a.age = 40; };
    CHECK_THROWS_AS(db[accounts].update("ada", change), cairn::not_found);
    db[accounts].insert(ada);
    auto const now = db[accounts].update("ada", change);
    CHECK(now.age == 40);
    CHECK(db[accounts].get("ada") == now);
    CHECK(db[accounts].by("age"_by, 36U).count() == 0);
    CHECK(db[accounts].by("age"_by, 40U).count() == 1);
}

TEST_CASE_TEMPLATE(
    "the function of an update runs once, and what it throws changes nothing", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const before = test::contents(db);
    auto runs = 0;
    auto const fail = [&](account& a) {
        ++runs;
        a.age = 99;
        throw std::runtime_error{"mine"};
    };
    CHECK_THROWS_WITH_AS(db[accounts].update("ada", fail), "mine", std::runtime_error);
    CHECK(runs == 1);
    CHECK(test::contents(db) == before);
}

TEST_CASE_TEMPLATE("an update may not change the key", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const before = test::contents(db);
    auto const rename = [](account& a) { a.name = "eve"; };
    auto const e = error_of([&] { db[accounts].update("ada", rename); });
    CHECK(e.code() == cairn::errc::invalid_argument);
    CHECK(e.model() == "account");
    CHECK(e.key() == "account:ada");
    CHECK(test::contents(db) == before);
}

TEST_CASE_TEMPLATE("visit shows the record in place", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto age = 0U;
    CHECK(db[accounts].visit("ada", [&](account const& a) { age = a.age; }));
    CHECK(age == 36);
    CHECK_FALSE(db[accounts].visit("eve", [](account const&) { FAIL("there is none"); }));
    CHECK_THROWS_AS(
        db[accounts].visit("ada", [](account const&) { throw std::logic_error{"mine"}; }),
        std::logic_error);
    CHECK(db[accounts].get("ada") == ada);
}

TEST_CASE_TEMPLATE(
    "clear empties a repository and tells how many there were", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    db[accounts].insert(person("bob"));
    db[entries].insert(number(1));
    CHECK(db[accounts].clear() == 2);
    CHECK(db[accounts].clear() == 0);
    CHECK(db[entries].count() == 1);
    db[accounts].insert(ada); // its unique values are free
}

TEST_CASE_TEMPLATE(
    "a record that is put again keeps its place among equals", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    for (auto const* id : {"c", "a", "b"}) db[tasks].insert(job(id));
    auto changed = job("c");
    changed.payload = {std::byte{1}};
    db[tasks].put(changed); // only the body differs
    changed.created_at += std::chrono::nanoseconds{1};
    db[tasks].put(changed);
    changed.created_at = {};
    db[tasks].put(changed); // back among equals
    auto ids = std::string{};
    for (task const& t : db[tasks].by("queue"_by, task_status::pending)) ids += t.id;
    CHECK(ids == "cab");
    ids.clear();
    for (task const& t : db[tasks].scan()) ids += t.id;
    CHECK(ids == "cab");
}

TEST_CASE_TEMPLATE(
    "NaN is refused in a column, also inside an optional, and changes nothing", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    auto good = reading{.sensor = "s", .celsius = 1};
    db[readings].insert(good);
    auto const before = test::contents(db);

    auto const refused = [&](auto const& fn) {
        auto const e = error_of(fn);
        CHECK(e.code() == cairn::errc::invalid_argument);
        CHECK(e.model() == "reading");
        return e.index();
    };
    CHECK(refused([&] { db[readings].insert({.sensor = "t", .celsius = nan}); }) == "celsius");
    good.humidity = static_cast<float>(nan);
    CHECK(refused([&] { db[readings].put(good); }) == "humidity");
    auto const spoil = [&](reading& r) { r.celsius = nan; };
    CHECK(refused([&] { db[readings].update("s", spoil); }) == "celsius");
    CHECK(refused([&] { db[readings].scan().update(spoil); }) == "celsius");
    CHECK(test::contents(db) == before);
}

TEST_CASE_TEMPLATE("negative zero is stored as zero", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[readings].insert({.sensor = "s", .celsius = -0.0, .humidity = -0.0F});
    CHECK_FALSE(std::signbit(db[readings].get("s").celsius));
    CHECK_FALSE(std::signbit(*db[readings].get("s").humidity));
    CHECK(db[readings].by("celsius"_by, 0.0).count() == 1);
    CHECK(db[readings].by("celsius"_by, -0.0).count() == 1);
    auto const now = db[readings].update("s", [](reading& r) { r.celsius = -0.0; });
    CHECK_FALSE(std::signbit(now.celsius));
}

TEST_CASE_TEMPLATE("a singleton needs no key", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    CHECK_FALSE(db[metadatas].find());
    db[metadatas].put({.height = 7, .counters = {{"x", 1}}});
    CHECK(db[metadatas].get().height == 7);
    db[metadatas].update([](metadata& m) { ++m.height; });
    CHECK(db[metadatas].get().height == 8);
    CHECK_THROWS_AS(db[metadatas].insert({}), cairn::already_exists);
    CHECK(db[metadatas].erase());
    CHECK(db[metadatas].count() == 0);
}

TEST_CASE_TEMPLATE(
    "a composite key finds one record, and its prefix a group", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const digest = [](int n) { return std::array<std::byte, 8>{static_cast<std::byte>(n)}; };
    for (auto const round : {8U, 7U})
        for (auto const d : {2, 1}) db[certificates].insert({.round = round, .digest = digest(d)});
    CHECK(db[certificates].find(7U, digest(1)));
    CHECK_FALSE(db[certificates].find(7U, digest(3)));
    auto const found = db[certificates].prefix(7U).to_vector();
    REQUIRE(found.size() == 2);
    CHECK(found[0].digest == digest(1));
    CHECK(found[1].digest == digest(2));
}
