// SPDX-License-Identifier: BSL-1.0
// Records whose bytes were changed: named, gone around, and never a reason to begin a task twice.
#include "executor/world.hpp"

#include "common/digest.hpp"
#include "retention.hpp"
#include "support/index_entries.hpp"

#include <sqlite3.h>

using namespace test;

namespace {

/// What became of a record's bytes. A zeroed header says that another program wrote it.
enum class harm { to_checksum, to_everything };

constexpr auto every_harm = {harm::to_checksum, harm::to_everything};

/// Changes columns of rows behind the store's back.
void assign(
    executor::config const& settings, std::string const& table, std::string const& assignments,
    std::string const& where = "true")
{
    auto* db = static_cast<sqlite3*>(nullptr);
    REQUIRE(sqlite3_open(settings.storage.sqlite.path.c_str(), &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    auto const sql = "UPDATE " + table + " SET " + assignments + " WHERE " + where;
    CAPTURE(sql);
    CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(sqlite3_changes(db) > 0);
    sqlite3_close(db);
}

/// Damages records of a table.
void damage(
    executor::config const& settings, std::string const& table, harm what,
    std::string const& where = "true")
{
    auto const* const body = what == harm::to_checksum
        ? "CAST(substr(_body, 1, length(_body) - 8) || x'0000000000000000' AS BLOB)"
        : "zeroblob(length(_body))";
    assign(settings, table, std::string{"_body = "} + body, where);
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
            ask.get("/performers/" + left.who.performer_id, 422)["error"].get<std::string>().find(
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
            auto const text = ask.submit(torn, 422)["error"].get<std::string>();
            CHECK(text.find(id_of(torn).substr(2)) != std::string::npos);
            ask.get("/tasks/" + id_of(torn), 422);
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
        ask.submit(make_task(1), 422);
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

namespace {

void insert_marks(database& db, std::uint64_t first, std::uint64_t last, cairn::timestamp when)
{
    db.write([&](transaction& tx) {
        for (auto i = first; i <= last; ++i)
            tx[tables::processed].insert(
                {.task_id = make_task(i).task_id,
                 .processed_at = when,
                 .payload_digest = common::sha256(make_task(i).payload)});
    });
}

void insert_failed(database& db, cairn::timestamp when)
{
    auto const placed = executor::place(db, {.avs = address(0xa1)}, when);
    db.write([&](transaction& tx) {
        executor::advance(tx, placed.deployment_id, deployment_status::failed, when, "why");
    });
}

} // namespace

TEST_CASE("damaged records stay when old ones are removed, and keep none from it")
{
    for (auto const how : every_harm) {
        auto const folder = scratch_folder{};
        auto const settings = settings_in(folder);
        auto db = executor::open_database(settings.storage);
        insert_marks(*db, 1, 2500, epoch);
        for (auto i = 0; i < 3; ++i) insert_failed(*db, epoch);
        db.reset();
        damage(settings, "processed", how, "_seq IN (1, 700, 2500)");
        damage(settings, "deployment", how, "_seq = 1");
        db = executor::open_database(settings.storage);
        auto const removed = executor::remove_old(*db, settings.retention, epoch + 24h * 365);
        CHECK(removed.marks == 2497);
        CHECK(removed.deployments == 2);
        for (auto const number : {1U, 700U, 2500U})
            CHECK((*db)[tables::processed].contains(make_task(number).task_id));
        CHECK((*db)[tables::deployments].count() == 1);
    }
}

TEST_CASE("the removal of what is old ends, also where only the column of a key is damaged")
{
    for (auto const how : every_harm) {
        auto const folder = scratch_folder{};
        auto const settings = settings_in(folder);
        auto db = executor::open_database(settings.storage);
        insert_marks(*db, 1, 3, epoch);
        for (auto i = 0; i < 3; ++i) insert_failed(*db, epoch);
        db.reset();
        damage(settings, "processed", how, "_seq = 1");
        assign(settings, "processed", "task_id = zeroblob(32)", "_seq = 2");
        damage(settings, "deployment", how, "_seq = 1");
        assign(settings, "deployment", "deployment_id = 'another'", "_seq = 2");
        db = executor::open_database(settings.storage);
        auto const removed = executor::remove_old(*db, settings.retention, epoch + 24h * 365);
        CHECK(removed.marks == 1);
        CHECK(removed.deployments == 1);
        CHECK((*db)[tables::processed].count() == 2);
        CHECK((*db)[tables::deployments].count() == 2);
    }
}

TEST_CASE("a mark whose age is damaged is not removed, and its task not begun again")
{
    auto left = left_alone{};
    insert_marks(*executor::open_database(left.settings.storage), 1, 1, common::current_time());
    assign(left.settings, "processed", "processed_at = processed_at - (1 << 59)");
    auto const removed = executor::remove_old(
        *executor::open_database(left.settings.storage), left.settings.retention,
        common::current_time());
    CHECK(removed.marks == 0);
    auto service = running_service{left.settings};
    auto ask = client{service->port()};
    ask.submit(make_task(1), 200); // only a column is damaged, not what was recorded
    CHECK(service->store()[tables::processed].contains(make_task(1).task_id));
    CHECK(service.stop());
    CHECK(left.folder.begun().empty());
}

TEST_CASE("a performer in service goes on if its deployment says that it failed long ago")
{
    auto left = left_alone{};
    assign(left.settings, "deployment", "status = 3, completed_at = completed_at - (1 << 59)");
    auto const removed = executor::remove_old(
        *executor::open_database(left.settings.storage), left.settings.retention,
        common::current_time());
    CHECK(removed.deployments == 0);
    auto service = running_service{left.settings};
    CHECK(service->recovered().attached == 1);
    CHECK(service->store()[tables::deployments].contains(left.who.deployment_id));
    CHECK(service.stop());
}

TEST_CASE("an entry of an index that names another row, or none, removes nothing")
{
    using names = std::pair<char const*, char const*>;
    for (auto const& index :
         {names{"processed.age", "processed_at"},
          names{"deployment.ended", "status, completed_at"}}) {
        for (auto const* const row : {"2", "1000"}) {
            auto const folder = scratch_folder{};
            auto const settings = settings_in(folder);
            auto const now = epoch + 24h * 365;
            auto db = executor::open_database(settings.storage);
            for (auto const when : {epoch, now}) {
                insert_marks(*db, when == now ? 2 : 1, when == now ? 2 : 1, when);
                insert_failed(*db, when);
            }
            db.reset();
            change_entries(
                settings.storage.sqlite.path, index.first, index.second,
                std::string{"UPDATE entries SET row = "} + row + " WHERE row = 1");
            db = executor::open_database(settings.storage);
            CHECK_THROWS_AS(
                executor::remove_old(*db, settings.retention, now), cairn::corrupt_store);
            CHECK((*db)[tables::processed].contains(make_task(2).task_id));
            CHECK((*db)[tables::deployments].count() == 2);
        }
    }
}

TEST_CASE("a task that is damaged while it is claimed ends, but is never offered again")
{
    for (auto const how : every_harm) {
        auto const folder = scratch_folder{};
        auto const settings = settings_in(folder);
        auto db = executor::open_database(settings.storage);
        auto const avs = address(0xa1);
        (*db)[tables::in_flight].insert(make_task(1));
        auto const claimed = executor::claim(*db, avs, "p", 1).value();
        damage(settings, "in_flight", how);

        executor::mark_started(*db, claimed);
        CHECK_FALSE(executor::give_back(*db, claimed));
        CHECK_FALSE(executor::claim(*db, avs, "p", 1));
        CHECK((*db)[tables::in_flight].contains(claimed.task_id));
        CHECK(executor::conclude(*db, claimed, {.result = claimed.task_id}, epoch));
        CHECK((*db)[tables::in_flight].count() == 0);
    }
}

TEST_CASE("a deployment that is damaged is not taken on")
{
    for (auto const how : every_harm) {
        auto const folder = scratch_folder{};
        auto const settings = settings_in(folder);
        auto db = executor::open_database(settings.storage);
        auto const placed = executor::place(*db, {.avs = address(0xa1)}, epoch);
        damage(settings, "deployment", how);
        CHECK_FALSE(db->write([&](transaction& tx) {
            return executor::advance(tx, placed.deployment_id, deployment_status::failed, epoch);
        }));
    }
}

namespace {

/// An executor whose one performer is in service, and works on a task.
struct at_work {
    scratch_folder folder{};
    executor::config settings;
    running_service service{settings};
    client ask{service->port()};
    executor::performer who{};

    explicit at_work(std::string const& time = "100ms")
        : settings{with_patience(settings_in(folder, time))}
    {
        REQUIRE(wait_until([&] { return ask.is_serving(); }));
        who = db()[tables::performers].scan().first().value();
        begin(1);
    }

    static executor::config with_patience(executor::config settings)
    {
        settings.health.max_restarts = 2;
        return settings;
    }

    database& db() { return service->store(); }
    void begin(std::uint64_t number)
    {
        ask.submit(make_task(number));
        REQUIRE(wait_until([&] { return folder.begun().contains(id_of(make_task(number))); }));
    }
    std::optional<executor::processed_task> end_of(std::uint64_t number)
    {
        auto const id = make_task(number).task_id;
        CHECK(wait_until([&] { return db()[tables::processed].contains(id); }));
        return db()[tables::processed].find(id);
    }
    void kill_performer() const { executor::end_process(executor::identity_of(who), SIGKILL, 1s); }
    void check_each_begun_once() const
    {
        for (auto const& each : folder.begun()) {
            CAPTURE(each.first);
            CHECK(each.second == 1);
        }
    }
};

} // namespace

TEST_CASE("what is damaged while a performer works ends no task, nor the executor")
{
    for (auto const how : every_harm) {
        for (auto const* const table : {"performer", "in_flight", "deployment"}) {
            auto at = at_work{};
            damage(at.settings, table, how);
            CHECK(at.end_of(1)->result);
            at.begin(2); // takes longer than some checks of health
            CHECK(at.end_of(2)->result);
            CHECK(at.db()[tables::in_flight].count() == 0);
            CHECK(at.folder.processes().size() == 1);
            CHECK(at.service.stop());
            at.check_each_begun_once();
        }
    }
}

TEST_CASE("a task is not refused for its damaged record while its performer works on it")
{
    for (auto const how : every_harm) {
        auto at = at_work{"1s"};
        damage(at.settings, "in_flight", how);
        insert_marks(at.db(), 7, 7, common::current_time()); // later reads see what came before
        at.ask.submit(make_task(1), 503);
        at.ask.get("/tasks/" + id_of(make_task(1)), 503);
        CHECK(at.ask.wait_for(make_task(1))["status"] == "completed");
        at.ask.submit(make_task(1), 200);
        CHECK(at.service.stop());
        at.check_each_begun_once();
    }
}

TEST_CASE("nor while it works on it since another run of the executor")
{
    for (auto const how : every_harm) {
        auto at = at_work{"2s"};
        CHECK(at.service.stop());
        auto next = running_service{at.settings};
        CHECK(next->recovered().continued == 1);
        damage(at.settings, "in_flight", how);
        insert_marks(next->store(), 7, 7, common::current_time());
        auto ask = client{next->port()};
        ask.get("/tasks/" + id_of(make_task(1)), 503);
        CHECK(ask.wait_for(make_task(1))["status"] == "completed");
        CHECK(next.stop());
        at.check_each_begun_once();
    }
}

TEST_CASE("a store that cannot be closed in order is a failure that the executor reports")
{
    auto const folder = scratch_folder{};
    auto settings = settings_in(folder);
    settings.performers.clear();
    auto service = running_service{settings};
    service->store()[tables::in_flight].insert(make_task(1));
    assign(settings, "\"cairn.state\"", "commit_sequence = commit_sequence + 1");
    CHECK_FALSE(service.stop());
}

TEST_CASE("a performer that ends gets a new process, whatever else is damaged")
{
    for (auto const how : every_harm) {
        for (auto const* const table : {"in_flight", "deployment"}) {
            auto at = at_work{};
            damage(at.settings, table, how);
            at.kill_performer();
            CHECK(at.end_of(1)->error->starts_with("interrupted: "));
            CHECK(wait_until([&] { return at.ask.is_serving(); }));
            at.begin(2);
            CHECK(at.end_of(2)->result);
            CHECK(at.service.stop());
            at.check_each_begun_once();
        }
    }
}

TEST_CASE("a performer that ends when its record is damaged gets no new process, and is given up")
{
    for (auto const how : every_harm) {
        auto at = at_work{};
        damage(at.settings, "performer", how);
        at.kill_performer();
        CHECK(at.end_of(1)->error->starts_with("interrupted: "));
        CHECK(wait_until([&] {
            auto const by = at.db()[tables::deployments].get(at.who.deployment_id);
            return by.status == deployment_status::failed
                && by.error == "it could not be restarted: the performer's record is damaged";
        }));
        at.ask.get("/health", 503);
        at.ask.submit(make_task(2)); // there is nobody to take it
        std::this_thread::sleep_for(5 * at.settings.health.interval);
        CHECK(at.db()[tables::in_flight].get(make_task(2).task_id).claims == 0);
        CHECK(at.folder.processes().empty());
        CHECK(at.service.stop());
        at.check_each_begun_once();
    }
}

TEST_CASE("a performer that is removed when its record is damaged ends its tasks, and its process")
{
    for (auto const how : every_harm) {
        auto at = at_work{};
        damage(at.settings, "performer", how);
        at.ask.remove("/performers/" + at.who.performer_id, 202);
        CHECK(at.end_of(1)->result);
        CHECK(wait_until([&] { return at.folder.processes().empty(); }));
        CHECK(wait_until([&] {
            auto const by = at.db()[tables::deployments].get(at.who.deployment_id);
            return by.error == "the performer was removed on request";
        }));
        CHECK(at.service.stop());
        at.check_each_begun_once();
    }
}

TEST_CASE("a performer that was told to go goes, also if its record is damaged meanwhile")
{
    for (auto const how : every_harm) {
        auto at = at_work{};
        at.ask.remove("/performers/" + at.who.performer_id, 202);
        damage(at.settings, "performer", how);
        CHECK(at.end_of(1)->result);
        CHECK(wait_until([&] { return at.folder.processes().empty(); }));
        CHECK(wait_until([&] { return at.db()[tables::performers].count() == 0; }));
        CHECK(at.service.stop());
    }
}

TEST_CASE("what is damaged while a deployment is carried out does not end the executor")
{
    for (auto const how : every_harm) {
        for (auto const* const table : {"performer", "deployment"}) {
            auto const folder = scratch_folder{};
            auto settings = settings_in(folder);
            settings.performers.clear();
            settings.health.start_timeout = 1s;
            settings.artifacts.push_back({"test/silent", folder.file("silent")});
            std::ofstream{folder.file("silent")} << "#!/bin/sh\nkill -STOP $$\n";
            std::filesystem::permissions(folder.file("silent"), std::filesystem::perms::owner_all);
            auto const placed = [&] {
                auto db = executor::open_database(settings.storage);
                auto const avs = address(0xa1);
                executor::place(*db, {.avs = avs, .registry = "test/work"}, epoch + 1s);
                return executor::place(*db, {.avs = avs, .registry = "test/silent"}, epoch);
            }();
            auto service = running_service{settings};
            auto& db = service->store();
            REQUIRE(wait_until([&] {
                return db[tables::deployments].get(placed.deployment_id).status
                    == deployment_status::deploying;
            }));
            REQUIRE(wait_until([&] { return folder.processes().size() == 1; }));
            damage(settings, table, how); // of the one that waits for its turn, too
            CHECK(wait_until([&] { return folder.processes().empty(); }));
            std::this_thread::sleep_for(5 * settings.health.interval);
            CHECK(folder.processes().empty());
            CHECK(service.stop());
        }
    }
}
