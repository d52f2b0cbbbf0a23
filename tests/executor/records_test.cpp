// SPDX-License-Identifier: BSL-1.0
// What is stored: tasks, marks, deployments, performers.
#include "executor/world.hpp"

#include "common/digest.hpp"
#include "http_json.hpp"
#include "metrics.hpp"
#include "retention.hpp"

#include <cairn/json.hpp>

#include <atomic>
#include <set>

using namespace test;
using executor::acceptance;
using executor::outcome;

namespace {

constexpr auto no_limit = executor::work_config{
    .max_in_flight = 1'000'000, .max_per_avs = 1'000'000};

executor::order order_of(unsigned char avs)
{
    return {.avs = address(avs), .registry = "test/work"};
}

void advance(
    database& db, std::string const& id, deployment_status to, cairn::timestamp now,
    std::string_view error = {})
{
    db.write([&](transaction& tx) { executor::advance(tx, id, to, now, error); });
}

std::uint64_t count(database& db, deployment_status status)
{
    return db[tables::deployments].by("status"_by, status).count();
}

} // namespace

TEST_CASE_TEMPLATE(
    "a task that is submitted again is accepted once, and another under its id is refused", Backend,
    in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const task = make_task(1);
    CHECK(executor::submit(w.db(), task, no_limit).what == acceptance::accepted);
    CHECK(executor::submit(w.db(), task, no_limit).what == acceptance::waiting);
    auto other = task;
    other.payload.push_back(std::byte{9});
    CHECK(executor::submit(w.db(), other, no_limit).what == acceptance::conflicting);
    CHECK(w.db()[tables::in_flight].get(task.task_id).payload == task.payload);

    CHECK(executor::conclude(w.db(), task, {.result = task.task_id}, epoch));
    auto const again = executor::submit(w.db(), task, no_limit);
    CHECK(again.what == acceptance::ended);
    CHECK(again.ended->result == task.task_id);
    CHECK(executor::submit(w.db(), other, no_limit).what == acceptance::conflicting);
    CHECK(w.db()[tables::in_flight].scan().count() == 0);
}

TEST_CASE_TEMPLATE(
    "of concurrent submissions of one task, one is accepted", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto accepted = std::atomic<int>{0};
    {
        auto threads = std::vector<std::jthread>{};
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (std::uint64_t number = 0; number < 25; ++number)
                    if (executor::submit(w.db(), make_task(number), no_limit).what
                        == acceptance::accepted)
                        ++accepted;
            });
    }
    CHECK(accepted == 25);
    CHECK(w.db()[tables::in_flight].scan().count() == 25);
}

TEST_CASE_TEMPLATE("no more tasks than configured are in flight", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const limits = executor::work_config{.max_in_flight = 2};
    CHECK(executor::submit(w.db(), make_task(1), limits).what == acceptance::accepted);
    CHECK(executor::submit(w.db(), make_task(2), limits).what == acceptance::accepted);
    CHECK(executor::submit(w.db(), make_task(3), limits).what == acceptance::full);
    CHECK(executor::submit(w.db(), make_task(2), limits).what == acceptance::waiting);
    CHECK(w.db()[tables::in_flight].scan().count() == 2);
}

TEST_CASE_TEMPLATE(
    "the tasks of an AVS that nobody works for leave room for others", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const limits = executor::work_config{.max_in_flight = 4, .max_per_avs = 2};
    auto const submitted = [&](std::uint64_t number, unsigned char avs) {
        return executor::submit(w.db(), make_task(number, address(avs)), limits).what;
    };
    CHECK(submitted(1, 0xa1) == acceptance::accepted);
    CHECK(submitted(2, 0xa1) == acceptance::accepted);
    CHECK(submitted(3, 0xa1) == acceptance::full_for_avs);
    CHECK(submitted(2, 0xa1) == acceptance::waiting);
    CHECK(submitted(4, 0xa2) == acceptance::accepted);
    CHECK(executor::claim(w.db(), address(0xa1), "p", 1)); // is in flight all the same
    CHECK(submitted(3, 0xa1) == acceptance::full_for_avs);
    CHECK(executor::conclude(w.db(), make_task(1), {.error = "why"}, epoch));
    CHECK(submitted(3, 0xa1) == acceptance::accepted);
    CHECK(submitted(5, 0xa3) == acceptance::accepted);
    CHECK(submitted(6, 0xa4) == acceptance::full);
}

