// SPDX-License-Identifier: BSL-1.0
// The life of a task: transitions, claims, results, recovery, deadlines, retention.
#include "aggregator/world.hpp"

#include "common/hex.hpp"
#include "recovery.hpp"
#include "retention.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace test;

namespace {

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

template <class World>
std::uint64_t count(World& w, task_status status)
{
    return w.db()[tasks].by("queue"_by, status).count();
}

} // namespace

TEST_CASE_TEMPLATE(
    "a task's status changes along its lifecycle and in no other way", Backend, in_memory,
    in_sqlite)
{
    constexpr auto all = std::array{
        task_status::pending, task_status::processing, task_status::completed, task_status::failed};
    auto const allowed = std::set<std::pair<task_status, task_status>>{
        {task_status::pending, task_status::processing},
        {task_status::pending, task_status::failed},
        {task_status::processing, task_status::completed},
        {task_status::processing, task_status::failed},
        {task_status::processing, task_status::pending}};
    auto w = world<Backend>{};
    auto number = std::uint64_t{};
    for (auto const from : all)
        for (auto const to : all) {
            auto const stored = make_task(++number, from);
            w.db()[tasks].insert(stored);
            auto const change = [&] {
                w.db()[tasks].update(stored.task_id, [&](task& t) {
                    t.status = to;
                    t.attempts = 7;
                });
            };
            if (from == to || allowed.contains({from, to})) {
                CHECK_NOTHROW(change());
                CHECK(w.db()[tasks].get(stored.task_id).status == to);
            } else {
                auto const before = count(w, from);
                auto const other = count(w, to);
                CHECK_THROWS_AS(change(), cairn::invalid_transition);
                CHECK(w.db()[tasks].get(stored.task_id).attempts == 0);
                CHECK(count(w, from) == before);
                CHECK(count(w, to) == other);
            }
        }
}

TEST_CASE_TEMPLATE(
    "the tasks of an AVS are claimed in the order of their creation", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto of_another = make_task(0);
    of_another.avs_address = address(0xb2);
    w.db()[tasks].insert(of_another);
    for (auto const number : {3U, 1U, 2U}) w.db()[tasks].insert(make_task(number));
    auto const first = aggregator::claim(w.db(), address(0xa1), 2, epoch);
    REQUIRE(first.size() == 2);
    CHECK(first[0].payload == payload_of(1));
    CHECK(first[1].payload == payload_of(2));
    CHECK(first[0].status == task_status::processing);
    CHECK(aggregator::claim(w.db(), address(0xa1), 5, epoch).size() == 1);
    CHECK(aggregator::claim(w.db(), address(0xa1), 5, epoch).empty());
    CHECK(aggregator::claim(w.db(), address(0xb2), 5, epoch).size() == 1);
}

TEST_CASE_TEMPLATE(
    "of many claiming threads, exactly one gets each task", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.db().write([&](aggregator::transaction& tx) {
        for (std::uint64_t i = 0; i < 200; ++i) tx[tasks].insert(make_task(i));
    });
    auto guard = std::mutex{};
    auto got = std::multiset<hash32>{};
    {
        auto threads = std::vector<std::jthread>{};
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (;;) {
                    auto const claimed = aggregator::claim(w.db(), address(0xa1), 3, epoch);
                    if (claimed.empty()) return;
                    auto const lock = std::lock_guard{guard};
                    for (auto const& each : claimed) got.insert(each.task_id);
                }
            });
    }
    CHECK(got.size() == 200);
    CHECK(std::set<hash32>(got.begin(), got.end()).size() == 200);
}

