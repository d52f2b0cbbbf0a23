// SPDX-License-Identifier: BSL-1.0
// Performers as real processes: deployed, found again after a kill, restarted, removed.
#include "executor/world.hpp"

#include "common/work.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace test;

namespace {

using executor::deployment_mode;

/// The file of an executor that is not running.
std::unique_ptr<database> open(executor::config const& settings)
{
    return executor::open_database(settings.storage);
}

executor::performer the_performer(database& db)
{
    auto const all = db[tables::performers].scan().to_vector();
    REQUIRE(all.size() == 1);
    return all.front();
}

executor::performer the_performer(executor::config const& settings)
{
    return the_performer(*open(settings));
}

bool is_alive(executor::performer const& who)
{
    return executor::is_running(executor::identity_of(who));
}

void kill_process(executor::performer const& who)
{
    executor::end_process(executor::identity_of(who), SIGKILL, 1s);
}

bool is_in_service(database& db)
{
    return db[tables::performers].by("status"_by, performer_status::in_service).count() == 1;
}

/// Settings whose executor has had one performer in service and has stopped; the performer goes on.
struct left_alone {
    scratch_folder folder{};
    executor::config settings;
    executor::performer who{};

    explicit left_alone(std::string const& time = "0s") : settings{settings_in(folder, time)}
    {
        auto service = running_service{settings};
        REQUIRE(wait_until([&] { return is_in_service(service->store()); }));
        who = the_performer(service->store());
        CHECK(service.stop());
        CHECK(is_alive(who));
    }

    /// Puts a task in flight, as it was when the executor was killed.
    in_flight_task leave_task(task_status status, std::uint64_t incarnation)
    {
        auto task = make_task(1);
        task.status = status;
        task.performer_id = who.performer_id;
        task.incarnation = incarnation;
        task.claims = 1;
        (*open(settings))[tables::in_flight].insert(task);
        return task;
    }
};

std::optional<executor::processed_task> processed(database& db, in_flight_task const& task)
{
    return db[tables::processed].find(task.task_id);
}

bool wait_for_end(database& db, in_flight_task const& task)
{
    return wait_until([&] { return processed(db, task).has_value(); });
}

/// Why a deployment of one performer, changed by `change`, has failed.
std::string failure_of(std::function<void(executor::config&, executor::order&)> const& change)
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.performers.clear();
    settings.health.start_timeout = 300ms;
    auto what = executor::order{.avs = address(0xa1), .registry = "test/work"};
    change(settings, what);
    auto service = running_service{settings};
    auto& db = service->store();
    auto const id = client{service->port()}
                        .post(
                            "/deployments",
                            {{"avs_address", common::to_hex(what.avs)},
                             {"registry", what.registry},
                             {"digest", what.digest},
                             {"environment",
                              what.environment.empty()
                                  ? json::array()
                                  : json::array(
                                      {{{"name", "X"}, {"value_from_env", "NO_SUCH_VARIABLE"}}})}},
                            202)["deployment_id"]
                        .get<std::string>();
    CHECK(wait_until(
        [&] { return db[tables::deployments].get(id).status == deployment_status::failed; }));
    auto const record = db[tables::deployments].get(id);
    CHECK(record.completed_at);
    CHECK(db[tables::performers].get(record.performer_id).status == performer_status::failed);
    CHECK(folder.processes().empty());
    CHECK(service.stop());
    return record.error;
}

} // namespace

TEST_CASE("a configured performer is deployed, comes into service, and works")
{
    auto const folder = scratch_folder{};
    auto service = running_service{settings_in(folder)};
    auto ask = client{service->port()};
    CHECK(wait_until([&] { return ask.is_serving(); }));
    auto const shown = ask.performer();
    CHECK(shown["container_healthy"] == true);
    CHECK(shown["application_healthy"] == true);
    CHECK(std::stoi(shown["resource_id"].get<std::string>()) == folder.processes().at(0));

    auto const task = make_task(5);
    CHECK(ask.submit(task)["status"] == "received");
    auto const ended = ask.wait_for(task);
    CHECK(ended["status"] == "completed");
    CHECK(ended["result"] == common::to_hex(*common::execute(task.payload).result));
    auto refused = make_task(6);
    refused.payload = {std::byte{0xff}};
    ask.submit(refused);
    CHECK(ask.wait_for(refused)["status"] == "failed");
    CHECK(ask.wait_for(refused)["error"] == "the payload asks to fail");

    auto const history = ask.get("/deployments?avs=" + common::to_hex(address(0xa1)));
    CHECK(history["deployments"].size() == 1);
    CHECK(history["deployments"][0]["status"] == "running");
    CHECK(service.stop());
}