TEST_CASE_TEMPLATE(
    "marking a task as processed is idempotent, also from ten threads", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const task = make_task(1);
    executor::submit(w.db(), task, no_limit);
    auto firsts = std::atomic<int>{0};
    auto winner = std::atomic<int>{-1};
    {
        auto threads = std::vector<std::jthread>{};
        for (int i = 0; i < 10; ++i)
            threads.emplace_back([&, i] {
                auto const how = outcome{.error = std::to_string(i)};
                if (!executor::conclude(w.db(), task, how, epoch + std::chrono::seconds{i})) return;
                ++firsts;
                winner = i;
            });
    }
    CHECK(firsts == 1);
    CHECK(w.db()[tables::processed].scan().count() == 1);
    auto const mark = w.db()[tables::processed].get(task.task_id);
    CHECK(mark.error == std::to_string(winner));
    CHECK(mark.processed_at == epoch + std::chrono::seconds{winner.load()});
    CHECK(w.db()[tables::in_flight].scan().count() == 0);
}

TEST_CASE_TEMPLATE(
    "each received task is claimed once, in the order of arrival", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    for (auto const number : {3U, 1U, 2U}) executor::submit(w.db(), make_task(number), no_limit);
    executor::submit(w.db(), make_task(0, address(0xa2)), no_limit);
    auto const first = executor::claim(w.db(), address(0xa1), "p", 7);
    REQUIRE(first);
    CHECK(first->task_id == make_task(1).task_id);
    CHECK(first->status == task_status::starting);
    CHECK(first->performer_id == "p");
    CHECK(first->incarnation == 7);
    CHECK(first->claims == 1);

    for (std::uint64_t i = 10; i < 110; ++i) executor::submit(w.db(), make_task(i), no_limit);
    auto guard = std::mutex{};
    auto got = std::multiset<executor::hash32>{};
    {
        auto threads = std::vector<std::jthread>{};
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                while (auto const taken = executor::claim(w.db(), address(0xa1), "p", 7)) {
                    auto const lock = std::lock_guard{guard};
                    got.insert(taken->task_id);
                }
            });
    }
    CHECK(got.size() == 102);
    CHECK(std::set<executor::hash32>(got.begin(), got.end()).size() == 102);
}

TEST_CASE_TEMPLATE("a started task is never started again", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    executor::submit(w.db(), make_task(1), no_limit);
    auto const claimed = executor::claim(w.db(), address(0xa1), "p", 1);
    REQUIRE(claimed);
    executor::mark_started(w.db(), *claimed);
    CHECK_FALSE(executor::give_back(w.db(), *claimed));
    CHECK_FALSE(executor::claim(w.db(), address(0xa1), "q", 1));
    for (auto const to : {task_status::received, task_status::starting})
        CHECK_THROWS_AS(
            w.db()[tables::in_flight].update(
                claimed->task_id, [&](in_flight_task& t) { t.status = to; }),
            cairn::invalid_transition);
    CHECK(w.db()[tables::in_flight].get(claimed->task_id).status == task_status::started);
}

TEST_CASE_TEMPLATE(
    "a task is given back by its present claim, and by no earlier one", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    executor::submit(w.db(), make_task(1), no_limit);
    auto const first = executor::claim(w.db(), address(0xa1), "p", 1);
    CHECK(executor::give_back(w.db(), *first));
    auto const second = executor::claim(w.db(), address(0xa1), "p", 1);
    REQUIRE(second);
    CHECK(second->claims == 2);
    CHECK_FALSE(executor::give_back(w.db(), *first));
    executor::mark_started(w.db(), *first);
    CHECK(w.db()[tables::in_flight].get(second->task_id).status == task_status::starting);
    CHECK(executor::give_back(w.db(), *second));
}

