// SPDX-License-Identifier: BSL-1.0
// What only the backend in memory has: its keys, its lock, and the strong guarantee when memory
// runs out.

#include "../support/failing_memory.hpp"
#include "opened_seam.hpp"

#include "../support/random.hpp"

#include <cairn/backend/memory/byte_key.hpp>
#include <cairn/backend/memory/read_write_lock.hpp>

#include <atomic>
#include <chrono>
#include <new>
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

account full_account(std::string const& name)
{
    auto a = account{.name = name + std::string(60, 'n'), .email = name + std::string(60, '@')};
    a.phone = name + std::string(60, '0');
    a.notes = {std::string(60, 'x'), std::string(60, 'y')};
    return a;
}

/// Runs `operation(table, session)` with each of its allocations failing in turn; every time the
/// transaction must be as it was, able to go on, and able to be rolled back. Returns how often the
/// operation ran out of memory before it changed something.
template <class Operation>
int failures_of(Operation const& operation)
{
    auto failures = 0;
    for (std::uint64_t n = 1;; ++n) {
        CAPTURE(n);
        auto db = opened_seam<cairn::memory>{};
        db.add(std::vector{full_account("a"), full_account("b"), full_account("c")});
        static_cast<void>(db.contents()); // so that the order by key is there to be kept
        auto const committed = db.contents();
        auto t = db.template table<account>();
        auto& s = db.writer();
        s.begin();
        REQUIRE(t.insert(s, full_account("d")));
        auto const before = db.contents(db, s);
        auto threw = false;
        {
            auto const failure = failing_memory{n};
            try {
                operation(t, s);
            } catch (std::bad_alloc const&) {
                threw = true;
            }
        }
        failures += threw;
        CHECK((db.contents(db, s) == before) == threw);
        s.rollback();
        CHECK(db.contents() == committed);
        if (!failing_memory::has_failed()) return failures; // there is no allocation number n
        CHECK(threw);
    }
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

TEST_CASE("an insert that runs out of memory changes nothing")
{
    auto const record = full_account("new");
    CHECK(failures_of([&](auto& t, auto& s) { t.insert(s, record); }) > 0);
}

TEST_CASE("a replace that runs out of memory changes nothing")
{
    auto const before = full_account("b");
    auto after = before;
    after.age = 9;
    after.email += "moved";
    after.phone.reset();
    CHECK(failures_of([&](auto& t, auto& s) { t.replace(s, 2, before, after); }) > 0);
}

TEST_CASE("a rewrite that runs out of memory changes nothing")
{
    auto after = full_account("b");
    after.notes.emplace_back(60, 'z');
    CHECK(failures_of([&](auto& t, auto& s) { t.rewrite(s, after); }) > 0);
}

TEST_CASE("an erase that runs out of memory changes nothing")
{
    auto const name = full_account("a").name;
    auto const k = key{text_cell(name)};
    CHECK(failures_of([&](auto& t, auto& s) { t.erase(s, k); }) > 0);
}

TEST_CASE("a clear that runs out of memory changes nothing")
{
    CHECK(failures_of([](auto& t, auto& s) { t.clear(s); }) > 0);
}

TEST_CASE("an order by key that cannot be built for lack of memory is built later")
{
    for (std::uint64_t n = 1;; ++n) {
        auto db = opened_seam<cairn::memory>{};
        db.add(std::vector{full_account("b"), full_account("a")});
        auto t = db.template table<account>();
        auto const q = asking<account>{}.by_key();
        try {
            auto const failure = failing_memory{n};
            static_cast<void>(db.read([&](auto& s) { return t.count(s, q); }));
        } catch (std::bad_alloc const&) {
        }
        auto const done = !failing_memory::has_failed();
        auto const names = db.template all<account>(q);
        REQUIRE(names.size() == 2);
        CHECK(names.front().name == full_account("a").name);
        if (done) return;
    }
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
