// SPDX-License-Identifier: BSL-1.0
// Tasks whose bytes were changed: told, left as they are, and in nobody's way.
#include "aggregator/world.hpp"

#include "common/hex.hpp"
#include "recovery.hpp"
#include "retention.hpp"
#include "support/index_entries.hpp"

#include <sqlite3.h>

#include <array>

using namespace test;

namespace {

/// What is left of a body, and as what a read of it is refused.
struct damage {
    char const* name;
    char const* body;
};

constexpr auto damages = std::array{
    damage{"corrupt_record", "substr(_body, 1, length(_body) - 8) || x'0000000000000000'"},
    damage{"newer_version", "zeroblob(length(_body))"},
    damage{
        "schema_mismatch",
        "substr(_body, 1, 1) || x'00000000' || substr(_body, 6, length(_body) - 13) "
        "|| x'0000000000000000'"}};

task make_task(std::uint64_t number, task_status status = task_status::pending)
{
    auto result = task{};
    result.task_id = aggregator::sha256(payload_of(number));
    result.avs_address = address(0xa1);
    result.chain_id = 31337;
    result.payload = payload_of(number);
    result.status = status;
    result.created_at = result.updated_at = epoch + std::chrono::seconds{number};
    return result;
}

/// A store in which some tasks can be damaged.
struct damaged_world : world<in_sqlite> {
    void insert(std::uint64_t first, std::uint64_t last, task_status status)
    {
        db().write([&](aggregator::transaction& tx) {
            for (auto i = first; i <= last; ++i) tx[tasks].insert(make_task(i, status));
        });
    }

    void spoil(hash32 const& task_id, damage const& how)
    {
        spoil("task", "task_id = x'" + aggregator::to_hex(task_id).substr(2) + "'", how);
        require_refused(task_id, how);
    }

    /// Behind the back of the store, and also of what it has read before.
    void spoil(std::string const& table, std::string const& where, damage const& how)
    {
        assign(table, std::string{"_body = CAST("} + how.body + " AS BLOB)", where);
    }
    void assign(std::string const& table, std::string const& assignment, std::string const& where)
    {
        db_.reset();
        auto* file = static_cast<sqlite3*>(nullptr);
        REQUIRE(sqlite3_open(storage.sqlite.path.c_str(), &file) == SQLITE_OK);
        auto const sql = "UPDATE " + table + " SET " + assignment + " WHERE " + where;
        CHECK(sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
        CHECK(sqlite3_changes(file) == 1);
        sqlite3_close(file);
        db_ = aggregator::open_database(storage);
    }
    void spoil(std::uint64_t number, damage const& how) { spoil(make_task(number).task_id, how); }

    void require_refused(hash32 const& task_id, damage const& how)
    {
        try {
            static_cast<void>(db()[tasks].get(task_id));
            FAIL("a damaged task is read");
        } catch (cairn::error const& fault) {
            REQUIRE(cairn::to_string(fault.code()) == how.name);
        }
    }

    bool is_there(std::uint64_t number) { return db()[tasks].contains(make_task(number).task_id); }
    std::uint64_t count(task_status status) { return db()[tasks].by("queue"_by, status).count(); }
};

} // namespace

TEST_CASE("a damaged task is not claimed, and holds up none behind it")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        w.insert(1, 5, task_status::pending);
        w.spoil(1, how); // the oldest
        CHECK(aggregator::claim(w.db(), address(0xa1), 2, epoch).size() == 2);
        CHECK(aggregator::claim(w.db(), address(0xa1), 9, epoch).size() == 2);
        CHECK(aggregator::claim(w.db(), address(0xa1), 9, epoch).empty());
        CHECK(w.is_there(1));
    }
}

TEST_CASE("a damaged task past its deadline keeps no other from expiring")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        for (std::uint64_t i = 1; i <= 3; ++i) {
            auto late = make_task(i);
            late.deadline = epoch + std::chrono::seconds{i};
            w.db()[tasks].insert(late);
        }
        w.spoil(1, how);
        CHECK(aggregator::expire(w.db(), epoch + 2s) == 1);
        CHECK(aggregator::expire(w.db(), epoch + 3s) == 1);
        CHECK(aggregator::expire(w.db(), epoch + 3s) == 0);
        CHECK(w.is_there(1));
    }
}

