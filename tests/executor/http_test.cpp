// SPDX-License-Identifier: BSL-1.0
// The interface: strict requests, pages, waiting, masks.
#include "executor/world.hpp"

#include "task_store.hpp"

using namespace test;

namespace {

/// The interface alone, over a store in memory, without anybody who carries out anything.
struct interface {
    scratch_folder folder{};
    executor::config settings{settings_in(folder)};
    std::unique_ptr<database> db{executor::open_database({})};
    executor::bulletins news{};
    std::optional<executor::http_api> api{};

    explicit interface(executor::permission show = executor::permission::no)
    {
        settings.http.show_secrets = show;
        api.emplace(*db, settings, news);
    }

    client ask() { return client{api->port()}; }
};

constexpr auto avs = "0xa100000000000000000000000000000000000000";

} // namespace

TEST_CASE("a request that is not as it must be is refused, and says where")
{
    auto w = interface {
    };
    auto ask = w.ask();
    auto const good = client::request_of(make_task(1));
    auto const refused = [&](std::string const& name, json const& value) {
        auto bad = good;
        bad[name] = value;
        return ask.post("/tasks", bad, 400)["error"].get<std::string>();
    };
    CHECK(refused("task_id", "0x12") == "task_id: expected 0x and 64 hexadecimal digits");
    CHECK(refused("task_id", 7) == "task_id: expected a text");
    CHECK(refused("avs_address", "0x") == "avs_address: expected 0x and 40 hexadecimal digits");
    CHECK(refused("payload", "0x123") == "payload: expected 0x and hexadecimal digits");
    CHECK(refused("operator_set_id", -1) == "operator_set_id: expected a number of 32 bits");
    CHECK(
        refused("operator_set_id", 1ULL << 32U) == "operator_set_id: expected a number of 32 bits");
    CHECK(refused("surprise", 1) == "surprise: unknown");
    CHECK(ask.post("/tasks", json::array(), 400)["error"] == "expected an object");
    auto missing = good;
    missing.erase("payload");
    CHECK(ask.post("/tasks", missing, 400)["error"] == "payload: required, but missing");
    CHECK(w.db->operator[](tables::in_flight).scan().count() == 0);
    CHECK(ask.submit(make_task(1))["status"] == "received");

    auto const variable = [&](json const& each) {
        return ask
            .post(
                "/deployments",
                {{"avs_address", avs}, {"registry", "r"}, {"environment", json::array({each})}},
                400)["error"]
            .get<std::string>();
    };
    CHECK(variable({{"value", "x"}}) == "environment[0].name: required, but missing");
    CHECK(variable({{"name", "A=B"}}) == "environment[0]: not a variable");
    CHECK(variable({{"name", "A"}, {"value", "***"}}) == "environment[0].value: is only a mask");
    CHECK(
        variable({{"name", "A"}, {"value", "x"}, {"value_from_env", "y"}})
        == "environment[0].value_from_env: there is a value already");
    CHECK(
        ask.post(
            "/deployments", {{"avs_address", avs}, {"registry", "r"}, {"mode", "rocket"}},
            400)["error"]
        == "mode: there is no 'rocket'");
    for (auto const* const mode : {"docker", "kubernetes"})
        CHECK(
            ask.post(
                "/deployments", {{"avs_address", avs}, {"registry", "r"}, {"mode", mode}},
                400)["error"]
            == "mode: this executor starts processes only, no containers");
    CHECK(w.db->operator[](tables::deployments).scan().count() == 0);
    ask.get("/deployments?status=odd", 400);
    ask.get("/deployments?limit=0", 400);
    ask.get("/deployments?page=nonsense", 400);
    ask.get("/performers?avs=0x1", 400);
    ask.get("/tasks/0x12", 400);
    ask.get("/nowhere", 404);
}

TEST_CASE("requests from web pages are refused: of another type, or for another host")
{
    auto w = interface {
    };
    auto http = httplib::Client{"127.0.0.1", w.api->port()};
    auto const body = client::request_of(make_task(1)).dump();
    CHECK(http.Post("/tasks", body, "text/plain")->status == 415);
    auto const elsewhere = httplib::Headers{{"Host", "example.org"}};
    CHECK(http.Get("/health", elsewhere)->status == 403);
    CHECK(http.Post("/tasks", elsewhere, body, "application/json")->status == 403);
    CHECK(w.db->operator[](tables::in_flight).scan().count() == 0);
}

TEST_CASE("a body longer than configured is refused")
{
    auto w = interface {
    };
    auto task = make_task(1);
    task.payload.resize(w.settings.http.max_body);
    w.ask().submit(task, 413);
    CHECK(w.db->operator[](tables::in_flight).scan().count() == 0);
    task.payload.resize(8);
    CHECK(w.ask().submit(task, 202)["status"] == "received");
}

TEST_CASE("another task under the same id is a conflict, and too many are turned away")
{
    auto w = interface {
    };
    w.settings.work.max_in_flight = 1;
    auto ask = w.ask();
    auto task = make_task(1);
    ask.submit(task, 202);
    ask.submit(task, 202);
    CHECK(ask.submit(make_task(2), 503)["error"] == "too many tasks are in flight");
    w.settings.work = {.max_in_flight = 2, .max_per_avs = 1};
    CHECK(ask.submit(make_task(2), 503)["error"] == "too many tasks of this AVS are in flight");
    ask.submit(make_task(2, address(0xa2)), 202);
    task.payload.push_back(std::byte{1});
    CHECK(ask.submit(task, 409)["error"] == "another task has this id");
}

