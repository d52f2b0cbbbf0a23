// SPDX-License-Identifier: BSL-1.0
// Records whose bytes were changed: named, gone around, and never a reason to begin a task twice.
#include "executor/world.hpp"

#include "retention.hpp"

#include <sqlite3.h>

using namespace test;

namespace {

/// What became of a record's bytes. A zeroed header says that another program wrote it.
enum class harm { to_checksum, to_everything };

constexpr auto every_harm = {harm::to_checksum, harm::to_everything};

/// Damages all records of a table.
void damage(executor::config const& settings, std::string const& table, harm what)
{
    CAPTURE(table);
    auto* db = static_cast<sqlite3*>(nullptr);
    REQUIRE(sqlite3_open(settings.storage.sqlite.path.c_str(), &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    auto const* const body = what == harm::to_checksum
        ? "CAST(substr(_body, 1, length(_body) - 8) || x'0000000000000000' AS BLOB)"
        : "zeroblob(length(_body))";
    auto const sql = "UPDATE " + table + " SET _body = " + body;
    CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(sqlite3_changes(db) > 0);
    sqlite3_close(db);
}

/// The file of an executor that had a performer in service, of which the record shows `who`.
struct left_alone {
    scratch_folder folder{};
    executor::config settings{settings_in(folder)};
    executor::performer who{};

    left_alone()
    {
        auto service = running_service{settings};
        REQUIRE(wait_until([&] { return client{service->port()}.is_serving(); }));
        who = service->store()[tables::performers].scan().first().value();
        CHECK(service.stop());
    }

    void insert(in_flight_task task, task_status status) const
    {
        task.status = status;
        if (status != task_status::received) {
            task.performer_id = who.performer_id;
            task.incarnation = who.incarnation;
            task.claims = 1;
        }
        (*executor::open_database(settings.storage))[tables::in_flight].insert(task);
    }
};

std::string id_of(in_flight_task const& task)
{
    return common::to_hex(task.task_id);
}

} // namespace

TEST_CASE("a damaged performer is named and gone around, another is placed, and it can be removed")
{
    for (auto const how : every_harm) {
        auto left = left_alone{};
        damage(left.settings, "performer", how);
        auto service = running_service{left.settings};
        CHECK(service->recovered().damaged == 1);
        auto ask = client{service->port()};
        auto const avs = common::to_hex(address(0xa1));
        CHECK(wait_until([&] { return ask.is_serving(); }));
        auto const key = "performer:" + left.who.performer_id;
        for (auto const* const question : {"/performers", "/performers?status=in_service"})
            CHECK(ask.get(question)["damaged"] == json::array({key}));
        CHECK(ask.get("/performers?avs=" + avs)["damaged"] == json::array({key}));
        CHECK(
            ask.get("/performers/" + left.who.performer_id, 500)["error"].get<std::string>().find(
                key)
            != std::string::npos);
        ask.submit(make_task(1));
        CHECK(ask.wait_for(make_task(1))["status"] == "completed");

        CHECK(ask.remove("/performers/" + left.who.performer_id, 202)["status"] == "stopped");
        CHECK(ask.get("/performers")["damaged"].empty());
        CHECK(ask.get("/performers")["performers"].size() == 1);
        CHECK(service.stop());
    }
}

TEST_CASE("the tasks of a damaged performer are interrupted, not begun again")
{
    for (auto const how : every_harm) {
        auto left = left_alone{};
        left.insert(make_task(1), task_status::started);
        damage(left.settings, "performer", how);
        auto service = running_service{left.settings};
        auto ask = client{service->port()};
        CHECK(ask.wait_for(make_task(1))["error"].get<std::string>().starts_with("interrupted: "));
        CHECK(service.stop());
        CHECK(left.folder.begun().empty());
    }
}

TEST_CASE("a damaged task in flight is never begun, and holds up no other")
{
    for (auto const how : every_harm) {
        for (auto const status :
             {task_status::received, task_status::starting, task_status::started}) {
            auto left = left_alone{};
            auto const torn = make_task(1); // the oldest
            left.insert(torn, status);
            damage(left.settings, "in_flight", how);
            auto service = running_service{left.settings};
            CHECK(service->recovered().damaged == 1);
            CHECK(service->recovered().attached == 1);
            auto ask = client{service->port()};
            ask.submit(make_task(2));
            CHECK(ask.wait_for(make_task(2))["status"] == "completed");
            auto const text = ask.submit(torn, 500)["error"].get<std::string>();
            CHECK(text.find(id_of(torn).substr(2)) != std::string::npos);
            ask.get("/tasks/" + id_of(torn), 500);
            CHECK(service->store()[tables::in_flight].contains(torn.task_id));
            CHECK(left.folder.begun() == std::map<std::string, int>{{id_of(make_task(2)), 1}});

            ask.remove(
                "/performers/" + left.who.performer_id, 202); // and its tasks, as far as whole
            CHECK(wait_until([&] { return ask.get("/performers")["performers"].empty(); }));
            CHECK(service.stop());
        }
    }
}

TEST_CASE("a damaged mark of a processed task keeps the task from being run again")
{
    for (auto const how : every_harm) {
        auto left = left_alone{};
        (*executor::open_database(left.settings.storage))[tables::processed].insert(
            {.task_id = make_task(1).task_id, .processed_at = common::current_time()});
        damage(left.settings, "processed", how);
        auto service = running_service{left.settings};
        auto ask = client{service->port()};
        ask.submit(make_task(1), 500);
        CHECK(service->store()[tables::in_flight].scan().count() == 0);
        CHECK(service.stop());
        CHECK(left.folder.begun().empty());
    }
}

TEST_CASE("a performer whose deployment is damaged goes on if it was in service")
{
    for (auto const how : every_harm) {
        auto left = left_alone{};
        damage(left.settings, "deployment", how);
        auto service = running_service{left.settings};
        CHECK(service->recovered().damaged == 1);
        CHECK(service->recovered().attached == 1);
        auto ask = client{service->port()};
        CHECK(ask.get("/deployments")["damaged"].size() == 1);
        ask.remove("/performers/" + left.who.performer_id, 202);
        CHECK(wait_until([&] { return ask.get("/performers")["performers"].empty(); }));
        CHECK(service.stop());
    }
}

TEST_CASE("a pending deployment whose performer is damaged fails, and says why")
{
    for (auto const how : every_harm) {
        auto const folder = scratch_folder{};
        auto settings = settings_in(folder);
        settings.performers.clear();
        auto const placed = executor::place(
            *executor::open_database(settings.storage),
            {.avs = address(0xa1), .registry = "test/work"}, epoch);
        damage(settings, "performer", how);
        auto service = running_service{settings};
        auto& db = service->store();
        CHECK(wait_until([&] {
            return db[tables::deployments].get(placed.deployment_id).status
                == deployment_status::failed;
        }));
        CHECK(
            db[tables::deployments].get(placed.deployment_id).error
            == "the performer's record is damaged");
        CHECK(service.stop());
    }
}

TEST_CASE("damaged records that are old enough are removed as the others are")
{
    for (auto const how : every_harm) {
        auto const folder = scratch_folder{};
        auto const settings = settings_in(folder);
        auto db = executor::open_database(settings.storage);
        (*db)[tables::processed].insert({.task_id = make_task(1).task_id, .processed_at = epoch});
        auto const placed = executor::place(*db, {.avs = address(0xa1)}, epoch);
        db->write([&](transaction& tx) {
            executor::advance(tx, placed.deployment_id, deployment_status::failed, epoch, "why");
        });
        db.reset();
        damage(settings, "processed", how);
        damage(settings, "deployment", how);
        db = executor::open_database(settings.storage);
        auto const removed = executor::remove_old(*db, settings.retention, epoch + 24h * 365);
        CHECK(removed.marks == 1);
        CHECK(removed.deployments == 1);
    }
}
