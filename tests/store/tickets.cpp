// SPDX-License-Identifier: BSL-1.0
// What write_async and its tickets promise, and what close does, on every backend.

#include "people.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace test;
using namespace std::chrono_literals;

TEST_CASE_TEMPLATE("a ticket gives the value, once", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto ticket = db.write_async([](auto& tx) {
        tx[entries].insert(number(1));
        return std::make_unique<int>(7);
    });
    CHECK(*ticket.get() == 7);
    CHECK(ticket.ready());
    CHECK(db[entries].contains(1));
    CHECK_THROWS_AS(ticket.get(), cairn::misuse);
}

TEST_CASE_TEMPLATE("a ticket gives the exception, and nothing is stored", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto ticket = db.write_async([](auto& tx) {
        tx[entries].insert(number(1));
        throw std::runtime_error{"mine"};
    });
    CHECK_THROWS_WITH_AS(ticket.get(), "mine", std::runtime_error);
    CHECK(db[entries].count() == 0);
}

TEST_CASE_TEMPLATE("dropping a ticket cancels nothing and does not block", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto slow = std::atomic<bool>{true};
    auto const begun = std::chrono::steady_clock::now();
    static_cast<void>(db.write_async([&](auto& tx) {
        while (slow) std::this_thread::sleep_for(1ms);
        tx[entries].insert(number(1));
    }));
    static_cast<void>(db.write_async([](auto& tx) { tx[entries].insert(number(2)); }));
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    slow = false;
    db.write_async([](auto&) {}).get(); // behind the others
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 2});
}

TEST_CASE_TEMPLATE(
    "asynchronous writes of one thread run in the order of the calls", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(0, ""));
    for (auto const c : std::string{"abcdefghij"})
        db.write_async([c](auto& tx) { tx[entries].update(0, [c](entry& e) { e.text += c; }); });
    db.write_async([](auto&) {}).wait();
    CHECK(db[entries].get(0).text == "abcdefghij");
}

TEST_CASE_TEMPLATE(
    "synchronous and asynchronous writes of many threads all take place", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto threads = std::vector<std::thread>{};
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&db, t] {
            for (int i = 0; i != 30; ++i) {
                auto const n = t * 100 + i;
                if (i % 3 == 0)
                    db[entries].insert(number(n));
                else if (i % 3 == 1)
                    db.write([n](auto& tx) { tx[entries].insert(number(n)); });
                else
                    db.write_async([n](auto& tx) { tx[entries].insert(number(n)); });
            }
        });
    for (auto& t : threads) t.join();
    db.write_async([](auto&) {}).get();
    CHECK(db[entries].count() == 120);
}

TEST_CASE_TEMPLATE("the queue of asynchronous writes is bounded", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{[](auto& options) {
        options.commit.async_queue = 4;
        options.commit.turn_timeout = 30ms;
    }};
    auto slow = std::atomic<bool>{true};
    auto started = std::atomic<bool>{false};
    auto first = db.write_async([&](auto&) {
        started = true;
        while (slow) std::this_thread::sleep_for(1ms);
    });
    while (!started) std::this_thread::sleep_for(1ms);
    for (int i = 0; i != 4; ++i) db.write_async([i](auto& tx) { tx[entries].insert(number(i)); });
    CHECK_THROWS_AS(db.write_async([](auto&) {}), cairn::busy);
    slow = false;
    first.get();
    db.write_async([](auto&) {}).get();
    CHECK(db[entries].count() == 4);
}

TEST_CASE_TEMPLATE(
    "close writes what waits, then every operation throws store_closed", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto tickets = std::vector<cairn::ticket<void>>{};
    for (int i = 0; i != 50; ++i)
        tickets.push_back(db.write_async([i](auto& tx) { tx[entries].insert(number(i)); }));
    auto range = db[entries].scan();
    db.close();
    db.close(); // twice is fine
    for (auto& t : tickets) {
        CHECK(t.ready());
        t.get();
    }
    CHECK_THROWS_AS(db[entries].insert(number(99)), cairn::store_closed);
    CHECK_THROWS_AS(db[entries].put(number(99)), cairn::store_closed);
    CHECK_THROWS_AS(db[entries].erase(1), cairn::store_closed);
    CHECK_THROWS_AS(static_cast<void>(db[entries].get(1)), cairn::store_closed);
    CHECK_THROWS_AS(static_cast<void>(db[entries].count()), cairn::store_closed);
    CHECK_THROWS_AS(static_cast<void>(range.to_vector()), cairn::store_closed);
    CHECK_THROWS_AS(static_cast<void>(range.limit(0).to_vector()), cairn::store_closed);
    CHECK_THROWS_AS(static_cast<void>(range.limit(0).first()), cairn::store_closed);
    CHECK_THROWS_AS(db.write([](auto&) {}), cairn::store_closed);
    CHECK_THROWS_AS(db.read([](auto&) {}), cairn::store_closed);
    CHECK_THROWS_AS(db.write_async([](auto&) {}), cairn::store_closed);
}