TEST_CASE("the time and result of each health check are rewritten in the record")
{
    auto const folder = scratch_folder{};
    auto service = running_service{settings_in(folder)};
    auto& db = service->store();
    REQUIRE(wait_until([&] { return is_in_service(db); }));
    auto const first = the_performer(db).last_health_check;
    REQUIRE(first);
    CHECK(wait_until([&] { return the_performer(db).last_health_check > *first + 50ms; }));
    CHECK(service.stop());
}

TEST_CASE("a killed executor finds its performer again: the same id, the same process")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder);
    auto first = std::make_unique<executor_process>(folder, settings);
    auto ask = client{first->port()};
    REQUIRE(wait_until([&] { return ask.is_serving(); }));
    auto const before = ask.performer();
    first->kill();
    CHECK(folder.processes().size() == 1);

    for (auto round = 0; round < 2; ++round) {
        auto const next = executor_process{folder, settings};
        auto again = client{next.port()};
        CHECK(again.is_serving());
        auto const after = again.performer();
        for (auto const* const name : {"performer_id", "resource_id", "start_time", "incarnation"})
            CHECK(after[name] == before[name]);
        CHECK(next.said().find(" recovered attached=1 restarted=0 ") != std::string::npos);
        CHECK(next.said().find("hunter2") == std::string::npos); // a value of its variables
    }
}

TEST_CASE("a task that ran while the executor was killed ends once, with its result")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder, "400ms");
    auto const task = make_task(1);
    {
        auto const first = executor_process{folder, settings};
        auto ask = client{first.port()};
        REQUIRE(wait_until([&] { return ask.is_serving(); }));
        ask.submit(task);
        REQUIRE(wait_until([&] { return folder.begun().size() == 1; }));
    } // SIGKILL
    auto const next = executor_process{folder, settings};
    auto ask = client{next.port()};
    CHECK(ask.submit(task)["status"] == "started"); // found again, by whoever submits it again
    CHECK(ask.wait_for(task)["status"] == "completed");
    CHECK(next.said().find(" continued=1 ") != std::string::npos);
    CHECK(folder.begun() == std::map<std::string, int>{{common::to_hex(task.task_id), 1}});
    CHECK(ask.submit(task, 200)["status"] == "completed");
}

TEST_CASE("tasks end once each while the executor is killed at any moment")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder, "10ms");
    auto next_task = std::uint64_t{};
    for (auto kill = 0; kill < 8; ++kill) {
        auto const each = executor_process{folder, settings};
        auto ask = client{each.port()};
        for (auto i = 0; i < 6; ++i) ask.submit(make_task(next_task++));
        std::this_thread::sleep_for(std::chrono::milliseconds{7 * kill});
    }
    auto const last = executor_process{folder, settings};
    auto ask = client{last.port()};
    for (std::uint64_t i = 0; i < next_task; ++i)
        CHECK(ask.wait_for(make_task(i))["status"] == "completed");
    auto const begun = folder.begun();
    CHECK(begun.size() == next_task);
    for (auto const& [task, times] : begun) CHECK(times == 1);
    CHECK(folder.processes().size() == 1);
}

TEST_CASE("a performer whose process is missing is restarted under its id")
{
    auto left = left_alone{};
    kill_process(left.who);
    auto service = running_service{left.settings};
    CHECK(service->recovered().restarted == 1);
    CHECK(service->recovered().attached == 0);
    auto const now = the_performer(service->store());
    CHECK(now.performer_id == left.who.performer_id);
    CHECK(now.resource_id != left.who.resource_id);
    CHECK(now.incarnation == left.who.incarnation + 1);
    CHECK(now.status == performer_status::in_service);
    CHECK(is_alive(now));
    CHECK(service.stop());
}

