// SPDX-License-Identifier: BSL-1.0
// Blocks, their tasks and the cursor.
#include "aggregator/world.hpp"

#include "common/work.hpp"
#include "task_id.hpp"

using namespace test;

TEST_CASE_TEMPLATE(
    "a block, its tasks and the cursor appear together", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(3);
    w.chain.mine(2);

    auto const report = w.poll();

    CHECK(report.blocks == 3);
    CHECK(report.tasks == 5);
    CHECK(w.cursor() == 2);
    auto const stored = w.all_tasks();
    REQUIRE(stored.size() == 5);
    CHECK(stored[0].block_hash == w.chain.at(1).hash);
    CHECK(stored[0].payload == w.chain.at(1).transactions[0].input);
    CHECK(stored[4].block_number == 2);
    CHECK(stored[4].status == task_status::pending);
}

TEST_CASE_TEMPLATE(
    "a failed chain read changes nothing, wherever it comes", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.contract = address(0xcc); // so that logs are read as well
    w.chain.mine(2);
    w.poll();
    w.chain.reorganise(1);
    w.chain.mine(1);
    auto const before = w.all_tasks().size();
    for (std::size_t i = 0; i < 3; ++i) {
        // identity, head, tip: before anything is written
        w.chain.fail(1, i);
        CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
        CHECK(w.all_tasks().size() == before);
        CHECK(w.cursor() == 1);
    }
    w.poll_until_level();
    CHECK(w.cursor() == 2);
    CHECK(w.all_tasks().size() == 2);
}

TEST_CASE_TEMPLATE(
    "an answer that fails between two blocks leaves whole blocks", Backend, in_memory, in_sqlite)
{
    for (std::size_t failing = 0; failing < 12; ++failing) {
        auto w = world<Backend>{};
        w.watch.contract = address(0xcc);
        for (int i = 0; i < 4; ++i) w.chain.mine(2);
        w.chain.fail(1, failing);
        CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
        auto const blocks = w.cursor().value_or(0);
        CHECK(w.all_tasks().size() == 2 * blocks);
        w.poll_until_level();
        CHECK(w.all_tasks().size() == 8);
    }
}

TEST_CASE_TEMPLATE(
    "the cursor moves by one block only, checked where it is moved", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine();
    w.chain.mine();
    w.poll();
    CHECK_THROWS_AS(aggregator::save_block(w.db(), w.watch, w.chain.at(1), {}), cairn::misuse);
    auto far = w.chain.at(2);
    far.number = 7;
    CHECK_THROWS_AS(aggregator::save_block(w.db(), w.watch, far, {}), cairn::misuse);
    CHECK(w.cursor() == 2);
}

TEST_CASE_TEMPLATE(
    "only the newest blocks are kept, of each chain and AVS by itself", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.kept_blocks = 5;
    auto other = w.watch;
    other.avs = address(0xa2);
    for (auto number : {0U, 1U, 2U}) {
        auto block = w.chain.at(0);
        block.number = number;
        aggregator::save_block(w.db(), other, block, {});
    }
    for (int i = 0; i < 20; ++i) w.chain.mine();
    w.poll_until_level();
    auto numbers = std::vector<std::uint64_t>{};
    for (auto const& each : w.db()[aggregator::blocks].prefix(w.watch.avs, 31337U))
        numbers.push_back(each.number);
    CHECK(numbers == std::vector<std::uint64_t>{16, 17, 18, 19, 20});
    CHECK(w.db()[aggregator::blocks].prefix(other.avs, 31337U).count() == 3);
}

TEST_CASE_TEMPLATE("chain 1 is not chain 17000", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    for (auto const id : {std::uint64_t{1}, std::uint64_t{17000}, std::uint64_t{11155111}}) {
        auto watch = w.watch;
        watch.chain_id = id;
        auto block = w.chain.at(0);
        aggregator::save_block(w.db(), watch, block, {});
        block.number = 1;
        if (id != 1) aggregator::save_block(w.db(), watch, block, {});
    }
    auto watch = w.watch;
    watch.chain_id = 1;
    CHECK(aggregator::load_progress(w.db(), watch).cursor->last_block == 0);
    CHECK(w.db()[aggregator::blocks].prefix(w.watch.avs, 1U).count() == 1);
    CHECK(w.db()[aggregator::blocks].prefix(w.watch.avs, 17000U).count() == 2);
}

TEST_CASE_TEMPLATE(
    "without a start block, the first start begins at the head", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.start_block.reset();
    for (int i = 0; i < 5; ++i) w.chain.mine();
    w.poll();
    CHECK(w.cursor() == 5);
    CHECK(w.all_tasks().size() == 1);
    w.chain.mine();
    w.restart();
    w.poll();
    CHECK(w.cursor() == 6);
    CHECK(w.all_tasks().size() == 2);
}

TEST_CASE_TEMPLATE("a restart goes on from the cursor", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(2);
    w.poll();
    w.restart();
    w.chain.mine(3);
    auto const report = w.poll();
    CHECK(report.blocks == 1);
    CHECK(report.tasks == 3);
    CHECK(w.all_tasks().size() == 5);
}

TEST_CASE_TEMPLATE(
    "a poll processes no more blocks than it may, and says that there are more", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.blocks_per_poll = 2;
    for (int i = 0; i < 4; ++i) w.chain.mine();
    CHECK(w.poll().behind);
    CHECK(w.cursor() == 1);
    CHECK(w.poll().behind);
    CHECK_FALSE(w.poll().behind);
    CHECK(w.cursor() == 4);
}

TEST_CASE_TEMPLATE("a node that serves another chain is refused", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.set_id(1);
    CHECK_THROWS_AS(w.poll(), aggregator::another_chain);
    CHECK(w.cursor() == std::nullopt);
}

TEST_CASE_TEMPLATE(
    "a node that has a higher head but not the block is not believed", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(2);
    w.poll();
    w.chain.mine(1);
    w.chain.hide_block(1);
    CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
    w.chain.hide_block(2);
    CHECK_THROWS_AS(w.poll(), aggregator::chain_error);
    CHECK(w.cursor() == 1);
    CHECK(w.all_tasks().size() == 2);
}

TEST_CASE_TEMPLATE(
    "tasks of a contract are its logs, with ids of their own", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.watch.contract = address(0xcc);
    w.chain.mine(3);
    w.poll();
    auto const stored = w.all_tasks();
    REQUIRE(stored.size() == 3);
    auto const transaction = w.chain.at(1).transactions[2];
    CHECK(stored[2].task_id == aggregator::derive_task_id(31337, transaction.hash, 2, w.watch.avs));
    CHECK(stored[2].payload == transaction.input);
    CHECK(stored[2].callback_addr == address(0xcc));
}

TEST_CASE_TEMPLATE(
    "saving a task that exists is refused and leaves it as it was", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(1);
    w.poll();
    auto const stored = w.all_tasks().at(0);
    auto other = stored;
    other.payload = refused_payload();
    CHECK_THROWS_AS(w.db()[tasks].insert(other), cairn::already_exists);
    CHECK(w.db()[tasks].get(stored.task_id).payload == stored.payload);
}

TEST_CASE_TEMPLATE("a new task has the terms of its operator set", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.entry.executor_operator_sets = {3};
    w.entry.operator_sets = {{.id = 3, .task_sla = 60s, .threshold = 6000}};
    w.chain.mine(1);
    w.poll();
    auto const stored = w.all_tasks().at(0);
    CHECK(stored.operator_set_id == 3);
    CHECK(stored.threshold_bips == 6000);
    CHECK(stored.deadline == epoch + 60s);
}
