// SPDX-License-Identifier: BSL-1.0
// The service as a whole: it works, stops, and stops what it must.
#include "aggregator/http_server.hpp"
#include "aggregator/world.hpp"

#include "common/hex.hpp"
#include "service.hpp"

#include <sqlite3.h>

#include <functional>
#include <map>
#include <thread>

using namespace test;

namespace {

/// Passes questions on to a chain that the test keeps.
class borrowed_chain final : public aggregator::chain_reader {
public:
    explicit borrowed_chain(fake_chain& chain) : chain_{chain} {}
    std::uint64_t chain_id() override { return chain_.chain_id(); }
    std::uint64_t head() override { return chain_.head(); }
    std::optional<chain_block> block(std::uint64_t number) override { return chain_.block(number); }
    std::vector<chain_log> logs(hash32 const& hash, address20 const& contract) override
    {
        return chain_.logs(hash, contract);
    }

private:
    fake_chain& chain_;
};

aggregator::chain_factory lend(std::map<std::uint64_t, fake_chain*> chains)
{
    return [chains = std::move(chains)](aggregator::chain_config const& c, std::stop_token) {
        return std::make_unique<borrowed_chain>(*chains.at(c.chain_id));
    };
}

aggregator::config settings_for(
    aggregator::storage_config const& storage, std::vector<std::uint64_t> const& chains)
{
    auto c = aggregator::config{};
    c.storage = storage;
    for (auto const id : chains)
        c.chains.push_back(
            {.name = "test", .chain_id = id, .poll_interval = 2ms, .start_block = 0});
    c.avss = {{.address = address(0xa1), .chains = chains}};
    c.rpc.backoff_min = c.rpc.backoff_max = 2ms;
    c.retention.interval = 5ms;
    return c;
}

bool wait_until(std::function<bool()> const& reached)
{
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < deadline) {
        if (reached()) return true;
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

std::uint64_t count(aggregator::database& db, task_status status)
{
    return db[tasks].by("queue"_by, status).count();
}

/// A service that runs on a thread of its own until it is stopped.
class running {
public:
    running(aggregator::config const& settings, aggregator::chain_factory chains)
        : service_{settings, std::move(chains)}, thread_{[this](std::stop_token const& stop) {
              succeeded_ = service_.run(stop);
          }}
    {
    }

    aggregator::database& store() { return service_.store(); }

    /// Whether the service succeeded.
    bool stop()
    {
        thread_.request_stop();
        return wait();
    }
    bool wait()
    {
        thread_.join();
        return succeeded_;
    }

private:
    aggregator::service service_;
    bool succeeded_ = false;
    std::jthread thread_;
};

/// Changes one row behind the store's back.
void change_row(std::string const& file, std::string const& sql)
{
    auto* db = static_cast<sqlite3*>(nullptr);
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(sqlite3_changes(db) == 1);
    sqlite3_close(db);
}

void damage_cursor(std::string const& file, std::uint64_t chain_id)
{
    change_row(
        file,
        "UPDATE chain_cursor SET _body = CAST(substr(_body, 1, length(_body) - 8) "
        "|| x'0000000000000000' AS BLOB) WHERE chain_id = "
            + std::to_string(chain_id)); // the checksum
}

std::uint64_t cursor_by_sql(std::string const& file, std::uint64_t chain_id)
{
    auto* db = static_cast<sqlite3*>(nullptr);
    auto* statement = static_cast<sqlite3_stmt*>(nullptr);
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    auto const sql = "SELECT last_block FROM chain_cursor WHERE chain_id = "
        + std::to_string(chain_id);
    REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    auto const block = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return block;
}

} // namespace

TEST_CASE_TEMPLATE(
    "every transaction ends as one finished task, also across failing reads", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.db_.reset();
    for (int i = 0; i < 10; ++i) w.chain.mine(4);
    w.chain.mine_with({w.chain.make_transaction(refused_payload())});
    w.chain.fail(5, 7);

    auto service = running{settings_for(w.storage, {31337}), lend({{31337, &w.chain}})};
    CHECK(wait_until([&] { return count(service.store(), task_status::completed) == 40; }));
    CHECK(wait_until([&] { return count(service.store(), task_status::failed) == 1; }));
    w.chain.reorganise(3);
    CHECK(wait_until([&] {
        return count(service.store(), task_status::completed) == 35
            && count(service.store(), task_status::failed) == 0;
    }));
    CHECK(service.stop());
}

TEST_CASE_TEMPLATE(
    "a full queue leaves the rest pending, and delivers it when there is room", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(40);
    w.poll();
    auto failures = std::atomic<int>{0};
    auto most = std::uint64_t{};
    {
        auto const settings = aggregator::work_config{
            .threads = 2, .queue = 3, .min_time = 2ms, .max_time = 2ms};
        auto pool = aggregator::worker_pool{
            w.db(), address(0xa1), settings, [&](std::exception const&) { ++failures; }};
        CHECK(wait_until([&] {
            most = std::max(most, count(w.db(), task_status::processing));
            return count(w.db(), task_status::completed) == 40;
        }));
    }
    CHECK(most >= 3);
    CHECK(most <= 5); // what is queued, and what the two threads hold
    CHECK(failures == 0);
}

TEST_CASE_TEMPLATE(
    "a stop puts back what was claimed and not finished", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.chain.mine(20);
    w.poll();
    {
        auto const settings = aggregator::work_config{
            .threads = 2, .queue = 5, .min_time = 30s, .max_time = 30s};
        auto const pool = aggregator::worker_pool{
            w.db(), address(0xa1), settings, [](std::exception const&) {}};
        CHECK(wait_until([&] { return count(w.db(), task_status::processing) >= 5; }));
    }
    CHECK(count(w.db(), task_status::processing) == 0);
    CHECK(count(w.db(), task_status::pending) == 20);
    for (auto const& each : w.all_tasks()) CHECK(each.attempts == 0);
}

TEST_CASE("a store that cannot be read stops that chain's poller, and no other")
{
    auto w = world<in_sqlite>{};
    w.db_.reset();
    auto first = fake_chain{1};
    auto second = fake_chain{2};
    for (auto* const chain : {&first, &second})
        for (int i = 0; i < 5; ++i) chain->mine(1);
    auto const settings = settings_for(w.storage, {1, 2});
    auto const chains = lend({{1, &first}, {2, &second}});
    {
        auto service = running{settings, chains};
        CHECK(wait_until([&] { return count(service.store(), task_status::completed) == 10; }));
        CHECK(service.stop());
    }
    damage_cursor(w.storage.sqlite.path, 1);
    first.mine(1);
    second.mine(1);
    {
        auto service = running{settings, chains};
        CHECK(wait_until([&] { return count(service.store(), task_status::completed) == 11; }));
        std::this_thread::sleep_for(20ms);
        CHECK(count(service.store(), task_status::completed) == 11);
        CHECK_FALSE(service.stop());
    }
    CHECK(cursor_by_sql(w.storage.sqlite.path, 1) == 5); // not jumped anywhere
    CHECK(cursor_by_sql(w.storage.sqlite.path, 2) == 6);
}

TEST_CASE("when every poller has failed, the service ends by itself")
{
    auto w = world<in_memory>{};
    w.chain.set_id(5);
    auto service = running{settings_for(w.storage, {31337}), lend({{31337, &w.chain}})};
    CHECK_FALSE(service.wait());
}

TEST_CASE("a store that cannot be closed in order is a failure that the service reports")
{
    auto w = world<in_sqlite>{};
    w.chain.mine(2);
    w.db_.reset();
    auto service = running{settings_for(w.storage, {31337}), lend({{31337, &w.chain}})};
    CHECK(wait_until([&] { return count(service.store(), task_status::completed) == 2; }));
    change_row(
        w.storage.sqlite.path, "UPDATE \"cairn.state\" SET commit_sequence = commit_sequence + 1");
    CHECK_FALSE(service.stop());
}

TEST_CASE("maintenance removes finished tasks while the service runs")
{
    auto w = world<in_memory>{};
    w.chain.mine(5);
    auto settings = settings_for(w.storage, {31337});
    settings.retention.finished_tasks = 50ms;
    auto service = running{settings, lend({{31337, &w.chain}})};
    CHECK(wait_until([&] {
        auto const known = service.store()[aggregator::cursors].find(address(0xa1), 31337U);
        return known && known->last_block == 1 && service.store()[tasks].scan().count() == 0;
    }));
    CHECK(service.stop());
}

TEST_CASE("tasks interrupted by a crash are finished by the next run")
{
    auto w = world<in_sqlite>{};
    w.chain.mine(6);
    w.poll();
    CHECK(aggregator::claim(w.db(), address(0xa1), 4, aggregator::current_time()).size() == 4);
    w.db_.reset(); // the process is gone, and nobody put them back
    auto service = running{settings_for(w.storage, {31337}), lend({{31337, &w.chain}})};
    CHECK(wait_until([&] { return count(service.store(), task_status::completed) == 6; }));
    auto attempts = std::uint32_t{};
    for (auto const& each : service.store()[tasks].scan()) attempts += each.attempts;
    CHECK(attempts == 4);
    CHECK(service.stop());
}

namespace {

/// An executor with performers for one AVS: the tasks of others wait.
http_server executor_for(address20 const& served)
{
    return http_server{[name = common::to_hex(served)](std::string const& body) -> answer_of {
        if (body.find(name) == std::string::npos) return {200, R"({"status":"received"})"};
        return {200, R"({"status":"completed","result":")" + common::to_hex(hash32{}) + "\"}"};
    }};
}

std::uint64_t count(aggregator::database& db, address20 const& avs, task_status status)
{
    return db[tasks].by("avs_queue"_by, avs, status).count();
}

} // namespace