TEST_CASE("a process that was given the number of a performer is left alone")
{
    auto left = left_alone{};
    kill_process(left.who);
    auto stranger = executor::gated_process{
        {.program = "/bin/sleep",
         .arguments = {"60"},
         .environment = {},
         .log = left.folder.file("log")}};
    stranger.release();
    (*open(left.settings))[tables::performers].update(
        left.who.performer_id, [&](executor::performer& p) {
            p.resource_id = std::to_string(stranger.identity().pid); // the start time differs
        });
    auto service = running_service{left.settings};
    CHECK(service->recovered().restarted == 1);
    CHECK(service->recovered().attached == 0);
    CHECK(executor::is_running(stranger.identity()));
    CHECK(is_alive(the_performer(service->store())));
    CHECK(service.stop());
    executor::end_process(stranger.identity(), SIGKILL, 1s);
}

TEST_CASE("a performer that was being removed is removed by the next start, with its process")
{
    auto left = left_alone{};
    left.settings.performers.clear();
    (*open(left.settings))[tables::performers].update(
        left.who.performer_id,
        [](executor::performer& p) { p.status = performer_status::stopped; });
    auto service = running_service{left.settings};
    CHECK(service->recovered().removed == 1);
    CHECK(service->recovered().deployments_interrupted == 0);
    CHECK_FALSE(is_alive(left.who));
    CHECK(service->store()[tables::performers].scan().count() == 0);
    auto const history = service->store()[tables::deployments].scan().to_vector();
    REQUIRE(history.size() == 1);
    CHECK(history[0].status == deployment_status::failed);
    CHECK(history[0].error == "the performer was removed on request");
    CHECK(service.stop());
}

TEST_CASE("a deployment that was cut short is failed, and what it had started is ended")
{
    auto left = left_alone{};
    {
        auto const db = open(left.settings);
        auto record = (*db)[tables::deployments].scan().to_vector().at(0);
        (*db)[tables::deployments].erase(record.deployment_id);
        record.status = deployment_status::deploying;
        record.completed_at.reset();
        (*db)[tables::deployments].insert(record);
    }
    auto service = running_service{left.settings};
    CHECK(service->recovered().removed == 1);
    CHECK(service->recovered().deployments_interrupted == 1);
    CHECK_FALSE(is_alive(left.who));
    auto& db = service->store();
    auto const cut = db[tables::deployments].by("status"_by, deployment_status::failed).first();
    REQUIRE(cut);
    CHECK(cut->error == "interrupted: the executor ended while it was deploying");
    CHECK(wait_until([&] { return is_in_service(db); })); // the configuration asks for one
    CHECK(the_performer(db).performer_id != left.who.performer_id);
    CHECK(service.stop());
}

TEST_CASE("a deployment whose turn had not come is carried out by the next start")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder);
    auto const placed = executor::place(
        *open(settings), {.avs = address(0xa1), .registry = "test/work"}, epoch);
    auto service = running_service{settings};
    auto& db = service->store();
    CHECK(wait_until([&] { return is_in_service(db); }));
    CHECK(the_performer(db).performer_id == placed.performer_id);
    CHECK(service.stop());
}

TEST_CASE("a task whose performer ends is failed as interrupted, and never begun again")
{
    auto const folder = scratch_folder{};
    auto service = running_service{settings_in(folder, "60s")};
    auto& db = service->store();
    auto ask = client{service->port()};
    REQUIRE(wait_until([&] { return ask.is_serving(); }));
    auto const task = make_task(1);
    ask.submit(task);
    REQUIRE(wait_until([&] {
        auto const now = db[tables::in_flight].find(task.task_id);
        return now && now->status == task_status::started;
    }));
    auto const before = the_performer(db);
    kill_process(before);
    auto const ended = ask.wait_for(task);
    CHECK(ended["status"] == "failed");
    CHECK(ended["error"] == "interrupted: its performer ended after it had begun");
    CHECK(wait_until([&] {
        return ask.is_serving() && the_performer(db).incarnation == before.incarnation + 1;
    }));
    CHECK(ask.submit(task, 200)["status"] == "failed");
    CHECK(folder.begun() == std::map<std::string, int>{{common::to_hex(task.task_id), 1}});
    CHECK(service.stop());
}

