// SPDX-License-Identifier: BSL-1.0
// Misuse is an error and never a deadlock, on every backend.

#include "people.hpp"

#include <functional>
#include <optional>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace test;

namespace {

template <class Function>
bool is_misuse(Function const& fn)
{
    return error_of(fn).code() == cairn::errc::misuse;
}

/// Everything that the store itself can be asked, each of which is misuse inside a closure.
template <class Store>
void check_that_the_store_refuses(Store& db)
{
    CHECK(is_misuse([&] { db[entries].insert(number(50)); }));
    CHECK(is_misuse([&] { db[entries].put(number(50)); }));
    CHECK(is_misuse([&] { db[entries].update(1, [](entry&) {}); }));
    CHECK(is_misuse([&] { db[entries].erase(1); }));
    CHECK(is_misuse([&] { db[entries].clear(); }));
    CHECK(is_misuse([&] { static_cast<void>(db[entries].get(1)); }));
    CHECK(is_misuse([&] { static_cast<void>(db[entries].find(1)); }));
    CHECK(is_misuse([&] { static_cast<void>(db[entries].contains(1)); }));
    CHECK(is_misuse([&] { db[entries].visit(1, [](entry const&) {}); }));
    CHECK(is_misuse([&] { static_cast<void>(db[entries].count()); }));
    CHECK(is_misuse([&] { static_cast<void>(db[entries].scan().to_vector()); }));
    CHECK(is_misuse([&] { static_cast<void>(db[entries].scan().erase()); }));
    CHECK(is_misuse([&] { db.write([](auto&) {}); }));
    CHECK(is_misuse([&] { db.read([](auto&) {}); }));
    CHECK(is_misuse([&] { db.write_async([](auto&) {}); }));
    CHECK(is_misuse([&] { db.close(); }));
}

} // namespace

TEST_CASE_TEMPLATE("the store refuses to be called from inside write", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(1));
    db.write([&](auto& tx) {
        check_that_the_store_refuses(db);
        tx.attempt([&] { check_that_the_store_refuses(db); });
        tx[entries].insert(number(2)); // and the transaction goes on
    });
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 2});
}

TEST_CASE_TEMPLATE("the store refuses to be called from inside read", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(1));
    db.read([&](auto& view) {
        check_that_the_store_refuses(db);
        CHECK(view[entries].count() == 1);
    });
}

TEST_CASE_TEMPLATE(
    "the store and the transaction refuse to be called from inside update and visit", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(1));
    db[entries].update(1, [&](entry&) { check_that_the_store_refuses(db); });
    db[entries].visit(1, [&](entry const&) { check_that_the_store_refuses(db); });
    db[entries].scan().update([&](entry&) { check_that_the_store_refuses(db); });
    db.write([&](auto& tx) {
        tx[entries].update(1, [&](entry&) {
            CHECK(is_misuse([&] { static_cast<void>(tx[entries].get(1)); }));
            CHECK(is_misuse([&] { tx[entries].insert(number(2)); }));
            CHECK(is_misuse([&] { tx.attempt([] {}); }));
        });
        tx[entries].visit(
            1, [&](entry const&) { CHECK(is_misuse([&] { tx[entries].erase(1); })); });
    });
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
}

TEST_CASE_TEMPLATE(
    "what a transaction gave is dead when its closure returns", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(1));
    auto repository = std::optional<cairn::repository<entry>>{};
    auto range = std::optional<cairn::range<entry>>{};
    db.write([&](auto& tx) {
        repository = tx[entries];
        range = tx[entries].scan();
    });
    CHECK(is_misuse([&] { static_cast<void>(repository->get(1)); }));
    CHECK(is_misuse([&] { repository->insert(number(2)); }));
    CHECK(is_misuse([&] { static_cast<void>(range->to_vector()); }));
    db.write([&](auto&) { // not even inside another one
        CHECK(is_misuse([&] { static_cast<void>(repository->get(1)); }));
        CHECK(is_misuse([&] { repository->insert(number(2)); }));
    });
    CHECK(db[entries].count() == 1);
}

TEST_CASE_TEMPLATE("a transaction belongs to its thread", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([&](auto& tx) {
        std::thread{[&] { CHECK(is_misuse([&] { tx[entries].insert(number(1)); })); }}.join();
    });
    CHECK(db[entries].count() == 0);
}

TEST_CASE_TEMPLATE(
    "waiting on a ticket inside a closure of its store is misuse", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto ticket = db.write_async([](auto& tx) { tx[entries].insert(number(1)); });
    db.read([&](auto&) {
        CHECK(is_misuse([&] { ticket.get(); }));
        CHECK(is_misuse([&] { ticket.wait(); }));
        CHECK(is_misuse([&] { ticket.wait_for(std::chrono::seconds{9}); }));
    });
    ticket.get();
    CHECK(db[entries].contains(1));
}

TEST_CASE_TEMPLATE("two stores may be used inside one another's closures", Backend, EVERY_BACKEND)
{
    auto first = test::store<Backend>{};
    auto second = test::store<Backend>{};
    first.write([&](auto& tx) {
        second[entries].insert(number(1));
        second.write([&](auto& inner) {
            tx[entries].insert(number(1));
            inner[entries].insert(number(2));
            CHECK(is_misuse([&] { static_cast<void>(first[entries].count()); }));
        });
    });
    CHECK(first[entries].count() == 1);
    CHECK(second[entries].count() == 2);
}

TEST_CASE_TEMPLATE("a forked child may not use its parent's store", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(1));
    auto const child = ::fork();
    if (child == 0) {
        auto refused = 0;
        try {
            static_cast<void>(db[entries].get(1));
        } catch (cairn::misuse const&) {
            ++refused;
        }
        try {
            db[entries].insert(number(2));
        } catch (cairn::misuse const&) {
            ++refused;
        }
        ::_exit(refused);
    }
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 2);
    db[entries].insert(number(3)); // the parent is unharmed
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 3});
}
