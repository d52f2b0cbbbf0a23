// SPDX-License-Identifier: BSL-1.0
// What only the backend in memory has: its keys and its lock.

#include "opened_seam.hpp"

#include "../support/random.hpp"

#include <cairn/backend/memory/byte_key.hpp>
#include <cairn/backend/memory/read_write_lock.hpp>

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace test;
using namespace std::chrono_literals;
using cairn::detail::byte_key;
using cairn::detail::leading_bytes;
using cairn::detail::read_write_lock;

namespace {

std::vector<std::string> byte_strings()
{
    using namespace std::string_literals;
    auto result = std::vector<std::string>{};
    for (auto const length : {0U, 1U, 2U, 7U, 8U, 9U, 15U, 27U, 28U, 29U, 100U})
        for (auto const fill : {'\0', 'a', '\x7F', '\x80', '\xFF'}) {
            auto text = std::string(length, fill);
            result.push_back(text);
            if (text.empty()) continue;
            text.back() = static_cast<char>(fill + 1);
            result.push_back(text);
        }
    return result;
}

int sign(int n)
{
    return (n > 0) - (n < 0);
}

/// -1, 0, 1: `text` is less than, begins with, is greater than `bytes`.
int expected_against(std::string const& text, std::string const& bytes)
{
    if (text.starts_with(bytes)) return 0;
    return text < bytes ? -1 : 1;
}

} // namespace

TEST_CASE("byte keys compare as byte strings do, whatever their length")
{
    auto wrong = 0;
    for (auto const& a : byte_strings()) {
        auto const key = byte_key{a};
        wrong += key.bytes() != a;
        for (auto const& b : byte_strings()) {
            wrong += (key < byte_key{b}) != (a < b);
            auto const lead = b.empty() ? 0 : leading_bytes(b);
            wrong += sign(key.against(b, lead)) != expected_against(a, b);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("records are found by key after any mixture of insertions, erasures and rollbacks")
{
    auto db = opened_seam<cairn::memory>{};
    auto t = db.table<pair>();
    auto random = generator{11};
    auto expected = std::set<std::string>{};
    auto wrong = 0;
    for (int round = 0; round != 200; ++round) {
        auto const before = expected;
        auto& s = db.writer();
        s.begin();
        for (int i = 0; i != 30; ++i) {
            auto const name = std::to_string(random.below(400));
            auto const k = key{text_cell(name), text_cell("")};
            if (random.one_in(2))
                wrong += t.insert(s, {name, "", 0}) != expected.insert(name).second;
            else
                wrong += t.erase(s, k) != (expected.erase(name) == 1);
        }
        if (random.one_in(3)) {
            s.rollback();
            expected = before;
        } else {
            s.commit();
        }
        for (int n = 0; n != 400; ++n) {
            auto const name = std::to_string(n);
            auto const k = key{text_cell(name), text_cell("")};
            auto const found = db.read([&](auto& r) { return t.contains(r, k); });
            wrong += found != expected.contains(name);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("the lock keeps writers alone and lets readers share")
{
    auto lock = read_write_lock{};
    auto value = 0; // guarded
    auto torn = std::atomic<int>{0};
    auto busy = std::atomic<int>{0};
    auto threads = std::vector<std::thread>{};
    for (int t = 0; t != 2; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i != 2000; ++i) {
                if (!lock.lock_until(read_write_lock::clock::now() + 30s)) {
                    ++busy;
                    continue;
                }
                ++value;
                ++value;
                lock.unlock();
            }
        });
    for (int t = 0; t != 2; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i != 2000; ++i) {
                lock.lock_shared();
                torn += value % 2;
                lock.unlock_shared();
            }
        });
    for (auto& t : threads) t.join();
    CHECK(torn == 0);
    CHECK(busy == 0);
    CHECK(value == 8000);
}

TEST_CASE("a writer that waits too long gives up, and readers go on")
{
    auto lock = read_write_lock{};
    lock.lock_shared();
    CHECK_FALSE(lock.lock_until(read_write_lock::clock::now() + 5ms));
    lock.lock_shared(); // the claim is gone
    lock.unlock_shared();
    lock.unlock_shared();
    CHECK(lock.lock_until(read_write_lock::clock::now() + 5ms));
    CHECK_FALSE(lock.lock_until(read_write_lock::clock::now() + 5ms)); // against a writer as well
    lock.unlock();
    lock.lock_shared();
    lock.unlock_shared();
}

TEST_CASE("neither readers nor writers starve one another")
{
    auto lock = read_write_lock{};
    auto stop = std::atomic<bool>{false};
    auto threads = std::vector<std::thread>{};
    for (int t = 0; t != 2; ++t) // readers whose stays overlap: never a moment without one
        threads.emplace_back([&] {
            while (!stop) {
                lock.lock_shared();
                std::this_thread::sleep_for(1ms);
                lock.unlock_shared();
            }
        });
    for (int i = 0; i != 20; ++i) {
        REQUIRE(lock.lock_until(read_write_lock::clock::now() + 30s));
        lock.unlock();
    }
    stop = true;
    for (auto& t : threads) t.join();

    stop = false;
    auto writer = std::thread{[&] {
        while (!stop) {
            if (lock.lock_until(read_write_lock::clock::now() + 30s)) lock.unlock();
        }
    }};
    for (int i = 0; i != 20; ++i) {
        lock.lock_shared();
        lock.unlock_shared();
    }
    stop = true;
    writer.join();
}