TEST_CASE("a task whose performer ended while the executor was down is failed as interrupted")
{
    for (auto const status : {task_status::starting, task_status::started}) {
        auto left = left_alone{};
        auto const task = left.leave_task(status, left.who.incarnation);
        kill_process(left.who);
        auto service = running_service{left.settings};
        CHECK(service->recovered().interrupted == 1);
        auto const mark = processed(service->store(), task);
        REQUIRE(mark);
        CHECK(mark->error->starts_with("interrupted: "));
        CHECK(service->store()[tables::in_flight].scan().count() == 0);
        CHECK(left.folder.begun().empty());
        CHECK(service.stop());
    }
}

TEST_CASE("a task of an earlier process of a performer is not asked of the present one")
{
    auto left = left_alone{};
    auto const task = left.leave_task(task_status::started, left.who.incarnation - 1);
    auto service = running_service{left.settings};
    CHECK(service->recovered().attached == 1);
    CHECK(service->recovered().interrupted == 1);
    CHECK(processed(service->store(), task)->error->starts_with("interrupted: "));
    CHECK(service.stop());
}

TEST_CASE("a task that was offered, and whose performer says it did not begin, is run")
{
    auto left = left_alone{};
    auto const task = left.leave_task(task_status::starting, left.who.incarnation);
    auto service = running_service{left.settings};
    CHECK(service->recovered().not_begun == 1);
    REQUIRE(wait_for_end(service->store(), task));
    CHECK(processed(service->store(), task)->result);
    CHECK(left.folder.begun() == std::map<std::string, int>{{common::to_hex(task.task_id), 1}});
    CHECK(service.stop());
}

TEST_CASE("a task that its performer has begun without our knowledge is not begun again")
{
    auto left = left_alone{"100ms"};
    auto const task = left.leave_task(task_status::starting, left.who.incarnation);
    CHECK(executor::link_to(left.who, 1s).begin(task).state == executor::task_state::running);
    auto service = running_service{left.settings};
    CHECK(service->recovered().continued == 1);
    CHECK(service->store()[tables::in_flight].get(task.task_id).status == task_status::started);
    REQUIRE(wait_for_end(service->store(), task));
    CHECK(processed(service->store(), task)->result);
    CHECK(left.folder.begun() == std::map<std::string, int>{{common::to_hex(task.task_id), 1}});
    CHECK(service.stop());
}

TEST_CASE("a task in flight that is processed already is dropped, and waiting ones are run")
{
    auto left = left_alone{};
    auto const done = left.leave_task(task_status::started, left.who.incarnation);
    auto const waiting = make_task(2);
    {
        auto const db = open(left.settings);
        (*db)[tables::processed].insert(
            {.task_id = done.task_id,
             .processed_at = common::current_time(),
             .result = done.task_id});
        (*db)[tables::in_flight].insert(waiting);
    }
    auto service = running_service{left.settings};
    CHECK(service->recovered().dropped == 1);
    CHECK(service->recovered().waiting == 1);
    REQUIRE(wait_for_end(service->store(), waiting));
    CHECK(processed(service->store(), done)->result == done.task_id);
    CHECK(left.folder.begun().size() == 1);
    CHECK(service.stop());
}

