// SPDX-License-Identifier: BSL-1.0
// Records that are read on one thread and applied on another: in their order, one at a time, few
// ahead; what goes wrong on either side is told where the recovery was asked for.
#include "../support/backends.hpp"
#include "damage.hpp"
#include "ledger.hpp"

#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace test;
using namespace std::chrono_literals;

namespace {

struct planned_failure {
    int page = 0;
};

using line = cairn::detail::page_line<int>;

constexpr auto always = std::uint64_t{0};
constexpr auto never = ~std::uint64_t{0};

/// Whom its records were applied by.
struct witness {
    std::set<std::thread::id> threads{};
    std::uint64_t applied = 0;
    std::uint64_t fails_at = 0; ///< with a failure that is no refusal; 0: never
    std::set<std::thread::id>* checkers = nullptr;

    void check(movement const& m) const
    {
        if (m.account.empty()) cairn::refuse("a movement without an account");
        if (checkers != nullptr) checkers->insert(std::this_thread::get_id());
    }
    void apply(movement const& m)
    {
        REQUIRE_FALSE(m.account.empty()); // it was checked
        if (m.id == fails_at && fails_at != 0) throw planned_failure{static_cast<int>(m.id)};
        threads.insert(std::this_thread::get_id());
        ++applied;
    }
    void save(cairn::checkpoint_writer& out) const { out.number(applied); }
    void load(cairn::checkpoint_reader& in) { applied = in.number(); }
};

auto witness_plan(std::uint64_t fails_at = 0, std::set<std::thread::id>* checkers = nullptr)
{
    return cairn::recovery<witness>("witness", 1, cairn::records(movements)).starting_from([=] {
        return witness{.fails_at = fails_at, .checkers = checkers};
    });
}

template <class Store>
void pay(Store& db, std::uint64_t count)
{
    db.write([&](auto& tx) {
        for (std::uint64_t i = 1; i <= count; ++i)
            tx[movements].insert(move_money(i, i % 100 == 0 ? "" : "ada"));
    });
}

} // namespace

TEST_CASE("pages are used in their order, one at a time, and few are ahead")
{
    auto used = std::vector<int>{};
    auto put = std::atomic<int>{0};
    auto most_ahead = 0;
    auto const use = [&](int& page) {
        most_ahead = std::max(most_ahead, put.load() - static_cast<int>(used.size()));
        if (page % 50 == 0) std::this_thread::sleep_for(1ms);
        used.push_back(page);
    };
    auto pages = line{use};
    for (int i = 0; i != 1000; ++i) {
        pages.put(i);
        ++put;
    }
    pages.finish();
    REQUIRE(used.size() == 1000);
    for (int i = 0; i != 1000; ++i) REQUIRE(used[static_cast<std::size_t>(i)] == i);
    CHECK(most_ahead <= 18);
    pages.finish(); // nothing more to wait for
}

TEST_CASE("what a use throws is thrown where the pages come from, and nothing more is used")
{
    for (auto const fails_at : {0, 5, 99}) {
        CAPTURE(fails_at);
        auto used = 0;
        auto const use = [&](int& page) {
            if (page == fails_at) throw planned_failure{page};
            ++used;
        };
        auto told = -1;
        try {
            auto pages = line{use};
            for (int i = 0; i != 100; ++i) pages.put(i);
            pages.finish();
        } catch (planned_failure const& failure) {
            told = failure.page;
        }
        CHECK(told == fails_at);
        CHECK(used == fails_at);
    }
}

TEST_CASE("pages that are given up are waited for and not used")
{
    for (int round = 0; round != 50; ++round) {
        auto used = std::atomic<int>{0};
        {
            auto const use = [&](int&) { ++used; };
            auto pages = line{use};
            for (int i = 0; i != round; ++i) pages.put(i);
        }
        auto const then = used.load();
        CHECK(then <= round);
        std::this_thread::yield();
        CHECK(used == then);
    }
}

TEST_CASE_TEMPLATE(
    "many records are applied on one other thread, few on the caller's, where all are checked",
    Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = cairn::store<books, Backend>{at.options()};
    pay(db, 4999);
    auto checkers = std::set<std::thread::id>{};
    auto keeper = cairn::checkpointer{witness_plan(0, &checkers)};
    auto const here = std::set{std::this_thread::get_id()};
    auto const few = keeper.recover(db);
    CHECK(few.state.applied == 4999 - 49);
    CHECK(few.report.quarantined_count == 49);
    CHECK(few.state.threads == here);
    db[movements].insert(move_money(5001));
    auto const many = keeper.recover(db);
    CHECK(many.state.applied == 5000 - 49);
    CHECK(many.report.quarantined_count == 49);
    CHECK(many.state.threads.size() == 1);
    if (std::thread::hardware_concurrency() > 1) CHECK(many.state.threads != here);
    CHECK(checkers == here); // where they were read
}

TEST_CASE_TEMPLATE(
    "a failure while applying ends the recovery and nothing else", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = cairn::store<books, Backend>{at.options()};
    pay(db, 2000);
    for (auto const parallel_from : {always, never}) {
        auto const how = cairn::recovery_options{.parallel_from = parallel_from};
        auto told = 0;
        try {
            static_cast<void>(cairn::checkpointer{witness_plan(1501)}.recover(db, how));
        } catch (planned_failure const& failure) {
            told = failure.page;
        }
        CHECK(told == 1501);
        CHECK(cairn::checkpointer{witness_plan()}.recover(db, how).state.applied == 1980);
    }
}

TEST_CASE("what is damaged and what is refused is told alike by one thread and by two")
{
    auto const at = place<cairn::sqlite>{};
    {
        auto db = books_store<cairn::sqlite>{at.options()};
        pay(db, 3000);
    }
    damage(at.options().path, "UPDATE movement SET _body = zeroblob(9) WHERE id % 71 = 0");
    auto db = books_store<cairn::sqlite>{at.options()};
    auto keeper = cairn::checkpointer{ledger_plan()};
    auto const one = keeper.recover(db, {.parallel_from = never});
    auto const two = keeper.recover(db, {.parallel_from = always});
    CHECK(one.state == two.state);
    CHECK(two.report.quarantined_count == 42 + 30);
    CHECK(one.report.quarantined_count == two.report.quarantined_count);
    REQUIRE(one.report.quarantined.size() == two.report.quarantined.size());
    for (std::size_t i = 0; i != one.report.quarantined.size(); ++i)
        CHECK(one.report.quarantined[i].key == two.report.quarantined[i].key);
}
