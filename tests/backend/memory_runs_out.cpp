// SPDX-License-Identifier: BSL-1.0
// The strong guarantee of the backend in memory: each allocation of an operation fails once, and
// the operation has then changed nothing.

#include "../support/failing_memory.hpp"
#include "../support/own_new.hpp"
#include "opened_seam.hpp"

#include <cstdint>
#include <new>
#include <string>
#include <vector>

#if CAIRN_TEST_OWN_NEW

using namespace test;

namespace {

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
    auto failures = 0;
    for (std::uint64_t n = 1;; ++n) {
        auto db = opened_seam<cairn::memory>{};
        db.add(std::vector{full_account("b"), full_account("a")});
        auto t = db.template table<account>();
        auto const q = asking<account>{}.by_key();
        try {
            auto const failure = failing_memory{n};
            static_cast<void>(db.read([&](auto& s) { return t.count(s, q); }));
        } catch (std::bad_alloc const&) {
            ++failures;
        }
        auto const done = !failing_memory::has_failed();
        auto const names = db.template all<account>(q);
        REQUIRE(names.size() == 2);
        CHECK(names.front().name == full_account("a").name);
        if (done) break; // there is no allocation number n
    }
    CHECK(failures > 0);
}

#endif