TEST_CASE_TEMPLATE("AVSs whose tasks nobody takes hold up no other", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.db_.reset();
    w.chain.mine(30);
    auto const executor = executor_for(address(0xd4));
    auto settings = settings_for(w.storage, {31337});
    settings.work.threads = 2;
    settings.executor.url = executor.url();
    settings.executor.backoff_min = settings.executor.backoff_max = 20ms;
    for (auto const first : {0xb2, 0xc3, 0xd4})
        settings.avss.push_back(
            {.address = address(static_cast<unsigned char>(first)), .chains = {31337}});
    auto service = running{settings, lend({{31337, &w.chain}})};
    CHECK(wait_until(
        [&] { return count(service.store(), address(0xd4), task_status::completed) == 30; }));
    w.chain.mine(3); // also those that come later
    CHECK(wait_until(
        [&] { return count(service.store(), address(0xd4), task_status::completed) == 33; }));
    CHECK(count(service.store(), task_status::completed) == 33);
    CHECK(service.stop());
}

TEST_CASE("tasks of an AVS that is no longer configured are finished all the same")
{
    auto w = world<in_sqlite>{};
    w.chain.mine(6);
    w.poll();
    aggregator::claim(w.db(), address(0xa1), 2, aggregator::current_time());
    w.db_.reset();
    auto settings = settings_for(w.storage, {31337});
    settings.avss[0].address = address(0xb2);
    auto service = running{settings, lend({{31337, &w.chain}})};
    CHECK(wait_until(
        [&] { return count(service.store(), address(0xa1), task_status::completed) == 6; }));
    CHECK(service.stop());
}