TEST_CASE_TEMPLATE("close waits for what is running and loses nothing", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto stored = std::atomic<int>{0};
    auto ended = std::atomic<int>{0};
    auto threads = std::vector<std::thread>{};
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&, t] {
            try {
                for (int i = 0;; ++i) {
                    db[entries].put(number(t * 100'000 + i));
                    ++stored;
                    static_cast<void>(db[entries].find(i));
                }
            } catch (cairn::store_closed const&) {
                ++ended;
            }
        });
    while (stored < 20) std::this_thread::sleep_for(1ms);
    db.close();
    for (auto& t : threads) t.join();
    CHECK(ended == 4);
}

TEST_CASE_TEMPLATE(
    "what was written is there after closing and opening again", Backend, cairn::sqlite)
{
    auto where = place<Backend>{};
    auto before = std::vector<std::string>{};
    {
        auto db = cairn::store<everything, Backend>{where.options()};
        db[accounts].insert(ada);
        for (int i = 0; i != 20; ++i) db[entries].insert(number(i));
        before = test::contents(db);
        db.write_async([](auto& tx) { tx[entries].put(number(3)); });
    }
    auto db = cairn::store<everything, Backend>{where.options()};
    CHECK(test::contents(db) == before);
}

namespace {

/// Calls something when it dies.
struct last_words {
    std::function<void()> say{};
    last_words() = default;
    last_words(last_words const&) = delete;
    last_words& operator=(last_words const&) = delete;
    ~last_words()
    {
        if (say) say();
    }
};

} // namespace

TEST_CASE_TEMPLATE(
    "what an asynchronous write had captured may not call the store when it dies", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto codes = std::vector<cairn::errc>{};
    auto told = std::atomic<bool>{false};
    auto captured = std::make_shared<last_words>();
    auto go = std::atomic<bool>{false};
    auto ticket = std::optional{db.write_async([captured, &go](auto& tx) {
        while (!go) std::this_thread::sleep_for(1ms);
        tx[entries].insert(number(1));
    })};
    auto behind = std::optional{db.write_async([](auto& tx) { tx[entries].insert(number(2)); })};
    captured->say = [&] {
        codes.push_back(error_of([&] { db.close(); }).code());
        codes.push_back(error_of([&] { db[entries].insert(number(3)); }).code());
        codes.push_back(error_of([&] { behind->wait(); }).code());
        told = true;
    };
    captured.reset();
    go = true;
    ticket->get();
    while (!told) std::this_thread::sleep_for(1ms);
    CHECK(codes == std::vector(3, cairn::errc::misuse));
    behind->get();
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1, 2});
}

TEST_CASE_TEMPLATE(
    "when close has returned every ticket is ready, and what its write captured is gone", Backend,
    EVERY_BACKEND)
{
    for (int round = 0; round < 200; ++round) {
        auto db = test::store<Backend>{};
        auto alive = std::make_shared<int>(0);
        auto inside = std::atomic<bool>{false};
        auto leader = std::thread{[&] {
            db.write([&](auto& tx) {
                inside = true;
                std::this_thread::yield();
                tx[entries].insert(number(1000));
            });
        }};
        while (!inside) std::this_thread::yield();
        auto tickets = std::vector<cairn::ticket<void>>{};
        for (int i = 0; i < 40; ++i)
            tickets.push_back(
                db.write_async([alive, i](auto& tx) { tx[entries].insert(number(i)); }));
        db.close();
        auto late = 0;
        for (auto& one : tickets) late += one.ready() ? 0 : 1;
        CHECK(late == 0);
        CHECK(alive.use_count() == 1);
        leader.join();
    }
}