TEST_CASE("a removed performer ends its tasks first; then its process ends and its record goes")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder, "200ms");
    auto service = running_service{settings};
    auto& db = service->store();
    auto ask = client{service->port()};
    REQUIRE(wait_until([&] { return ask.is_serving(); }));
    auto const who = the_performer(db);
    auto const task = make_task(1);
    ask.submit(task);
    REQUIRE(wait_until([&] { return folder.begun().size() == 1; }));
    CHECK(ask.remove("/performers/" + who.performer_id, 202)["status"] == "stopped");
    CHECK(ask.wait_for(task)["status"] == "completed");
    CHECK(wait_until([&] { return !db[tables::performers].contains(who.performer_id); }));
    CHECK_FALSE(is_alive(who));
    ask.remove("/performers/" + who.performer_id, 404);
    auto const by = db[tables::deployments].get(who.deployment_id);
    CHECK(by.status == deployment_status::failed);
    CHECK(by.error == "the performer was removed on request");
    CHECK(service.stop());
}

TEST_CASE("tasks that do not end in time are interrupted when their performer is removed")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder, "60s");
    settings.stop.drain = 50ms;
    auto service = running_service{settings};
    auto ask = client{service->port()};
    REQUIRE(wait_until([&] { return ask.is_serving(); }));
    auto const task = make_task(1);
    ask.submit(task);
    REQUIRE(wait_until([&] { return folder.begun().size() == 1; }));
    ask.remove("/performers/" + the_performer(service->store()).performer_id, 202);
    CHECK(ask.wait_for(task)["error"] == "interrupted: its performer was ended");
    CHECK(service.stop());
}

TEST_CASE("a performer that hangs with a task is restarted after so many intervals, not sooner")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder, "60s");
    settings.health = {
        .interval = 500ms, .timeout = 20ms, .failures = 3, .start_timeout = 5s, .max_restarts = 5};
    auto service = running_service{settings};
    auto& db = service->store();
    auto ask = client{service->port()};
    REQUIRE(wait_until([&] { return ask.is_serving(); }));
    ask.submit(make_task(1)); // who follows it meets the silence again and again
    REQUIRE(wait_until([&] { return folder.begun().size() == 1; }));
    auto const before = the_performer(db);
    auto const begin = std::chrono::steady_clock::now();
    ::kill(std::stoi(before.resource_id), SIGSTOP);
    CHECK(wait_until([&] { return the_performer(db).incarnation > before.incarnation; }));
    CHECK(std::chrono::steady_clock::now() - begin >= 2 * settings.health.interval);
    CHECK(service.stop());
}

TEST_CASE("a performer that lives and does not answer leaves service, and is restarted")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.health.timeout = 50ms;
    auto service = running_service{settings};
    auto& db = service->store();
    REQUIRE(wait_until([&] { return is_in_service(db); }));
    auto const before = the_performer(db);
    ::kill(std::stoi(before.resource_id), SIGSTOP);
    CHECK(wait_until([&] {
        auto const now = the_performer(db);
        return now.status == performer_status::running && now.container_healthy
            && !now.application_healthy;
    }));
    CHECK(wait_until([&] {
        return is_in_service(db) && the_performer(db).incarnation == before.incarnation + 1;
    }));
    CHECK_FALSE(is_alive(before));
    CHECK(service.stop());
}

TEST_CASE("a deployment that cannot be carried out is failed, with the reason")
{
    auto const missing = failure_of([](auto&, auto& what) { what.registry = "else/where"; });
    CHECK(missing == "there is no artifact 'else/where'");
    auto const no_program = failure_of(
        [](auto& settings, auto&) { settings.artifacts[0].program = "/no/such/program"; });
    CHECK(no_program == "/no/such/program: is not a program that can be executed");
    auto const digest = failure_of(
        [](auto&, auto& what) { what.digest = "sha256:" + std::string(64, '0'); });
    CHECK(digest.find(": has the digest sha256:") != std::string::npos);
    auto const variable = failure_of([](auto&, auto& what) {
        what.environment = {{"X", "", "NO_SUCH_VARIABLE"}};
    });
    CHECK(variable == "the executor has no variable NO_SUCH_VARIABLE to copy to X");
    auto const ends = failure_of(
        [](auto& settings, auto&) { settings.artifacts[0].program = "/bin/true"; });
    CHECK(ends == "its process has ended");
}