TEST_CASE("a wait ends with the task, or with its time, and an unknown task is not found")
{
    auto w = interface {
    };
    auto ask = w.ask();
    auto const task = make_task(1);
    auto const path = "/tasks/" + common::to_hex(task.task_id);
    CHECK(ask.get(path + "?wait=20s", 404)["error"] == "no such task");
    ask.submit(task);
    auto begin = std::chrono::steady_clock::now();
    CHECK(ask.get(path + "?wait=30ms")["status"] == "received");
    CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
    ask.get(path + "?wait=soon", 400);

    auto ending = std::jthread{[&] {
        std::this_thread::sleep_for(30ms);
        executor::conclude(*w.db, task, {.error = "no"}, epoch);
        w.news.endings.publish();
    }};
    begin = std::chrono::steady_clock::now();
    auto const ended = ask.get(path + "?wait=20s");
    CHECK(ended["status"] == "failed");
    CHECK(ended["error"] == "no");
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("a stop ends the requests that wait")
{
    auto w = interface {
    };
    auto const task = make_task(1);
    w.ask().submit(task);
    auto const port = w.api->port();
    auto waiting = std::jthread{[&] { client{port}.wait_for(task); }};
    std::this_thread::sleep_for(50ms);
    auto const begin = std::chrono::steady_clock::now();
    w.api.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("deployments come in pages, oldest first or newest first")
{
    auto w = interface {
    };
    auto ask = w.ask();
    auto ids = std::vector<std::string>{};
    for (int i = 0; i < 5; ++i)
        ids.push_back(ask.post(
            "/deployments", {{"avs_address", avs}, {"registry", "r"}}, 202)["deployment_id"]);
    for (auto const* const question :
         {"/deployments?limit=2",
          "/deployments?limit=2&avs=0xA1"
          "00000000000000000000000000000000"
          "000000"}) {
        auto found = std::vector<std::string>{};
        auto token = std::string{};
        do {
            auto const page = ask.get(question + (token.empty() ? "" : "&page=" + token));
            for (auto const& each : page["deployments"]) found.push_back(each["deployment_id"]);
            token = page["next"];
        } while (!token.empty());
        CHECK(found == ids);
    }
    auto const newest = ask.get("/deployments?limit=1&order=newest&status=pending");
    CHECK(newest["deployments"][0]["deployment_id"] == ids.back());
    CHECK(ask.get("/deployments/" + ids[1])["status"] == "pending");
    ask.get("/deployments/deployment-0", 404);
    CHECK(ask.get("/performers?status=staged")["performers"].size() == 5);
    ask.get("/deployments?status=pending&avs=" + std::string{avs}, 400);
}

TEST_CASE("values of variables are shown if the request asks and the configuration allows it")
{
    auto const body = json{
        {"avs_address", avs},
        {"registry", "r"},
        {"environment", {{{"name", "TOKEN"}, {"value", "hunter2"}}}}};
    for (auto const show : {executor::permission::no, executor::permission::yes}) {
        auto w = interface {
            show
        };
        auto ask = w.ask();
        CHECK(ask.post("/deployments", body, 202).dump().find("hunter2") == std::string::npos);
        CHECK(ask.performer()["environment"][0]["value"] == "***");
        if (show == executor::permission::no) {
            ask.get("/performers?secrets=yes", 400);
            continue;
        }
        auto const all = ask.get("/performers?secrets=yes")["performers"];
        CHECK(all[0]["environment"][0]["value"] == "hunter2");
    }
}

TEST_CASE("health is bad while a performer is not in service, and metrics count")
{
    auto w = interface {
    };
    auto ask = w.ask();
    CHECK(ask.get("/health")["status"] == "healthy");
    ask.post("/deployments", {{"avs_address", avs}, {"registry", "r"}}, 202);
    CHECK(ask.get("/health", 503)["performers"]["staged"] == 1);
    auto http = httplib::Client{"127.0.0.1", w.api->port()};
    CHECK(
        http.Get("/metrics")->body.find("executor_performers{status=\"staged\"} 1\n")
        != std::string::npos);
}

TEST_CASE("a performer that failed makes health worse, and bad only where one was configured")
{
    auto w = interface {
    };
    auto ask = w.ask();
    auto const add = [&](unsigned char of, performer_status status) {
        auto who = executor::performer{};
        who.performer_id = std::to_string(w.db->operator[](tables::performers).count());
        who.avs_address = address(of);
        who.status = status;
        w.db->operator[](tables::performers).insert(who);
    };
    add(0xa1, performer_status::in_service);
    CHECK(ask.get("/health")["status"] == "healthy");
    add(0xa1, performer_status::failed); // another one was asked for, by a wrong name
    add(0xa2, performer_status::failed);
    CHECK(ask.get("/health")["status"] == "degraded");
    CHECK(ask.get("/health")["performers"]["failed"] == 2);
    add(0xa2, performer_status::running);
    CHECK(ask.get("/health", 503)["status"] == "unavailable");
    w.db->operator[](tables::performers).erase("3");
    CHECK(ask.get("/health")["status"] == "degraded");
    w.settings.performers.at(0).count = 2; // and so one that was configured has failed
    CHECK(ask.get("/health", 503)["status"] == "unavailable");
}

TEST_CASE("a port that is taken is an error")
{
    auto w = interface {
    };
    auto other = w.settings;
    other.http.port = static_cast<std::uint64_t>(w.api->port());
    CHECK_THROWS_AS(executor::http_api(*w.db, other, w.news), std::runtime_error);
}
