// SPDX-License-Identifier: BSL-1.0
// Reorganisations, of every depth and at every moment.
#include "aggregator/world.hpp"

#include "task_id.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace test;

namespace {

/// The ids of the tasks that blocks `first` and above should have given.
template <class World>
std::set<hash32> expected_ids(World& w, std::uint64_t first = 0)
{
    auto result = std::set<hash32>{};
    for (auto const& each : w.chain.transactions(first))
        result.insert(aggregator::derive_task_id(31337, each.hash, 0, w.watch.avs));
    return result;
}

template <class World>
std::set<hash32> stored_ids(World& w)
{
    auto result = std::set<hash32>{};
    for (auto const& each : w.all_tasks()) result.insert(each.task_id);
    return result;
}

template <class World>
void mine(World& w, std::size_t blocks)
{
    for (std::size_t i = 0; i < blocks; ++i) w.chain.mine();
}

template <class World>
std::vector<aggregator::unverified_range> lost_ranges(World& w)
{
    auto result = std::vector<aggregator::unverified_range>{};
    for (auto const& each : w.db()[aggregator::unverified_ranges].scan()) result.push_back(each);
    return result;
}

} // namespace

TEST_CASE_TEMPLATE(
    "after a reorganisation of any kept depth the tasks are the chain's", Backend, in_memory,
    in_sqlite)
{
    for (std::size_t const depth : {1U, 2U, 9U, 10U, 11U, 19U, 20U}) {
        auto w = world<Backend>{};
        w.watch.kept_blocks = 21;
        mine(w, 30);
        w.poll_until_level();
        w.chain.reorganise(depth);
        mine(w, 1);
        w.poll_until_level();
        CHECK(stored_ids(w) == expected_ids(w));
        CHECK(lost_ranges(w).empty());
        CHECK(w.cursor() == 31);
    }
}

TEST_CASE_TEMPLATE("tasks saved before a restart are undone as well", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    mine(w, 8);
    w.poll_until_level();
    w.restart();
    w.chain.reorganise(5);
    w.poll_until_level();
    CHECK(stored_ids(w) == expected_ids(w));
}

TEST_CASE_TEMPLATE(
    "a reorganisation that keeps the height is seen without a new block", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    mine(w, 4);
    w.poll_until_level();
    w.chain.reorganise(1);
    CHECK(w.poll().reorganised);
    CHECK(stored_ids(w) == expected_ids(w));
}

TEST_CASE_TEMPLATE("a head below the cursor is a reorganisation", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    mine(w, 6);
    w.poll_until_level();
    w.chain.cut(3);
    w.poll();
    CHECK(w.cursor() == 3);
    CHECK(stored_ids(w) == expected_ids(w));
}

TEST_CASE_TEMPLATE(
    "a transaction that comes back in another block is one new pending task", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(2);
    w.poll();
    auto const claimed = aggregator::claim(w.db(), address(0xa1), 2, w.now);
    REQUIRE(claimed.size() == 2);
    CHECK(aggregator::finish(w.db(), claimed[0], aggregator::execute(claimed[0].payload), w.now));

    auto dropped = w.chain.cut(1);
    w.chain.mine(0);
    w.chain.mine_with(std::move(dropped));
    w.poll_until_level();

    auto const stored = w.all_tasks();
    REQUIRE(stored.size() == 2);
    for (auto const& each : stored) {
        CHECK(each.status == task_status::pending);
        CHECK(each.block_number == 2);
    }
    SUBCASE("and a result for the orphaned one is refused")
    {
        auto const result = aggregator::execute(claimed[1].payload);
        CHECK_FALSE(aggregator::finish(w.db(), claimed[1], result, w.now));
        auto const again = aggregator::claim(w.db(), address(0xa1), 2, w.now + 1ns);
        CHECK(again.size() == 2);
        CHECK_FALSE(aggregator::finish(w.db(), claimed[1], result, w.now));
        CHECK(aggregator::finish(w.db(), again[1], result, w.now));
    }
}