TEST_CASE("a start goes around damaged tasks, and counts those that are not finished")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        auto late = make_task(9);
        late.deadline = epoch;
        w.db()[tasks].insert(late);
        w.insert(1, 3, task_status::pending);
        w.insert(4, 6, task_status::processing);
        w.insert(7, 8, task_status::completed);
        for (auto const number : {1U, 4U, 7U, 9U}) w.spoil(number, how);
        auto const report = aggregator::recover(w.db(), 5, epoch);
        CHECK(report.damaged == 3);
        CHECK(report.requeued == 2);
        CHECK(report.pending == 4);
        CHECK(report.expired == 0);
        for (auto const number : {1U, 4U, 7U, 9U}) CHECK(w.is_there(number));
        CHECK(aggregator::claim(w.db(), address(0xa1), 9, epoch).size() == 4);
    }
}

TEST_CASE("damaged tasks stay when old ones are removed, and keep none from it")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        w.insert(1, 2500, task_status::completed);
        w.insert(2501, 2502, task_status::failed);
        for (auto const number : {1U, 700U, 2500U, 2501U}) w.spoil(number, how);
        CHECK(aggregator::remove_finished(w.db(), 1s, epoch + 1h) == 2498);
        CHECK(aggregator::remove_finished(w.db(), 1s, epoch + 1h) == 0);
        CHECK(w.count(task_status::completed) == 3);
        CHECK(w.count(task_status::failed) == 1);
        for (auto const number : {1U, 700U, 2500U, 2501U}) CHECK(w.is_there(number));
    }
}

TEST_CASE("the removal of old tasks ends, also where only the column of a key is damaged")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        w.insert(1, 3, task_status::completed);
        w.spoil(1, how);
        w.assign("task", "task_id = zeroblob(32)", "_seq = 2");
        CHECK(aggregator::remove_finished(w.db(), 1s, epoch + 1h) == 1);
        CHECK(w.count(task_status::completed) == 2);
    }
}

TEST_CASE("a result for a task that is damaged meanwhile is refused")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        w.insert(1, 1, task_status::pending);
        auto const claimed = aggregator::claim(w.db(), address(0xa1), 1, epoch).at(0);
        w.spoil(1, how);
        auto const result = aggregator::execute(claimed.payload);
        CHECK_FALSE(aggregator::finish(w.db(), claimed, result, epoch));
        CHECK_FALSE(aggregator::release(w.db(), claimed, epoch));
        CHECK(w.is_there(1));
    }
}

TEST_CASE("a damaged task vouches for no block")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        w.watch.kept_blocks = 10;
        for (int i = 0; i < 40; ++i) w.chain.mine(); // kept: 31 to 40
        w.poll_until_level();
        auto const highest = w.db()[tasks].by("block"_by, w.watch.avs, 31337U, 25U).first();
        REQUIRE(highest);
        w.spoil(highest->task_id, how);
        w.chain.reorganise(15); // from 26 on
        w.poll_until_level();
        auto const lost = w.db()[aggregator::unverified_ranges].scan().first();
        REQUIRE(lost);
        CHECK(lost->first == 25);
        CHECK(lost->last == 30);
        CHECK(w.db()[tasks].contains(highest->task_id));
    }
}

TEST_CASE("a task that comes back, but is damaged where it was before, stops its poller")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        w.watch.kept_blocks = 10;
        for (int i = 0; i < 40; ++i) w.chain.mine(); // kept: 31 to 40
        w.poll_until_level();
        auto back = w.chain.at(28).transactions;
        auto const left = w.db()[tasks].by("block"_by, w.watch.avs, 31337U, 28U).first();
        REQUIRE(left);
        w.chain.reorganise(15); // from 26 on
        w.poll_until_level();
        w.spoil(left->task_id, how);
        w.chain.mine_with(std::move(back));
        CHECK_THROWS_AS(w.poll(), cairn::error);
        CHECK(w.cursor() == 40);
        CHECK(w.db()[tasks].contains(left->task_id));
    }
}

