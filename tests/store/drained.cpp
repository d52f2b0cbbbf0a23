// SPDX-License-Identifier: BSL-1.0
// What was told success while a store closed is in its file.
#include "crowd.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace test;
using namespace std::chrono_literals;

namespace {

using file_store = cairn::store<everything, cairn::sqlite>;

/// The numbers that are in the file, opened again.
std::vector<std::int32_t> stored(place<cairn::sqlite> const& where)
{
    auto const db = file_store{where.options()};
    return numbers_of(db[entries].prefix().to_vector());
}

/// Waits until no more asynchronous writes are taken.
void until_closing(file_store& db)
{
    try {
        for (;;) {
            db.write_async([](auto&) {});
            std::this_thread::sleep_for(1ms);
        }
    } catch (cairn::store_closed const&) {
    }
}

} // namespace

TEST_CASE("every asynchronous write that close was given to finish is in the file")
{
    auto const where = place<cairn::sqlite>{};
    auto told = std::vector<std::int32_t>{};
    {
        auto db = file_store{where.options()};
        auto slow = std::atomic<bool>{true};
        auto const first = db.write_async([&](auto&) {
            while (slow) std::this_thread::sleep_for(1ms);
        });
        auto tickets = std::vector<cairn::ticket<void>>{};
        for (int i = 0; i != 50; ++i)
            tickets.push_back(db.write_async([i](auto& tx) { tx[entries].insert(number(i)); }));
        auto closer = std::thread{[&] { db.close(); }};
        until_closing(db);
        slow = false;
        closer.join();
        for (int i = 0; i != 50; ++i) {
            tickets[static_cast<std::size_t>(i)].get();
            told.push_back(i);
        }
    }
    CHECK(told.size() == 50);
    CHECK(stored(where) == told);
}

TEST_CASE("every write that returned while others closed the store is in the file")
{
    auto const where = place<cairn::sqlite>{};
    constexpr auto writers = 4;
    auto told = std::vector<std::vector<std::int32_t>>(writers);
    {
        auto db = file_store{where.options()};
        auto written = std::atomic<int>{0};
        auto threads = crowd{};
        for (int t = 0; t != writers; ++t)
            threads.run([&, t] {
                for (int i = 0;; ++i) {
                    db[entries].insert(number(t * 100'000 + i));
                    told[static_cast<std::size_t>(t)].push_back(t * 100'000 + i);
                    ++written;
                }
            });
        while (written < 20) std::this_thread::sleep_for(1ms);
        db.close();
        for (auto const& e : threads.join()) CHECK(is<cairn::store_closed>(e));
    }
    auto all = std::vector<std::int32_t>{};
    for (auto const& each : told) all.insert(all.end(), each.begin(), each.end());
    CHECK(all.size() >= 20);
    CHECK(stored(where) == all);
}

TEST_CASE(
    "of writers and posters that wait while a store closes, the file has who was told success")
{
    auto const where = place<cairn::sqlite>{};
    constexpr auto posters = 6;
    constexpr auto writers = 4;
    auto told = std::vector<std::exception_ptr>{};
    {
        auto options = where.options();
        options.commit.async_queue = 2;
        options.commit.turn_timeout = 20s;
        auto db = file_store{options};
        auto slow = std::atomic<bool>{true};
        auto begun = std::atomic<bool>{false};
        auto first = db.write_async([&](auto&) {
            begun = true;
            while (slow) std::this_thread::sleep_for(1ms);
        });
        while (!begun) std::this_thread::sleep_for(1ms);
        auto threads = crowd{};
        for (int i = 0; i != posters; ++i)
            threads.run(
                [&, i] { db.write_async([i](auto& tx) { tx[entries].insert(number(i)); }).get(); });
        for (int i = posters; i != posters + writers; ++i)
            threads.run([&, i] { db[entries].insert(number(i)); });
        std::this_thread::sleep_for(50ms); // until some are queued and the others wait
        auto closer = std::thread{[&] { db.close(); }};
        std::this_thread::sleep_for(20ms);
        slow = false;
        closer.join();
        told = threads.join();
        first.get();
    }
    auto expected = std::vector<std::int32_t>{};
    for (int i = 0; i != posters + writers; ++i)
        if (!told[static_cast<std::size_t>(i)]) expected.push_back(i);
    CHECK_FALSE(expected.empty());
    CHECK(stored(where) == expected);
}