TEST_CASE_TEMPLATE("the outcome of a task follows from its payload", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto good = make_task(1);
    auto bad = make_task(2);
    bad.payload = refused_payload();
    auto empty = make_task(3);
    empty.payload.clear();
    for (auto const& each : {good, bad, empty}) w.db()[tasks].insert(each);
    for (auto const& each : aggregator::claim(w.db(), address(0xa1), 3, epoch))
        CHECK(aggregator::finish(w.db(), each, aggregator::execute(each.payload), epoch + 1s));

    auto const done = w.db()[tasks].get(good.task_id);
    CHECK(done.status == task_status::completed);
    CHECK(done.result == aggregator::sha256(good.payload));
    CHECK(done.error == std::nullopt);
    CHECK(done.updated_at == epoch + 1s);
    auto const refused = w.db()[tasks].get(bad.task_id);
    CHECK(refused.status == task_status::failed);
    CHECK(refused.result == std::nullopt);
    CHECK(refused.error == std::string{aggregator::refused_text});
    auto const nothing = w.db()[tasks].get(empty.task_id);
    CHECK(
        aggregator::to_hex(*nothing.result)
        == "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE_TEMPLATE("a task is finished once", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.db()[tasks].insert(make_task(1));
    auto const claimed = aggregator::claim(w.db(), address(0xa1), 1, epoch).at(0);
    auto const result = aggregator::execute(claimed.payload);
    CHECK(aggregator::finish(w.db(), claimed, result, epoch + 1s));
    CHECK_FALSE(aggregator::finish(w.db(), claimed, result, epoch + 2s));
    CHECK_FALSE(aggregator::release(w.db(), claimed, epoch + 2s));
    CHECK(w.db()[tasks].get(claimed.task_id).updated_at == epoch + 1s);
}

TEST_CASE_TEMPLATE(
    "a released task waits again and counts no attempt", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.db()[tasks].insert(make_task(1));
    auto const claimed = aggregator::claim(w.db(), address(0xa1), 1, epoch).at(0);
    CHECK(aggregator::release(w.db(), claimed, epoch + 1s));
    auto const again = aggregator::claim(w.db(), address(0xa1), 1, epoch + 2s);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 0);
}

TEST_CASE_TEMPLATE(
    "a start requeues interrupted tasks and keeps waiting ones", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    for (std::uint64_t i = 0; i < 5; ++i) w.db()[tasks].insert(make_task(i));
    CHECK(aggregator::claim(w.db(), address(0xa1), 2, epoch).size() == 2);
    w.restart();

    auto const report = aggregator::recover(w.db(), 5, epoch + 1s);

    CHECK(report.requeued == 2);
    CHECK(report.pending == 5);
    CHECK(report.exhausted == 0);
    CHECK(count(w, task_status::processing) == 0);
    CHECK(w.db()[tasks].get(make_task(0).task_id).attempts == 1);
    CHECK(w.db()[tasks].get(make_task(4).task_id).attempts == 0);
    CHECK(aggregator::recover(w.db(), 5, epoch + 1s).requeued == 0);
}

TEST_CASE_TEMPLATE(
    "a task that is interrupted too often becomes failed", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.db()[tasks].insert(make_task(1));
    for (auto const last : {false, false, true}) {
        CHECK(aggregator::claim(w.db(), address(0xa1), 1, epoch).size() == 1);
        w.restart();
        auto const report = aggregator::recover(w.db(), 3, epoch);
        CHECK(report.exhausted == (last ? 1 : 0));
        CHECK(report.pending == (last ? 0 : 1));
    }
    auto const stored = w.db()[tasks].get(make_task(1).task_id);
    CHECK(stored.status == task_status::failed);
    CHECK(stored.error == std::string{aggregator::exhausted_text});
    CHECK(stored.attempts == 3);
}

