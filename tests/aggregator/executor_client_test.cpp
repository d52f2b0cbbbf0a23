// SPDX-License-Identifier: BSL-1.0
// Handing tasks to an executor: whatever is lost on the way, the task is found there again.
#include "aggregator/http_server.hpp"
#include "aggregator/world.hpp"

#include "common/digest.hpp"
#include "common/hex.hpp"
#include "executor_client.hpp"
#include "worker_pool.hpp"

#include <nlohmann/json.hpp>

#include <thread>

using namespace test;

namespace {

aggregator::executor_config settings_for(std::string const& url)
{
    auto c = aggregator::executor_config{};
    c.url = url;
    c.wait = 100ms;
    c.timeout = 300ms;
    c.backoff_min = 1ms;
    c.backoff_max = 5ms;
    return c;
}

task some_task()
{
    auto result = task{};
    result.task_id = aggregator::sha256(payload_of(1));
    result.avs_address = address(0xa1);
    result.payload = payload_of(1);
    return result;
}

std::string completed_with(hash32 const& result)
{
    return R"({"status":"completed","result":")" + aggregator::to_hex(result) + "\"}";
}

constexpr auto received = R"({"status":"received"})";
constexpr auto interrupted = R"({"status":"failed","error":"interrupted: gone"})";

/// How the task ends at an executor that answers so, and what it was asked.
std::optional<aggregator::outcome> run_at(std::vector<answer_of> answers, std::size_t requests)
{
    auto const server = http_server{std::move(answers)};
    auto client = aggregator::executor_client{settings_for(server.url()), {}};
    auto result = client.run(some_task(), {});
    CHECK(server.requests().size() == requests);
    return result;
}

} // namespace

TEST_CASE("a task that the executor has ended already is one question")
{
    auto const ended = run_at({{200, completed_with(hash32{})}}, 1);
    REQUIRE(ended);
    CHECK(ended->result == hash32{});
    CHECK_FALSE(ended->error);
    CHECK(run_at({{200, interrupted}}, 1)->error == "interrupted: gone");
}

TEST_CASE("a task is submitted with its id and content, and its end is waited for")
{
    auto const server = http_server{
        {{202, received},
         {200, received},
         {200, R"({"status":"started"})"},
         {200, completed_with(hash32{})}}};
    auto client = aggregator::executor_client{settings_for(server.url()), {}};
    CHECK(client.run(some_task(), {})->result == hash32{});
    auto const requests = server.requests();
    REQUIRE(requests.size() == 4);
    auto const sent = nlohmann::json::parse(requests[0]);
    CHECK(sent["task_id"] == aggregator::to_hex(some_task().task_id));
    CHECK(sent["avs_address"] == aggregator::to_hex(address(0xa1)));
    CHECK(sent["payload"] == aggregator::to_hex(payload_of(1)));
}

TEST_CASE("a task is submitted again when the executor does not know it, or was not heard")
{
    CHECK(run_at({{202, received}, {404, "{}"}, {200, completed_with(hash32{})}}, 3)->result);
    CHECK(run_at({{503, "{}"}, {500, "{}"}, {202, received}, {503, ""}, {200, interrupted}}, 5)
              ->error);
    CHECK(run_at(
              {{200, "not JSON"},
               {200, "{}"},
               {200, R"({"status":"completed"})"},
               {200, R"({"status":"completed","result":"0x12"})"},
               {200, completed_with(hash32{})}},
              5)
              ->result);
}

TEST_CASE("an executor that never waits, or always forgets, is not asked without a pause")
{
    constexpr auto forgotten = "{}";
    auto const at_once = std::vector<answer_of>(5, {200, received});
    auto const never_known = std::vector<answer_of>{
        {404, forgotten}, {202, received}, {404, forgotten}, {202, received}, {404, forgotten}};
    for (auto answers : {at_once, never_known}) {
        answers.insert(answers.begin(), {202, received});
        answers.push_back({200, interrupted});
        auto const server = http_server{answers};
        auto settings = settings_for(server.url());
        settings.backoff_min = settings.backoff_max = 40ms;
        auto client = aggregator::executor_client{settings, {}};
        auto const begin = std::chrono::steady_clock::now();
        CHECK(client.run(some_task(), {})->error);
        CHECK(std::chrono::steady_clock::now() - begin >= 60ms); // three pauses, each half at least
        CHECK(server.requests().size() == answers.size());
    }
}

TEST_CASE("a task that the executor refuses has failed, with its reason")
{
    CHECK(
        run_at({{409, R"({"error":"another task has this id"})"}}, 1)->error
        == "refused by the executor: another task has this id");
    CHECK(run_at({{413, "too long"}}, 1)->error == "refused by the executor: HTTP status 413");
}

TEST_CASE("a task whose record is damaged at the executor has failed, whenever that is met")
{
    constexpr auto damaged = R"({"error":"corrupt_record: task:0x12"})";
    constexpr auto expected = "refused by the executor: corrupt_record: task:0x12";
    CHECK(run_at({{422, damaged}}, 1)->error == expected);
    CHECK(run_at({{202, received}, {422, damaged}}, 2)->error == expected);
    CHECK(run_at({{202, received}, {200, received}, {422, damaged}}, 3)->error == expected);
}

TEST_CASE("an executor that does not answer is waited for until the task's deadline")
{
    auto const silent = silent_server{};
    auto client = aggregator::executor_client{settings_for(silent.url()), {}};
    auto late = some_task();
    late.deadline = common::current_time() + 400ms;
    auto const ended = client.run(late, {});
    REQUIRE(ended);
    CHECK(ended->error == aggregator::expired_text);
}

TEST_CASE("a stop ends the wait for an executor, and the task is put back")
{
    auto w = world<in_memory>{};
    w.chain.mine(3);
    w.poll();
    {
        auto const pool = aggregator::worker_pool{
            w.db(),
            address(0xa1),
            {.threads = 2},
            [](std::exception const&) { FAIL("a worker failed"); },
            aggregator::runners_for(settings_for("http://127.0.0.1:9"), {})};
        std::this_thread::sleep_for(50ms);
        CHECK(w.db()[tasks].by("queue"_by, task_status::processing).count() > 0);
    }
    CHECK(w.db()[tasks].by("queue"_by, task_status::pending).count() == 3);
}
