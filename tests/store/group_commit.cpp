// SPDX-License-Identifier: BSL-1.0
// What writes of several threads promise one another, and what a failing commit tells them.

#include "crowd.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace test;
using namespace std::chrono_literals;

TEST_CASE("no outcome of any kind leaves the library before the commit")
{
    auto options = hooked_options{};
    auto const hooks = options.hooks;
    auto db = database{options};
    db[entries].insert(number(1));
    auto gate = held_commit{};
    hooks->before_commit = [&] { gate.wait(); };

    auto threads = crowd{};
    auto told_inside = std::atomic<int>{0};
    threads.run([&] {
        db.write([&](auto&) { std::this_thread::sleep_for(50ms); }); // the leader
    });
    std::this_thread::sleep_for(10ms);
    threads.run([&] { db[entries].insert(number(2)); });
    threads.run([&] { db[entries].insert(number(1)); });        // already_exists
    threads.run([&] { db[entries].update(9, [](entry&) {}); }); // not_found
    threads.run([&] { db[entries].erase(9); });                 // nothing to erase
    threads.run([&] {
        db.write([&](auto& tx) {
            ++told_inside;
            static_cast<void>(tx[entries].count());
            throw std::runtime_error{"mine"};
        });
    });
    gate.until_it_waits();
    std::this_thread::sleep_for(50ms);
    CHECK(threads.finished() == 0);
    gate.let_go();
    auto const errors = threads.join();
    CHECK_FALSE(errors[0]);
    CHECK_FALSE(errors[1]);
    CHECK(is<cairn::already_exists>(errors[2]));
    CHECK(is<cairn::not_found>(errors[3]));
    CHECK_FALSE(errors[4]);
    CHECK(is<std::runtime_error>(errors[5]));
    CHECK(told_inside == 1);
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 2});
}

TEST_CASE("if the commit fails, every member of the batch gets that error and nothing is stored")
{
    auto options = hooked_options{};
    auto const hooks = options.hooks;
    auto db = database{options};
    db[entries].insert(number(1));
    hooks->before_commit = [] {
        cairn::raise(cairn::errc::disk_full, {.message = "no space for the commit"});
    };
    auto threads = crowd{};
    auto const before = test::contents(db);
    CHECK_THROWS_AS(
        run_together(
            db, threads,
            {[&] { db[entries].insert(number(2)); }, [&] { db[entries].insert(number(1)); },
             [&] { db.write([](auto& tx) { tx[entries].insert(number(3)); }); }}),
        cairn::disk_full);
    for (auto const& e : threads.join()) CHECK(is<cairn::disk_full>(e));
    hooks->before_commit = nullptr;
    CHECK(test::contents(db) == before);
    db[entries].insert(number(2)); // and the store goes on
}

TEST_CASE("a doomed batch fails all its members with the original error, even if it was caught")
{
    auto options = hooked_options{};
    auto const hooks = options.hooks;
    auto db = database{options};
    db[entries].insert(number(1));
    auto const doom = std::make_exception_ptr(
        cairn::disk_full{{.message = "the engine rolled back by itself"}});
    CHECK_THROWS_AS(
        db.write([&](auto& tx) {
            tx[entries].insert(number(2));
            hooks->doom = doom;
            CHECK_THROWS_AS(tx[entries].insert(number(3)), cairn::disk_full);
            CHECK_THROWS_AS(static_cast<void>(tx[entries].get(1)), cairn::disk_full);
            CHECK_THROWS_AS(tx[entries].erase(1), cairn::disk_full);
            CHECK_THROWS_AS(static_cast<void>(tx[entries].scan().to_vector()), cairn::disk_full);
            CHECK_THROWS_AS(tx.attempt([] {}), cairn::disk_full);
        }),
        cairn::disk_full);
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
    db[entries].insert(number(2));
    CHECK(db[entries].count() == 2);
}

TEST_CASE("an outcome that is unknown says so to every member")
{
    auto options = hooked_options{};
    auto const hooks = options.hooks;
    auto db = database{options};
    hooks->before_commit = [] {
        cairn::raise(
            cairn::errc::outcome_unknown,
            {.message = "I/O error in COMMIT", .outcome = cairn::write_outcome::unknown});
    };
    auto threads = crowd{};
    auto const check = [](cairn::error const& e) {
        CHECK(e.code() == cairn::errc::outcome_unknown);
        CHECK(e.outcome() == cairn::write_outcome::unknown);
    };
    check(error_of([&] {
        run_together(
            db, threads,
            {[&] { db[entries].insert(number(1)); },
             [&] { db.write([](auto& tx) { tx[entries].insert(number(2)); }); },
             [&] { db.write_async([](auto& tx) { tx[entries].insert(number(3)); }).get(); }});
    }));
    for (auto const& told : threads.join()) {
        REQUIRE(told);
        check(error_of([&] { std::rethrow_exception(told); }));
    }
}

