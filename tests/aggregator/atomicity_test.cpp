// SPDX-License-Identifier: BSL-1.0
// A block is stored in one transaction, and what a reorganisation orphans is deleted in one.
#include "aggregator/world.hpp"

#include "reorg.hpp"

#include <cairn/json.hpp>
#include <sqlite3.h>

using namespace test;

namespace {

template <class World, class... Tables>
std::vector<std::string> records_of(World& w, Tables... from)
{
    auto result = std::vector<std::string>{};
    auto const add = [&](auto const& table) {
        for (auto const& each : w.db()[table].scan()) result.push_back(cairn::to_json(each));
    };
    (add(from), ...);
    return result;
}

template <class World>
std::vector<std::string> contents(World& w)
{
    return records_of(
        w, aggregator::cursors, aggregator::blocks, tasks, aggregator::unverified_ranges);
}

task make_task(std::uint64_t number)
{
    return {
        .task_id = aggregator::sha256(payload_of(number)),
        .avs_address = address(0xa1),
        .payload = payload_of(number),
        .chain_id = 31337,
        .block_number = 1};
}

/// One that no store takes.
task make_huge_task()
{
    auto result = make_task(0);
    result.payload.resize((16U << 20U) + 1);
    return result;
}

/// How many transactions the store has committed, as another connection sees it.
std::int64_t commits(world<in_sqlite> const& w)
{
    auto* file = static_cast<sqlite3*>(nullptr);
    REQUIRE(sqlite3_open(w.storage.sqlite.path.c_str(), &file) == SQLITE_OK);
    auto* asked = static_cast<sqlite3_stmt*>(nullptr);
    auto const* const text = R"(SELECT "commit_sequence" FROM "cairn.state")";
    REQUIRE(sqlite3_prepare_v2(file, text, -1, &asked, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(asked) == SQLITE_ROW);
    auto const result = sqlite3_column_int64(asked, 0);
    sqlite3_finalize(asked);
    sqlite3_close(file);
    return result;
}

/// The commits that `change` makes.
template <class Change>
std::int64_t commits_of(world<in_sqlite> const& w, Change const& change)
{
    auto const before = commits(w);
    change();
    return commits(w) - before;
}

template <class World>
void mine_and_poll(World& w, std::size_t blocks)
{
    for (std::size_t i = 0; i < blocks; ++i) w.chain.mine(2);
    w.poll_until_level();
}

/// As it is found once the chain has left the stored one.
template <class World>
aggregator::reorganisation orphan(World& w, std::size_t depth)
{
    w.chain.reorganise(depth);
    auto const known = aggregator::load_progress(w.db(), w.watch);
    auto const found = aggregator::find_reorganisation(
        w.db(), w.chain, w.watch, known, known.cursor->last_block, w.now);
    REQUIRE(found);
    return *found;
}

} // namespace

TEST_CASE_TEMPLATE(
    "a block of which the last task is refused leaves nothing", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.kept_blocks = 1;
    mine_and_poll(w, 1);
    auto next = w.chain.at(1);
    next.number = 2;
    auto const found = std::vector{make_task(101), make_task(102), make_huge_task()};
    auto const before = contents(w);

    CHECK_THROWS_AS(aggregator::save_block(w.db(), w.watch, next, found), cairn::limit_exceeded);
    CHECK(contents(w) == before);

    aggregator::save_block(w.db(), w.watch, next, {found[0], found[1]}); // it was the last task
    CHECK(w.cursor() == 2);
    CHECK(w.all_tasks().size() == 4);
}

TEST_CASE("a block, its tasks, the cursor and the blocks that it drops are one commit")
{
    auto w = world<in_sqlite>{};
    w.watch.kept_blocks = 2;
    mine_and_poll(w, 3);
    auto next = w.chain.at(3);
    next.number = 4;
    auto const found = std::vector{make_task(101), make_task(102), make_task(103)};

    CHECK(commits_of(w, [&] { aggregator::save_block(w.db(), w.watch, next, found); }) == 1);
    CHECK(w.cursor() == 4);
    CHECK(w.all_tasks().size() == 9);
    CHECK(w.db()[aggregator::blocks].count() == 2);
}

TEST_CASE_TEMPLATE(
    "when the cursor cannot be moved back nothing is undone", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    mine_and_poll(w, 5);
    auto const found = orphan(w, 3);
    auto const cursor = *aggregator::load_progress(w.db(), w.watch).cursor;
    w.db()[aggregator::cursors].erase(w.watch.avs, w.watch.chain_id);
    auto const before = contents(w);

    CHECK_THROWS_AS(aggregator::undo(w.db(), w.watch, found), cairn::not_found);
    CHECK(contents(w) == before);

    w.db()[aggregator::cursors].insert(cursor);
    CHECK(aggregator::undo(w.db(), w.watch, found).tasks == 6); // it was the cursor
}

TEST_CASE("orphaned blocks, their tasks, the cursor and the lost range are one commit")
{
    auto w = world<in_sqlite>{};
    w.watch.kept_blocks = 10;
    mine_and_poll(w, 40);
    auto const found = orphan(w, 15); // from 26 on, of which 26 to 30 are lost
    auto removed = aggregator::undone{};

    CHECK(commits_of(w, [&] { removed = aggregator::undo(w.db(), w.watch, found); }) == 1);
    CHECK(removed.blocks == 10);
    CHECK(removed.tasks == 20);
    CHECK(w.cursor() == 30);
    CHECK(w.db()[aggregator::unverified_ranges].count() == 1);
}