TEST_CASE_TEMPLATE(
    "a deployment's status changes along its lifecycle and in no other way", Backend, in_memory,
    in_sqlite)
{
    using enum deployment_status;
    auto const allowed = std::set<std::pair<deployment_status, deployment_status>>{
        {pending, deploying}, {pending, failed}, {deploying, running},
        {deploying, failed},  {running, failed},
    };
    auto w = store_world<Backend>{};
    auto number = 0;
    for (auto const from : {pending, deploying, running, failed})
        for (auto const to : {pending, deploying, running, failed}) {
            auto stored = deployment{};
            stored.deployment_id = std::to_string(++number);
            stored.status = from;
            w.db()[tables::deployments].insert(stored);
            auto const change = [&] { advance(w.db(), stored.deployment_id, to, epoch, "why"); };
            if (from == to || allowed.contains({from, to})) {
                CHECK_NOTHROW(change());
                CHECK(w.db()[tables::deployments].get(stored.deployment_id).status == to);
                continue;
            }
            auto const counts = std::pair{count(w.db(), from), count(w.db(), to)};
            CHECK_THROWS_AS(change(), cairn::invalid_transition);
            auto const after = w.db()[tables::deployments].get(stored.deployment_id);
            CHECK(after.status == from);
            CHECK_FALSE(after.completed_at);
            CHECK(counts == std::pair{count(w.db(), from), count(w.db(), to)});
        }
}

TEST_CASE_TEMPLATE(
    "completed_at is set with running and failed only, and a failure's text is kept", Backend,
    in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const read = [&](deployment const& d) {
        return w.db()[tables::deployments].get(d.deployment_id);
    };
    auto const first = executor::place(w.db(), order_of(0xa1), epoch);
    CHECK_FALSE(read(first).completed_at);
    advance(w.db(), first.deployment_id, deployment_status::deploying, epoch + 1s);
    CHECK_FALSE(read(first).completed_at);
    advance(w.db(), first.deployment_id, deployment_status::running, epoch + 2s);
    CHECK(read(first).completed_at == epoch + 2s);
    CHECK(read(first).error.empty());
    advance(w.db(), first.deployment_id, deployment_status::failed, epoch + 3s, "it fell over");
    CHECK(read(first).completed_at == epoch + 3s);
    CHECK(read(first).error == "it fell over");

    auto const second = executor::place(w.db(), order_of(0xa1), epoch);
    advance(w.db(), second.deployment_id, deployment_status::failed, epoch + 4s, "no such thing");
    CHECK(read(second).completed_at == epoch + 4s);
    CHECK(read(second).error == "no such thing");
}

TEST_CASE_TEMPLATE(
    "saving an existing deployment with another status leaves exactly one index entry", Backend,
    in_memory, in_sqlite)
{
    using enum deployment_status;
    auto w = store_world<Backend>{};
    auto record = executor::place(w.db(), order_of(0xa1), epoch);
    for (auto const status : {deploying, running, failed}) {
        record.status = status;
        record.completed_at = epoch + 1s;
        w.db()[tables::deployments].put(record);
        w.db()[tables::deployments].put(record);
        for (auto const each : {pending, deploying, running, failed})
            CHECK(count(w.db(), each) == (each == status ? 1 : 0));
        CHECK(w.db()[tables::deployments].by("history"_by, address(0xa1)).count() == 1);
        CHECK(w.db()[tables::deployments].by("ended"_by, status).count() == 1);
    }
}