TEST_CASE_TEMPLATE(
    "deeper than the kept blocks, exactly the lost range is reported, and it goes on", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.kept_blocks = 10;
    mine(w, 40); // kept: 31 to 40
    w.poll_until_level();
    auto const before = stored_ids(w);
    w.chain.reorganise(15); // from 26 on
    mine(w, 2);
    w.poll_until_level();

    auto const lost = lost_ranges(w);
    REQUIRE(lost.size() == 1);
    CHECK(lost[0].first == 26);
    CHECK(lost[0].last == 30);
    CHECK(w.cursor() == 42);
    auto stored = std::set<hash32>{};
    for (auto const& each : w.all_tasks())
        if (each.block_number < 26 || each.block_number > 30) stored.insert(each.task_id);
    auto expected = expected_ids(w, 31);
    for (std::uint64_t i = 1; i < 26; ++i)
        for (auto const& each : w.chain.at(i).transactions)
            expected.insert(aggregator::derive_task_id(31337, each.hash, 0, w.watch.avs));
    CHECK(stored == expected);
    CHECK(stored_ids(w).size() == 42);

    SUBCASE("what was orphaned in the range makes way when it comes back")
    {
        auto const left = w.db()[tasks].by("block"_by, w.watch.avs, 31337U, 28U).first();
        REQUIRE(left);
        auto back = w.chain.make_transaction(left->payload);
        w.db()[tasks].erase(left->task_id);
        auto stale = *left;
        stale.task_id = aggregator::derive_task_id(31337, back.hash, 0, w.watch.avs);
        w.db()[tasks].insert(stale);
        w.chain.mine_with({back});
        w.poll_until_level();
        CHECK(w.cursor() == 43);
        CHECK(w.db()[tasks].get(stale.task_id).block_number == 43);
    }
}

TEST_CASE_TEMPLATE(
    "no range is lost when all that was orphaned was kept", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.kept_blocks = 10;
    mine(w, 40);
    w.poll_until_level();
    w.chain.reorganise(10);
    w.poll_until_level();
    CHECK(lost_ranges(w).empty());
    CHECK(stored_ids(w) == expected_ids(w));
}

TEST_CASE_TEMPLATE(
    "blocks that were never processed are never lost, where the first one was the head", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.start_block.reset();
    w.watch.kept_blocks = 10;
    for (int i = 0; i < 20; ++i) w.chain.mine(0);
    w.poll_until_level();
    CHECK(w.cursor() == 20);

    SUBCASE("and all that was processed is orphaned")
    {
        for (int round = 0; round < 2; ++round) {
            w.chain.reorganise(1);
            CHECK(w.poll().reorganised);
            CHECK(w.cursor() == 20);
            CHECK(lost_ranges(w).empty());
            CHECK(stored_ids(w) == expected_ids(w, 20));
            w.restart();
        }
    }
    SUBCASE("and the chain is left below the kept blocks")
    {
        for (int i = 0; i < 30; ++i) w.chain.mine(0); // kept: 41 to 50
        w.poll_until_level();
        w.chain.reorganise(45);
        w.poll_until_level();
        auto const lost = lost_ranges(w);
        REQUIRE(lost.size() == 1);
        CHECK(lost[0].first == 20);
        CHECK(lost[0].last == 40);
        CHECK(w.cursor() == 50);
    }
}

TEST_CASE_TEMPLATE(
    "a chain with another first block is another chain", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    mine(w, 5);
    w.poll_until_level();
    w.chain.cut(6);
    mine(w, 6);
    CHECK_THROWS_AS(w.poll(), aggregator::another_chain);
    CHECK(w.cursor() == 5);
    CHECK(w.all_tasks().size() == 5);
}

TEST_CASE_TEMPLATE(
    "a failed read while walking back changes nothing", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.kept_blocks = 10;
    mine(w, 30);
    w.poll_until_level();
    w.chain.reorganise(14);
    auto const before = w.all_tasks().size();
    // identity, head, the tip, ten kept blocks, then tasks below them
    for (std::size_t i = 0; i < 16; ++i) {
        w.chain.fail(1, i);
        CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
        CHECK(w.cursor() == 30);
        CHECK(w.all_tasks().size() == before);
    }
}