TEST_CASE("a stored deployment that asks for a container fails, and says so")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.performers.clear();
    auto const what = executor::order{
        .avs = address(0xa1), .registry = "test/work", .mode = deployment_mode::docker};
    auto const placed = executor::place(*open(settings), what, epoch);
    auto service = running_service{settings};
    auto const now = [&] {
        return service->store()[tables::deployments].get(placed.deployment_id);
    };
    CHECK(wait_until([&] { return now().status == deployment_status::failed; }));
    CHECK(now().error == "this executor starts processes only, no containers");
    CHECK(service.stop());
}

TEST_CASE("a performer that cannot be restarted is given up, and its deployment failed")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.artifacts[0].program = folder.file("program");
    settings.health.max_restarts = 2;
    std::filesystem::create_symlink(PERFORMER_PROGRAM, settings.artifacts[0].program);
    auto service = running_service{settings};
    auto& db = service->store();
    REQUIRE(wait_until([&] { return is_in_service(db); }));
    auto const who = the_performer(db);
    std::filesystem::remove(settings.artifacts[0].program);
    kill_process(who);
    CHECK(wait_until([&] { return the_performer(db).status == performer_status::failed; }));
    CHECK(wait_until([&] {
        auto const by = db[tables::deployments].get(who.deployment_id);
        return by.status == deployment_status::failed
            && by.error.starts_with("it could not be restarted: ");
    }));
    client{service->port()}.get("/health", 503);
    CHECK(service.stop());
}

TEST_CASE("a performer that a start gives up stays failed, also when it could be started again")
{
    auto left = left_alone{};
    kill_process(left.who);
    left.settings.performers.clear(); // else another is placed
    left.settings.health.max_restarts = 1;
    left.settings.artifacts[0].program = left.folder.file("program");
    auto service = running_service{left.settings};
    auto& db = service->store();
    CHECK(service->recovered().unstartable == 1);
    CHECK(the_performer(db).status == performer_status::failed);
    std::filesystem::create_symlink(PERFORMER_PROGRAM, left.settings.artifacts[0].program);
    std::this_thread::sleep_for(5 * left.settings.health.interval);
    CHECK(the_performer(db).status == performer_status::failed);
    CHECK(left.folder.processes().empty());

    auto ask = client{service->port()};
    ask.remove("/performers/" + left.who.performer_id, 202);
    std::this_thread::sleep_for(5 * left.settings.health.interval);
    CHECK(db[tables::performers].count() == 0);
    CHECK(left.folder.processes().empty());
    CHECK(service.stop());
}

TEST_CASE("a performer whose record says that it failed gets no new process")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder);
    auto service = running_service{settings};
    auto& db = service->store();
    REQUIRE(wait_until([&] { return is_in_service(db); }));
    auto const who = the_performer(db);
    db[tables::performers].update(
        who.performer_id, [](auto& p) { p.status = performer_status::failed; });
    kill_process(who);
    std::this_thread::sleep_for(5 * settings.health.interval);
    CHECK(the_performer(db).status == performer_status::failed);
    CHECK(folder.processes().empty());
    CHECK(service.stop());
}

TEST_CASE("a performer whose record is gone is ended")
{
    auto const folder = scratch_folder{};
    auto service = running_service{settings_in(folder)};
    auto& db = service->store();
    REQUIRE(wait_until([&] { return is_in_service(db); }));
    auto const who = the_performer(db);
    db[tables::performers].erase(who.performer_id);
    CHECK(wait_until([&] { return folder.processes().empty(); }));
    CHECK(wait_until([&] {
        auto const by = db[tables::deployments].get(who.deployment_id);
        return by.error == "the performer was removed on request";
    }));
    CHECK(service.stop());
}