TEST_CASE_TEMPLATE(
    "deployments are listed by AVS in the order of time, and by status", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    auto ids = std::vector<std::string>{};
    for (auto const second : {9, 10, 99, 100, 1000}) {
        auto const now = epoch + std::chrono::seconds{second};
        ids.push_back(executor::place(w.db(), order_of(0xa1), now).deployment_id);
        executor::place(w.db(), order_of(0xa2), now);
    }
    auto const history = w.db()[tables::deployments].by("history"_by, address(0xa1));
    auto found = std::vector<std::string>{};
    for (auto const& each : history.to_vector()) found.push_back(each.deployment_id);
    CHECK(found == ids);
    CHECK(history.reversed().first()->deployment_id == ids.back());

    advance(w.db(), ids[2], deployment_status::failed, epoch, "why");
    CHECK(count(w.db(), deployment_status::failed) == 1);
    CHECK(count(w.db(), deployment_status::pending) == 9);
}

TEST_CASE_TEMPLATE(
    "ids name the AVS and the moment, and two deployments of one moment have two", Backend,
    in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const first = executor::place(w.db(), order_of(0xa1), epoch);
    auto const second = executor::place(w.db(), order_of(0xa1), epoch);
    auto const avs = common::to_hex(address(0xa1));
    CHECK(first.deployment_id == "deployment-" + avs + "-1700000000000000000");
    CHECK(second.deployment_id == "deployment-" + avs + "-1700000000000000001");
    CHECK(first.performer_id.starts_with("performer-" + avs + '-'));
    CHECK(first.performer_id.size() == std::string{"performer-"}.size() + avs.size() + 1 + 36);
    CHECK(first.performer_id != second.performer_id);
}

TEST_CASE_TEMPLATE(
    "performers are found by AVS and by status, tasks in flight by AVS", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    for (auto const avs : {0xa1, 0xa1, 0xa2})
        executor::place(w.db(), order_of(static_cast<unsigned char>(avs)), epoch);
    CHECK(w.db()[tables::performers].by("avs"_by, address(0xa1)).count() == 2);
    CHECK(w.db()[tables::performers].by("status"_by, performer_status::staged).count() == 3);
    CHECK(w.db()[tables::performers].by("status"_by, performer_status::failed).count() == 0);

    for (std::uint64_t i = 0; i < 5; ++i)
        executor::submit(w.db(), make_task(i, address(i < 2 ? 0xa1 : 0xa2)), no_limit);
    executor::claim(w.db(), address(0xa2), "p", 1);
    CHECK(w.db()[tables::in_flight].by("queue"_by, address(0xa2)).count() == 3);
    CHECK(executor::tasks_at(w.db(), "p").size() == 1);
    auto const counts = executor::take_census(w.db());
    CHECK(counts.in_flight.at(task_status::received) == 4);
    CHECK(counts.in_flight.at(task_status::starting) == 1);
    CHECK(
        executor::metrics_text(counts).find("executor_tasks_in_flight{status=\"received\"} 4\n")
        != std::string::npos);
}

TEST_CASE("every field of every model comes back from the file as it was")
{
    auto w = store_world<in_sqlite>{};
    auto what = order_of(0xa1);
    what.tag = "v1";
    what.digest = "sha256:00";
    what.mode = executor::deployment_mode::docker;
    what.network_name = "net";
    what.environment = {{"A", "secret", ""}, {"B", "", "HOST_B"}};
    auto const placed = executor::place(w.db(), what, epoch);
    w.db()[tables::performers].update(placed.performer_id, [](executor::performer& p) {
        p.resource_id = "123";
        p.start_time = 456;
        p.boot_id = "boot";
        p.incarnation = 7;
        p.last_health_check = epoch + 5s;
        p.container_healthy = true;
        p.application_healthy = true;
        p.endpoint = "/socket";
        p.status = performer_status::running;
    });
    auto task = make_task(1);
    task.operator_address = address(1);
    task.aggregator_address = address(2);
    task.operator_set_id = 3;
    executor::submit(w.db(), task, no_limit);
    executor::conclude(w.db(), make_task(2), {.error = "why"}, epoch);
    auto const show = [&] {
        auto const all = cairn::json_options{.secrets = true};
        return cairn::to_json(w.db()[tables::performers].get(placed.performer_id), all)
            + cairn::to_json(w.db()[tables::deployments].get(placed.deployment_id), all)
            + cairn::to_json(w.db()[tables::in_flight].get(task.task_id), all)
            + cairn::to_json(w.db()[tables::processed].get(make_task(2).task_id), all);
    };
    auto const before = show();
    w.db_.reset();
    w.db_ = executor::open_database(w.storage);
    CHECK(show() == before);
    auto const found = w.db()[tables::performers].get(placed.performer_id);
    CHECK(found.environment == what.environment);
    CHECK(found.mode == executor::deployment_mode::docker);
}