TEST_CASE_TEMPLATE(
    "a node with a higher head that lacks kept blocks is not believed, and nothing changes",
    Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    mine(w, 60);
    w.poll_until_level();
    auto const before = stored_ids(w);
    w.chain.reorganise(1);
    w.chain.hide_blocks(20, 59); // which the chain still has
    CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
    CHECK(w.cursor() == 60);
    CHECK(stored_ids(w) == before);

    w.chain.show_all_blocks();
    w.poll_until_level();
    CHECK(stored_ids(w) == expected_ids(w));
}

TEST_CASE_TEMPLATE(
    "a node with a higher head that lacks blocks below the kept ones is not believed either",
    Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.kept_blocks = 10;
    mine(w, 40); // kept: 31 to 40
    w.poll_until_level();
    auto const before = stored_ids(w);
    w.chain.reorganise(15); // from 26 on
    w.chain.hide_blocks(1, 25);
    CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
    CHECK(w.cursor() == 40);
    CHECK(stored_ids(w) == before);
    CHECK(lost_ranges(w).empty());

    w.chain.show_all_blocks();
    w.poll_until_level();
    REQUIRE(lost_ranges(w).size() == 1);
    CHECK(lost_ranges(w)[0].first == 26);
}

TEST_CASE_TEMPLATE(
    "another AVS and another chain are not touched by a reorganisation", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    mine(w, 5);
    auto const mine_alone = w.watch;
    for (auto const first : {0xa1, 0xa2}) {
        w.watch.avs = w.entry.address = address(static_cast<unsigned char>(first));
        w.poll_until_level();
    }
    w.watch = mine_alone;
    w.entry.address = mine_alone.avs;
    auto foreign = w.all_tasks().at(0);
    foreign.task_id = aggregator::sha256(payload_of(1'000'000));
    foreign.chain_id = 1;
    foreign.block_number = 5;
    w.db()[tasks].insert(foreign);
    w.chain.reorganise(3);
    w.poll();
    CHECK(w.db()[tasks].by("block"_by, address(0xa2), 31337U).count() == 5);
    CHECK(w.db()[tasks].contains(foreign.task_id));
    CHECK(w.db()[tasks].by("block"_by, address(0xa1), 31337U).from(3U).count() == 3);
}

TEST_CASE_TEMPLATE(
    "any history of blocks, reorganisations, restarts and failures ends right", Backend, in_memory,
    in_sqlite)
{
    auto const runs = Backend::type == aggregator::storage_type::memory ? 60U : 10U;
    for (unsigned seed = 1; seed <= runs; ++seed) {
        CAPTURE(seed);
        auto random = std::mt19937{seed};
        auto const draw = [&](std::size_t least, std::size_t most) {
            return std::uniform_int_distribution<std::size_t>{least, most}(random);
        };
        auto w = world<Backend>{};
        w.watch.kept_blocks = 30;
        auto height = std::size_t{};
        for (int step = 0; step < 40; ++step) {
            switch (draw(0, 5)) {
            case 0:
            case 1:
                w.chain.mine(draw(0, 3));
                ++height;
                break;
            case 2:
                if (auto const depth = draw(1, 12); depth < height) w.chain.reorganise(depth);
                break;
            case 3:
                if (auto const depth = draw(1, 5); depth < height) {
                    auto back = w.chain.cut(depth);
                    for (std::size_t i = 1; i < depth; ++i) w.chain.mine(0);
                    w.chain.mine_with(std::move(back));
                }
                break;
            case 4: w.restart(); break;
            default: w.chain.fail(1, draw(0, 8)); break;
            }
            try {
                w.poll();
            } catch (aggregator::chain_error const&) { // the next poll tries again
            }
        }
        w.chain.fail(0);
        w.poll_until_level();
        CHECK(stored_ids(w) == expected_ids(w));
        CHECK(w.cursor() == height);
        CHECK(lost_ranges(w).empty());
    }
}