TEST_CASE("waiting for a turn has a deadline, and a running closure is not interrupted")
{
    auto options = hooked_options{};
    options.commit.turn_timeout = 30ms;
    auto db = database{options};
    auto threads = crowd{};
    db.write([&](auto& tx) {
        threads.run([&] { db[entries].insert(number(2)); });
        threads.run([&] { db.write([](auto& inner) { inner[entries].insert(number(3)); }); });
        std::this_thread::sleep_for(300ms);
        tx[entries].insert(number(1));
    });
    for (auto const& e : threads.join()) CHECK(is<cairn::busy>(e));
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
}

TEST_CASE("a reader that stays makes a writer on memory busy, not stuck")
{
    auto options = cairn::memory_options{};
    options.commit.turn_timeout = 30ms;
    auto db = cairn::store<everything, cairn::memory>{options};
    db.read([&](auto& view) {
        std::thread{[&] { CHECK_THROWS_AS(db[entries].insert(number(1)), cairn::busy); }}.join();
        CHECK(view[entries].count() == 0);
    });
    db[entries].insert(number(1));
}

TEST_CASE_TEMPLATE(
    "a member that throws loses its own writes and no others", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto threads = crowd{};
    db.write([&](auto&) {
        for (int i = 0; i != 12; ++i)
            threads.run([&db, i] {
                db.write([i](auto& tx) {
                    tx[entries].insert(number(i));
                    tx[accounts].insert(person(std::to_string(i)));
                    if (i % 3 == 0) throw std::runtime_error{"mine"};
                });
            });
        std::this_thread::sleep_for(30ms);
    });
    auto const errors = threads.join();
    for (int i = 0; i != 12; ++i) {
        CHECK(is<std::runtime_error>(errors[static_cast<std::size_t>(i)]) == (i % 3 == 0));
        CHECK(db[entries].contains(i) == (i % 3 != 0));
        CHECK(db[accounts].contains(std::to_string(i)) == (i % 3 != 0));
    }
}

TEST_CASE("a turn that may be waited for without limit is waited for")
{
    auto options = cairn::memory_options{};
    options.commit.turn_timeout = std::chrono::milliseconds::max();
    auto db = cairn::store<everything, cairn::memory>{options};
    auto threads = crowd{};
    db.read([&](auto& view) {
        threads.run([&] { db[entries].insert(number(1)); });
        std::this_thread::sleep_for(50ms);
        CHECK(view[entries].count() == 0);
    });
    for (auto const& e : threads.join()) CHECK_FALSE(e);
    CHECK(db[entries].count() == 1);
}

TEST_CASE_TEMPLATE("a queue without a place is refused by its name", Backend, EVERY_BACKEND)
{
    auto const e = error_of(
        [] { test::store<Backend>{[](auto& options) { options.commit.async_queue = 0; }}; });
    CHECK(e.code() == cairn::errc::invalid_argument);
    CHECK(std::string_view{e.what()}.find("commit.async_queue") != std::string_view::npos);
}

TEST_CASE_TEMPLATE("a member sees what earlier members of its batch wrote", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(0));
    auto threads = crowd{};
    db.write([&](auto&) {
        for (int i = 0; i != 16; ++i)
            threads.run([&] { db[entries].update(0, [](entry& e) { ++e.weight; }); });
        std::this_thread::sleep_for(30ms);
    });
    for (auto const& e : threads.join()) CHECK_FALSE(e);
    CHECK(db[entries].get(0).weight == 16);
}

TEST_CASE_TEMPLATE("of two inserts of one unique value exactly one wins", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto threads = crowd{};
    for (int i = 0; i != 8; ++i)
        threads.run([&db, i] {
            auto rival = person(std::to_string(i));
            rival.email = "the one";
            db[accounts].insert(rival);
        });
    auto winners = 0;
    for (auto const& e : threads.join()) {
        winners += !e;
        CHECK((!e || is<cairn::unique_conflict>(e)));
    }
    CHECK(winners == 1);
    CHECK(db[accounts].count() == 1);
}

TEST_CASE_TEMPLATE("the limits of a batch change no result", Backend, EVERY_BACKEND)
{
    for (auto const members : {1U, 2U, 64U}) {
        auto db = test::store<Backend>{[&](auto& options) {
            options.commit.members = members;
            options.commit.time = members == 2 ? 0us : 2000us;
        }};
        auto threads = crowd{};
        for (int t = 0; t != 6; ++t)
            threads.run([&db, t] {
                for (int i = 0; i != 40; ++i) db[entries].insert(number(t * 100 + i));
            });
        for (auto const& e : threads.join()) CHECK_FALSE(e);
        CHECK(db[entries].count() == 240);
    }
}