TEST_CASE("values of variables are printed as *** unless asked for")
{
    auto who = executor::performer{};
    who.environment = {{"TOKEN", "hunter2", ""}, {"COPIED", "", "HOST_NAME"}};
    for (auto const& text :
         {cairn::to_json(who), executor::to_json(who, common::secrets::masked).dump()}) {
        CHECK(text.find("hunter2") == std::string::npos);
        CHECK(text.find("***") != std::string::npos);
    }
    auto const masked = executor::to_json(who, common::secrets::masked)["environment"];
    CHECK(masked[0] == json{{"name", "TOKEN"}, {"value", "***"}});
    CHECK(masked[1] == json{{"name", "COPIED"}, {"value_from_env", "HOST_NAME"}});
    CHECK(executor::to_json(who, common::secrets::shown)["environment"][0]["value"] == "hunter2");
}

TEST_CASE_TEMPLATE(
    "marks and failed records that are old enough are removed, and no others", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    w.db().write([&](transaction& tx) {
        for (std::uint64_t i = 0; i < 2500; ++i)
            tx[tables::processed].insert(
                {.task_id = make_task(i).task_id, .processed_at = epoch + std::chrono::seconds{i}});
    });
    auto const old = executor::place(w.db(), order_of(0xa1), epoch);
    auto const recent = executor::place(w.db(), order_of(0xa1), epoch + 900s);
    auto const living = executor::place(w.db(), order_of(0xa1), epoch);
    for (auto const& each : {old, recent}) {
        advance(w.db(), each.deployment_id, deployment_status::failed, each.started_at, "why");
        w.db()[tables::performers].update(
            each.performer_id, [](executor::performer& p) { p.status = performer_status::failed; });
    }
    auto const ages = executor::retention_config{.processed = 500s, .deployments = 1000s};
    auto const removed = executor::remove_old(w.db(), ages, epoch + 1500s);
    CHECK(removed.marks == 1000);
    CHECK(removed.deployments == 1);
    CHECK(removed.performers == 1);
    CHECK(w.db()[tables::processed].by("age"_by).first()->processed_at == epoch + 1000s);
    CHECK_FALSE(w.db()[tables::deployments].contains(old.deployment_id));
    CHECK(w.db()[tables::deployments].contains(recent.deployment_id));
    CHECK(w.db()[tables::deployments].contains(living.deployment_id));
    CHECK(w.db()[tables::performers].contains(living.performer_id));
}

TEST_CASE_TEMPLATE(
    "a failed performer is kept for as long after its failure as its deployment", Backend,
    in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const placed = executor::place(w.db(), order_of(0xa1), epoch);
    advance(w.db(), placed.deployment_id, deployment_status::deploying, epoch);
    advance(w.db(), placed.deployment_id, deployment_status::running, epoch);
    advance(w.db(), placed.deployment_id, deployment_status::failed, epoch + 5000s, "why");
    w.db()[tables::performers].update(
        placed.performer_id, [](executor::performer& p) { p.status = performer_status::failed; });
    auto const ages = executor::retention_config{.processed = 500s, .deployments = 1000s};
    CHECK(executor::remove_old(w.db(), ages, epoch + 6000s).performers == 0);
    CHECK(w.db()[tables::performers].contains(placed.performer_id));
    auto const removed = executor::remove_old(w.db(), ages, epoch + 6001s);
    CHECK(removed.performers == 1);
    CHECK(removed.deployments == 1);
    CHECK(w.db()[tables::performers].scan().count() == 0);
}
