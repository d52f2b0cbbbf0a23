// SPDX-License-Identifier: BSL-1.0
// A failure to read is never taken for absence, nor a failure to write for a checkpoint.
#include "dag.hpp"
#include "ledger.hpp"
#include "unreadable_memory.hpp"

#include "../support/hooked_memory.hpp"

using namespace test;
using strategy = cairn::recovery_strategy;

TEST_CASE("a failure of any read ends the recovery with its error, whatever the strategy")
{
    auto db = graph_store<unreadable_memory>{};
    auto user = graph_user{db, {.every = 0, .full_every = 3}};
    grow(user, 0, 3);
    user.set(5);
    user.checkpoint();
    grow(user, 3, 40); // more than one page
    user.checkpoint();
    grow(user, 43, 40);
    for (auto const how : every_strategy) {
        auto failed = std::int64_t{0};
        for (;; ++failed) {
            read_failure::after = failed;
            auto keeper = cairn::checkpointer{graph_plan()};
            auto code = std::optional<cairn::errc>{};
            try {
                auto const found = keeper.recover(db, {.strategy = how});
                CHECK(found.state == user.state());
            } catch (cairn::error const& e) {
                code = e.code();
            }
            auto const fired = read_failure::after < 0;
            read_failure::after = -1;
            CHECK(code.has_value() == fired); // an error for each failure, and no other outcome
            if (!fired) break;
            REQUIRE(code == cairn::errc::io_failure);
        }
        CHECK(failed >= 5);
    }
}

TEST_CASE("a failure of any read while a checkpoint is written ends its transaction")
{
    auto db = graph_store<unreadable_memory>{};
    auto user = graph_user{db, {.every = 0, .keep = 2}};
    for (std::uint64_t i = 0; i != 4; ++i) {
        grow(user, i, 1);
        user.checkpoint();
    }
    auto const before = user.keeper().list(db);
    auto failed = std::int64_t{0};
    for (;; ++failed) {
        read_failure::after = failed;
        auto const keeper_before = user.keeper();
        auto threw = false;
        try {
            user.checkpoint();
        } catch (cairn::io_failure const&) {
            threw = true;
        }
        auto const fired = read_failure::after < 0;
        read_failure::after = -1;
        REQUIRE(threw == fired);
        if (!fired) break;
        REQUIRE(user.keeper().list(db) == before);
        user.keeper() = keeper_before;
    }
    CHECK(failed >= 5);
    CHECK(user.keeper().list(db).front().number == before.front().number + 1);
    CHECK(recovered_by(db, strategy::from_checkpoint) == user.state());
}

TEST_CASE("a kept state whose commit fails is again what the store has")
{
    auto options = hooked_options{};
    auto db = books_store<hooked_memory>{options};
    auto kept = cairn::kept{db, ledger_plan(), {.every = 2}};
    kept.write([&](auto& tx) { tx[movements].insert(move_money(1)); });
    auto const before = kept.state();
    options.hooks->before_commit = [] {
        cairn::raise(cairn::errc::disk_full, {.message = "full"});
    };
    CHECK_THROWS_AS(
        kept.write([&](auto& tx) { tx[movements].insert(move_money(2)); }), cairn::disk_full);
    options.hooks->before_commit = nullptr;
    CHECK(kept.state() == before);
    CHECK(db[cairn::checkpoint_headers].count() == 0);
    kept.write([&](auto& tx) { tx[movements].insert(move_money(3)); });
    CHECK(kept.state().movements == 2);
    CHECK(db[cairn::checkpoint_headers].count() == 1);
}

TEST_CASE("a kept state that cannot be recovered says so, and recovers when it can")
{
    auto db = books_store<unreadable_memory>{};
    auto kept = cairn::kept{db, ledger_plan(), {.every = 0}};
    kept.write([&](auto& tx) { tx[movements].insert(move_money(1)); });
    auto const before = kept.state();
    auto times_lost = 0;
    for (std::int64_t reads = 0; reads != 12; ++reads) {
        CHECK_THROWS(kept.write([&](auto& tx) { // the first is applied, the second refused
            tx[movements].insert(move_money(3));
            tx[movements].insert(move_money(4, ""));
            read_failure::after = reads;
        }));
        read_failure::after = -1;
        try {
            auto const& now = kept.state();
            REQUIRE(now == before);
        } catch (cairn::misuse const&) {
            ++times_lost;
            if (times_lost % 2 == 0) kept.recover(); // else the next write does
        }
    }
    CHECK(times_lost >= 2);
    kept.write([&](auto& tx) { tx[movements].insert(move_money(2)); });
    CHECK(kept.state().movements == 2);
}