TEST_CASE("a reorganisation removes damaged tasks with their blocks")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = damaged_world{};
        for (int i = 0; i < 5; ++i) w.chain.mine();
        w.poll_until_level();
        auto const orphan = w.db()[tasks].by("block"_by, w.watch.avs, 31337U, 4U).first();
        REQUIRE(orphan);
        w.spoil(orphan->task_id, how);
        w.chain.reorganise(2);
        w.poll_until_level();
        CHECK_FALSE(w.db()[tasks].contains(orphan->task_id));
        CHECK(w.all_tasks().size() == 5);
    }
}

namespace {

/// Five blocks, one task each, and a chain that is about to replace the last two.
struct before_a_reorganisation : damaged_world {
    before_a_reorganisation()
    {
        for (int i = 0; i < 5; ++i) chain.mine();
        poll_until_level();
    }

    hash32 of_block(std::uint64_t number)
    {
        auto const found = db()[tasks].by("block"_by, watch.avs, watch.chain_id, number).first();
        REQUIRE(found);
        return found->task_id;
    }
};

} // namespace

TEST_CASE("a reorganisation removes no task of another block, whatever an index says")
{
    auto w = before_a_reorganisation{};
    auto const canonical = w.of_block(2);
    auto const orphan = w.of_block(4);
    w.db_.reset();
    change_entries(
        w.storage.sqlite.path, "task.block", "avs_address, chain_id, block_number",
        "UPDATE entries SET row = (SELECT row FROM entries WHERE block_number = 2) "
        "WHERE block_number = 4");
    w.db_ = aggregator::open_database(w.storage);
    w.chain.reorganise(2);
    CHECK_THROWS_AS(w.poll(), cairn::corrupt_store);
    CHECK(w.db()[tasks].contains(canonical));
    CHECK(w.db()[tasks].contains(orphan));
    CHECK(w.cursor() == 5);
}

TEST_CASE("a reorganisation removes no task of another block, whatever a column says")
{
    auto w = before_a_reorganisation{};
    auto const canonical = w.of_block(2);
    auto const orphan = w.of_block(4);
    w.assign("task", "block_number = 4", "block_number = 2");
    w.chain.reorganise(2);
    w.poll_until_level();
    CHECK(w.db()[tasks].get(canonical).block_number == 2);
    CHECK_FALSE(w.db()[tasks].contains(orphan));
}

TEST_CASE("a reorganisation removes a task of its blocks also if the column of its key is damaged")
{
    for (auto const* const key : {"zeroblob(32)", "x'01'"})
        for (auto const is_elsewhere : {false, true}) {
            CAPTURE(std::string{key});
            CAPTURE(is_elsewhere);
            auto w = before_a_reorganisation{};
            auto const canonical = w.of_block(2);
            w.assign("task", std::string{"task_id = "} + key, "block_number = 4");
            if (is_elsewhere) w.assign("task", "block_number = 4", "block_number = 2");
            w.chain.reorganise(2);
            w.poll_until_level();
            CHECK(w.db()[tasks].get(canonical).block_number == 2);
            CHECK(w.all_tasks().size() == 5);
        }
}

TEST_CASE("a reorganisation removes a task of its blocks of which neither key nor body can be read")
{
    for (auto const& how : damages) {
        CAPTURE(std::string{how.name});
        auto w = before_a_reorganisation{};
        w.assign("task", "task_id = x'01'", "block_number = 4");
        w.spoil("task", "block_number = 4", how);
        w.chain.reorganise(2);
        w.poll_until_level();
        CHECK(w.all_tasks().size() == 5);
    }
}

TEST_CASE("a damaged copy of a configuration is made anew")
{
    for (auto const& how : damages)
        for (auto const* const table : {"avs_config", "operator_set_config"}) {
            CAPTURE(std::string{how.name});
            CAPTURE(std::string{table});
            auto w = damaged_world{};
            w.entry.executor_operator_sets = {2};
            w.entry.operator_sets = {{.id = 2, .task_sla = 30s}};
            CHECK(aggregator::avs_directory{w.db(), {w.entry}, 1h}.refresh(epoch) == 1);
            w.spoil(table, "true", how);
            auto directory = aggregator::avs_directory{w.db(), {w.entry}, 1h};
            CHECK(directory.terms_for(w.entry.address, epoch).sla == 30s);
            CHECK(directory.refresh(epoch) == 0);
        }
}