TEST_CASE_TEMPLATE(
    "tasks past their deadline become failed, on a start, by a claim and in between", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto late = make_task(1);
    late.deadline = epoch + 10s;
    auto in_time = make_task(2);
    in_time.deadline = epoch + 20s;
    auto const endless = make_task(3);
    for (auto const& each : {late, in_time, endless}) w.db()[tasks].insert(each);

    SUBCASE("on a start, whether waiting or interrupted")
    {
        CHECK(aggregator::claim(w.db(), address(0xa1), 1, epoch).size() == 1);
        w.restart();
        auto const report = aggregator::recover(w.db(), 5, epoch + 10s);
        CHECK(report.expired == 1);
        CHECK(report.pending == 2);
    }
    SUBCASE("on a start, waiting")
    {
        CHECK(aggregator::recover(w.db(), 5, epoch + 10s).expired == 1);
    }
    SUBCASE("by a claim")
    {
        CHECK(aggregator::claim(w.db(), address(0xa1), 3, epoch + 10s).size() == 2);
    }
    SUBCASE("in between")
    {
        CHECK(aggregator::expire(w.db(), epoch + 9s) == 0);
        CHECK(aggregator::expire(w.db(), epoch + 10s) == 1);
        CHECK(aggregator::expire(w.db(), epoch + 10s) == 0);
    }
    auto const stored = w.db()[tasks].get(late.task_id);
    CHECK(stored.status == task_status::failed);
    CHECK(stored.error == std::string{aggregator::expired_text});
    CHECK(w.db()[tasks].get(in_time.task_id).status != task_status::failed);
    CHECK(w.db()[tasks].get(endless.task_id).status != task_status::failed);
}

TEST_CASE_TEMPLATE(
    "finished tasks are removed after their age, and no others", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.db().write([&](aggregator::transaction& tx) {
        for (std::uint64_t i = 0; i < 2500; ++i)
            tx[tasks].insert(make_task(i, task_status::completed));
        tx[tasks].insert(make_task(3000, task_status::failed));
        tx[tasks].insert(make_task(3001, task_status::pending));
        tx[tasks].insert(make_task(3002, task_status::processing));
    });
    CHECK(aggregator::remove_finished(w.db(), 1000s, epoch + 3000s) == 2000);
    CHECK(count(w, task_status::completed) == 500);
    CHECK(count(w, task_status::failed) == 1);
    CHECK(aggregator::remove_finished(w.db(), 1s, epoch + 1'000'000s) == 501);
    CHECK(count(w, task_status::pending) == 1);
    CHECK(count(w, task_status::processing) == 1);
}

TEST_CASE_TEMPLATE("every question has its index", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    for (std::uint64_t i = 0; i < 4; ++i) {
        auto each = make_task(i);
        each.avs_address = address(i % 2 == 0 ? 0xa1 : 0xa2);
        each.block_number = i / 2;
        w.db()[tasks].insert(each);
    }
    auto const of_one = w.db()[tasks].by("avs_queue"_by, address(0xa2), task_status::pending);
    CHECK(of_one.count() == 2);
    CHECK(of_one.first()->payload == payload_of(1));
    CHECK(w.db()[tasks].by("block"_by, address(0xa1), 31337U, 1U).count() == 1);
    CHECK(count(w, task_status::pending) == 4);

    auto const all = w.db()[tasks].by("queue"_by, task_status::pending);
    auto const first = all.page(3);
    CHECK(first.records.size() == 3);
    auto const second = all.page(3, first.next);
    REQUIRE(second.records.size() == 1);
    CHECK(second.records[0].payload == payload_of(3));
    CHECK(second.next.empty());
}

TEST_CASE_TEMPLATE(
    "copies of AVS configurations are upserted, and refreshed when too old", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.entry.executor_operator_sets = {2};
    w.entry.operator_sets = {{.id = 2, .task_sla = 30s}, {.id = 4}};
    auto directory = aggregator::avs_directory{w.db(), {w.entry}, 1h};
    CHECK(directory.refresh(epoch) == 1);
    CHECK(directory.refresh(epoch + 59min) == 0);
    CHECK(directory.terms_for(w.entry.address, epoch).sla == 30s);

    w.entry.operator_sets = {{.id = 2, .task_sla = 40s}};
    auto changed = aggregator::avs_directory{w.db(), {w.entry}, 1h};
    CHECK(changed.terms_for(w.entry.address, epoch + 59min).sla == 30s);
    CHECK(changed.terms_for(w.entry.address, epoch + 60min).sla == 40s);
    CHECK(w.db()[aggregator::operator_sets].prefix(w.entry.address).count() == 1);
    CHECK_THROWS_AS(changed.terms_for(address(0x99), epoch), cairn::not_found);
}
