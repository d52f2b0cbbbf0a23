// SPDX-License-Identifier: BSL-1.0
// What write, read and attempt promise, on every backend.

#include "people.hpp"

#include <memory>
#include <new>
#include <stdexcept>

using namespace test;

TEST_CASE_TEMPLATE(
    "write gives what its closure returns, and keeps all it did", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const answer = db.write([](auto& tx) {
        tx[accounts].insert(ada);
        tx[entries].insert(number(1));
        return std::make_unique<int>(42); // moved, not copied
    });
    CHECK(*answer == 42);
    CHECK(db[accounts].contains("ada"));
    CHECK(db[entries].contains(1));
}

TEST_CASE_TEMPLATE(
    "a write whose closure throws leaves no trace in any repository", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const before = test::contents(db);
    auto const fail = [](auto& tx) {
        tx[accounts].erase("ada");
        tx[accounts].insert(person("bob"));
        tx[entries].insert(number(1));
        tx[accounts].clear();
        throw std::runtime_error{"mine"};
    };
    CHECK_THROWS_WITH_AS(db.write(fail), "mine", std::runtime_error);
    CHECK(test::contents(db) == before);
}

TEST_CASE_TEMPLATE(
    "an operation that fails inside a transaction leaves that as it was", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto& tx) {
        tx[accounts].insert(ada);
        auto const before = test::contents(tx);
        CHECK_THROWS_AS(tx[accounts].insert(ada), cairn::already_exists);
        CHECK_THROWS_AS(tx[accounts].insert(grace_with_email_of(ada)), cairn::unique_conflict);
        CHECK_THROWS_AS(tx[accounts].put(grace_with_email_of(ada)), cairn::unique_conflict);
        CHECK_THROWS_AS(static_cast<void>(tx[accounts].get("x")), cairn::not_found);
        CHECK(test::contents(tx) == before);
        tx[accounts].insert(person("bob"));
    });
    CHECK(db[accounts].count() == 2);
}

TEST_CASE_TEMPLATE(
    "an attempt that throws undoes what it did, and only that", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto& tx) {
        tx[entries].insert(number(1));
        auto const fail = [&] {
            tx[entries].insert(number(2));
            tx[entries].erase(1);
            throw std::runtime_error{"mine"};
        };
        CHECK_THROWS_WITH_AS(tx.attempt(fail), "mine", std::runtime_error);
        CHECK(numbers_of(tx[entries].scan().to_vector()) == std::vector{1});
        auto const kept = tx.attempt([](auto& inner) {
            inner[entries].insert(number(3));
            return 7;
        });
        CHECK(kept == 7);
    });
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 3});
}

TEST_CASE_TEMPLATE("attempts nest", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto& tx) {
        tx.attempt([&] {
            tx[entries].insert(number(1));
            CHECK_THROWS(tx.attempt([&] {
                tx[entries].insert(number(2));
                tx.attempt([&] { tx[entries].insert(number(3)); });
                throw 1;
            }));
            tx.attempt([&] { tx[entries].insert(number(4)); });
        });
        CHECK_THROWS(tx.attempt([&] {
            tx.attempt([&] { tx[entries].insert(number(5)); });
            throw 1;
        }));
    });
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 4});
}

TEST_CASE_TEMPLATE(
    "read sees several repositories at one moment and gives what it returns", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const seen = db.read([](auto& view) {
        CHECK(view[accounts].get("ada") == ada);
        CHECK(view[accounts].find("ada"));
        CHECK(view[accounts].contains("ada"));
        CHECK(view[accounts].visit("ada", [](account const&) {}));
        CHECK(view[accounts].by("age"_by, 36U).count() == 1);
        CHECK(view[accounts].prefix("ada").count() == 1);
        return view[accounts].scan().to_vector();
    });
    CHECK(seen == std::vector{ada});
}

TEST_CASE_TEMPLATE(
    "an empty transaction and a transaction that only reads are fine", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto&) {});
    CHECK(db.write([](auto& tx) { return tx[accounts].count(); }) == 0);
    db.read([](auto&) {});
}

TEST_CASE_TEMPLATE("a large transaction is all or nothing", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const fill = [](auto& tx, int end) {
        for (int i = 0; i != 5000; ++i) {
            tx[entries].insert(number(i));
            if (i == end) throw std::runtime_error{"mine"};
        }
    };
    CHECK_THROWS(db.write([&](auto& tx) { fill(tx, 4999); }));
    CHECK(db[entries].count() == 0);
    db.write([&](auto& tx) { fill(tx, -1); });
    CHECK(db[entries].count() == 5000);
}

TEST_CASE_TEMPLATE("a schema of one model is a store of one repository", Backend, EVERY_BACKEND)
{
    struct only_entries : cairn::schema<entry> {};
    auto db = test::store<Backend, only_entries>{};
    db[entries].insert(number(1));
    CHECK(db[entries].count() == 1);
}

namespace {

/// A result that counts its copies, and may refuse to be copied.
struct copied {
    copied(int& count, bool throws) : copies{&count}, refuses{throws} {}
    copied(copied const& other) : copies{other.copies}, refuses{other.refuses}
    {
        ++*copies;
        if (refuses) throw std::bad_alloc{};
    }
    copied& operator=(copied const&) = delete;

    int* copies;
    bool refuses;
};

} // namespace

TEST_CASE_TEMPLATE(
    "an attempt gives its result without a copy, which could throw when its writes stay", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto copies = 0;
    db.write([&](auto& tx) {
        auto const made = tx.attempt([&] {
            tx[entries].insert(number(1));
            return copied{copies, true};
        });
        CHECK(made.refuses);
        auto const kept = copied{copies, true};
        auto const fail = [&]() -> copied { // a copy that the closure itself makes
            tx[entries].insert(number(2));
            return kept;
        };
        CHECK_THROWS_AS(static_cast<void>(tx.attempt(fail)), std::bad_alloc);
    });
    CHECK(copies == 1);
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
}