TEST_CASE("a performer gets its own variables, the copied ones, and nothing else of ours")
{
    ::setenv("COPIED_SECRET", "copied", 1);
    ::setenv("EXECUTORS_OWN_SECRET", "ours", 1);
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.artifacts[0].program = folder.file("program");
    {
        auto out = std::ofstream{settings.artifacts[0].program};
        out << "#!/bin/sh\nenv > " << folder.file("environment") << "\n";
    }
    ::chmod(settings.artifacts[0].program.c_str(), 0700);
    settings.performers[0].environment = {
        {.name = "GIVEN", .value = "given"}, {.name = "HERE", .value_from_env = "COPIED_SECRET"}};
    auto service = running_service{settings};
    auto& db = service->store();
    CHECK(wait_until([&] {
        return db[tables::deployments].by("status"_by, deployment_status::failed).count() == 1;
    }));
    auto const text = contents(folder.file("environment"));
    CHECK(text.find("GIVEN=given\n") != std::string::npos);
    CHECK(text.find("HERE=copied\n") != std::string::npos);
    CHECK(text.find("ours") == std::string::npos);
    CHECK(the_performer(db).environment[1].value.empty()); // the copy is not stored
    CHECK(service.stop());
}

TEST_CASE("a stop ends the performers if so configured, after their tasks")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder, "100ms");
    settings.stop.performers = executor::at_stop::stop;
    auto const task = make_task(1);
    auto who = executor::performer{};
    {
        auto service = running_service{settings};
        auto ask = client{service->port()};
        REQUIRE(wait_until([&] { return ask.is_serving(); }));
        who = the_performer(service->store());
        ask.submit(task);
        REQUIRE(wait_until([&] { return folder.begun().size() == 1; }));
        CHECK(service.stop());
        CHECK_FALSE(is_alive(who));
        CHECK(folder.processes().empty());
    }
    CHECK(processed(*open(settings), task)->result);
    auto service = running_service{settings};
    CHECK(service->recovered().restarted == 1);
    CHECK(the_performer(service->store()).performer_id == who.performer_id);
    CHECK(service.stop());
}

TEST_CASE("SIGTERM stops the program with exit code 0; its performer goes on")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder);
    {
        auto each = executor_process{folder, settings};
        auto ask = client{each.port()};
        REQUIRE(wait_until([&] { return ask.is_serving(); }));
        each.terminate();
        CHECK(wait_until(
            [&] { return each.said().find(" stopped failed=no") != std::string::npos; }));
        CHECK(wait_until([&] { return !executor::identify(each.pid()); }));
    }
    CHECK(is_alive(the_performer(settings)));
}

TEST_CASE("of many submissions at once, by many clients, each task begins once")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.performers[0].count = 2;
    auto service = running_service{settings};
    auto const port = service->port();
    {
        auto threads = std::vector<std::jthread>{};
        for (int i = 0; i < 6; ++i)
            threads.emplace_back([port] {
                auto http = httplib::Client{"127.0.0.1", port};
                for (std::uint64_t number = 0; number < 20; ++number)
                    http.Post(
                        "/tasks", client::request_of(make_task(number)).dump(), "application/json");
            });
    }
    auto ask = client{port};
    for (std::uint64_t number = 0; number < 20; ++number)
        CHECK(ask.wait_for(make_task(number))["status"] == "completed");
    auto const begun = folder.begun();
    CHECK(begun.size() == 20);
    for (auto const& [task, times] : begun) CHECK(times == 1);
    CHECK(service.stop());
}

TEST_CASE("a performer that nobody asks for long enough ends by itself")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.stop.orphan_timeout = 200ms;
    {
        auto service = running_service{settings};
        REQUIRE(wait_until([&] { return is_in_service(service->store()); }));
        std::this_thread::sleep_for(400ms); // health checks keep it
        CHECK(folder.processes().size() == 1);
        CHECK(service.stop());
    }
    CHECK(wait_until([&] { return folder.processes().empty(); }));
}

TEST_CASE("what is older than configured is removed while the service runs, without being asked")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.retention.processed = 10s;
    auto service = running_service{settings};
    auto& db = service->store();
    auto const old = make_task(1);
    db[tables::processed].insert({.task_id = old.task_id, .processed_at = epoch});
    auto const recent = make_task(2);
    db[tables::processed].insert(
        {.task_id = recent.task_id, .processed_at = common::current_time() + 1h});
    CHECK(wait_until([&] { return !processed(db, old); }));
    CHECK(processed(db, recent));
    CHECK(service.stop());
}
