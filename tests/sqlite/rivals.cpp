// SPDX-License-Identifier: BSL-1.0
// Two that write to one file, against all rules: what is noticed, and that nothing is written over.
#include "../support/watched_vfs.hpp"
#include "store_file.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>

namespace fs = std::filesystem;
using namespace test;

namespace {

/// Runs SQL as another program would that knows nothing of the library: what it commits stays in
/// the log.
void sql_into_log(std::string const& path, std::string const& text)
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    auto keep = 1;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    CHECK(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

cairn::sqlite_options for_reading(std::string path)
{
    return {.path = std::move(path), .read_only = true};
}

/// Tries to open the store for writing when told, as often as told; says `r` if it was refused by
/// the lock, else `o`, and then writes.
int rival(std::string const& path, int in, int out)
{
    while (hear_from(in) == 'g') {
        try {
            auto db = open_notes{path};
            db.insert({.id = "of the rival"});
            say(out, 'o');
        } catch (cairn::store_locked const&) {
            say(out, 'r');
        }
    }
    return 0;
}

} // namespace

TEST_CASE("a store does not commit over what another program has committed")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    db.insert({.id = "a"});
    SUBCASE("records")
    {
        sql_into_log(path, "UPDATE \"cairn.state\" SET commit_sequence = commit_sequence + 1");
    }
    SUBCASE("a model")
    {
        sql_into_log(path, "UPDATE \"cairn.state\" SET catalog = catalog + 1");
    }
    SUBCASE("nothing is left of the row")
    {
        sql_into_log(path, "DELETE FROM \"cairn.state\"");
    }
    auto const before = sql(path, "SELECT hex(tallies), catalog FROM \"cairn.state\"");
    auto const thrown = error_of_call([&] { db.insert({.id = "b"}); });
    CHECK(thrown.code() == cairn::errc::corrupt_store);
    CHECK(thrown.outcome() == cairn::write_outcome::not_committed);
    CHECK(code_of([&] { db.insert({.id = "c"}); }) == cairn::errc::store_poisoned);
    CHECK(sql(path, "SELECT id FROM note") == std::vector<std::string>{"a"});
    CHECK(sql(path, "SELECT hex(tallies), catalog FROM \"cairn.state\"") == before);
}

TEST_CASE("a store whose lock is gone leaves the log to whoever has it now")
{
    for (auto const* lost : {"renamed", "deleted", "replaced"}) {
        for (auto const* when : {"at the end", "at a checkpoint"}) {
            INFO(lost << ", " << when);
            auto const folder = temporary_folder{};
            auto const path = (folder.path() / "notes.db").string();
            auto db = std::make_unique<open_notes>(path);
            db->insert({.id = "a"});
            auto const way = std::string_view{lost};
            if (way == "deleted")
                fs::remove(path + ".lock");
            else
                fs::rename(path + ".lock", path + ".old");
            if (way == "replaced") fs::copy_file(path + ".old", path + ".lock");
            auto const log = bytes_of(path + "-wal");
            if (when == std::string_view{"at the end"}) {
                db.reset();
            } else {
                CHECK(code_of([&] { db->database.checkpoint(); }) == cairn::errc::io_failure);
                CHECK(db->database.poisoned());
            }
            CHECK(bytes_of(path + "-wal") == log);
            CHECK(sql(path, "SELECT clean FROM \"cairn.state\"") == std::vector<std::string>{"0"});
        }
    }
}

TEST_CASE("a newer format that still lies in the log is refused, and nothing changes")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    sql_into_log(path, "PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 2");
    REQUIRE(fs::file_size(path + "-wal") > 0);
    auto const database = bytes_of(path);
    auto const log = bytes_of(path + "-wal");
    CHECK(code_of([&] { open_notes{path}; }) == cairn::errc::newer_version);
    CHECK(code_of([&] { open_notes{for_reading(path)}; }) == cairn::errc::newer_version);
    CHECK(bytes_of(path) == database);
    CHECK(bytes_of(path + "-wal") == log);
}

TEST_CASE("the files of an open store are not opened as stores: closing them would drop its locks")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto other = child_process{[&](int in, int out) { return rival(path, in, out); }};
    auto db = open_notes{path};
    db.insert({.id = "a"});
    for (auto const* tail : {".lock", "-shm", "-wal"}) {
        INFO("opening " << tail);
        CHECK(
            code_of([&] { open_notes{for_reading(path + tail)}; })
            == cairn::errc::invalid_argument);
        CHECK(code_of([&] { open_notes{path + tail}; }) == cairn::errc::invalid_argument);
        other.tell();
        CHECK(other.hear() == 'r');
        CHECK(db.insert({.id = tail}));
    }
    other.tell('e');
    CHECK(other.wait() == 0);
}

TEST_CASE("a child of a process that reads a store may not open it either")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    {
        auto first = open_notes{for_reading(path)};
        auto second = open_notes{for_reading(path)}; // any number may read, in one process too
        auto child = child_process{[&](int, int) {
            auto faults = code_of([&] { open_notes{path}; }) == cairn::errc::misuse ? 0 : 1;
            faults += code_of([&] { open_notes{for_reading(path)}; }) == cairn::errc::misuse ? 0
                                                                                             : 2;
            return faults;
        }};
        CHECK(child.wait() == 0);
        CHECK(open_notes{path}.insert({.id = "b"})); // beside readers of the same process
        CHECK(first.count() == 2);
        CHECK(second.count() == 2);
    }
    auto child = child_process{[&](int, int) { return open_notes{path}.count() == 2 ? 0 : 1; }};
    CHECK(child.wait() == 0); // nothing is open any more
}

TEST_CASE("two copies of the library in one process know of each other by the lock's descriptor")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto other = child_process{[&](int in, int out) { return rival(path, in, out); }};
    auto const library = fs::read_symlink("/proc/self/exe").parent_path()
        / "libtest-second-copy.so";
    auto* const plugin = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    INFO((plugin == nullptr ? ::dlerror() : "loaded"));
    REQUIRE(plugin != nullptr);
    using use = int (*)(char const* path, int read_only);
    auto const open_there = reinterpret_cast<use>(::dlsym(plugin, "second_copy_open"));
    auto const found = open_there != nullptr;
    REQUIRE(found);
    auto const locked = static_cast<int>(cairn::errc::store_locked);

    CHECK(open_there(path.c_str(), 0) == -1); // nobody has it open
    {
        auto db = open_notes{path};
        db.insert({.id = "a"});
        CHECK(open_there(path.c_str(), 0) == locked);
        CHECK(open_there(path.c_str(), 1) == locked);
        CHECK(code_of([&] { open_notes{path}; }) == cairn::errc::store_locked);
        CHECK(open_notes{for_reading(path)}.count() == 1); // this copy may read beside itself
        other.tell();
        CHECK(other.hear() == 'r'); // the lock is still held
        CHECK(db.insert({.id = "b"}));
    }
    CHECK(open_there(path.c_str(), 0) == -1);
    other.tell();
    CHECK(other.hear() == 'o');
    other.tell('e');
    CHECK(other.wait() == 0);
}

TEST_CASE(
    "a descriptor that the program has on the lock file keeps the store closed: no lock is lost")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    auto const mine = ::open((path + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(mine >= 0);
    CHECK(code_of([&] { open_notes{path}; }) == cairn::errc::store_locked);
    ::close(mine);
    CHECK(open_notes{path}.count() == 1);
}

TEST_CASE("a process without standard input opens a store like any other")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int, int) {
        ::close(STDIN_FILENO);
        auto db = open_notes{path};
        return db.insert({.id = "a"}) && db.count() == 1 ? 0 : 1;
    }};
    CHECK(child.wait() == 0);
}

TEST_CASE("a store that was killed at its first opening was not closed")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int, int out) {
        auto const db = open_notes{path};
        say(out, 'o');
        ::pause();
        return 0;
    }};
    REQUIRE(child.hear() == 'o');
    child.kill();
    CHECK(sql(path, "SELECT clean FROM \"cairn.state\"") == std::vector<std::string>{"0"});
}

TEST_CASE("what lies in the log is moved at the next opening, also if the store was closed")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    sql_into_log(path, "PRAGMA user_version = 1");
    REQUIRE(fs::file_size(path + "-wal") > 0);
    CHECK(sql(path, "SELECT clean FROM \"cairn.state\"") == std::vector<std::string>{"1"});
    sql_into_log(path, "PRAGMA user_version = 1");
    auto const db = open_notes{path};
    CHECK(fs::file_size(path + "-wal") == 0);
}

TEST_CASE("no reader goes back in time while a commit is seen by some and not yet by all")
{
    auto seen = std::vector<std::uint64_t>{};
    auto done = false; // the store may commit once more when it is closed
    auto how = watch{};
    auto const vfs = watched_vfs{how};
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = watched_vfs::name;
    auto db = open_notes{options};
    auto const count = [&](auto& lease) { return db.notes.count(lease.session(), {}); };
    {
        auto first = db.database.read(); // two connections that keep the old state
        auto second = db.database.read();
        CHECK(count(first) + count(second) == 0);
    }
    how.when_visible = [&] {
        if (std::exchange(done, true)) return;
        auto first = db.database.read();
        auto second = db.database.read();
        seen.push_back(count(first));
        {
            auto third = db.database.read(); // a new one
            seen.push_back(count(third));
        }
        auto again = db.database.read(); // the one that has just seen the new state
        auto fourth = db.database.read();
        seen.push_back(count(again));
        seen.push_back(count(fourth));
        seen.push_back(count(first));
        seen.push_back(count(second));
    };
    db.insert({.id = "a"});
    REQUIRE(seen.size() == 6);
    CHECK(seen == std::vector<std::uint64_t>{1, 1, 1, 1, 1, 1});
    CHECK(db.count() == 1);
}

TEST_CASE("a commit is followed by padding where a sector may spoil: a full disk leaves it unknown")
{
    auto left = -1;
    auto how = watch{};
    how.powersafe_overwrite = false;
    how.before_log_write = [&](int, sqlite3_int64) {
        return left >= 0 && left-- <= 0 ? SQLITE_FULL : SQLITE_OK;
    };
    auto const vfs = watched_vfs{how};
    auto unknown = 0;
    for (auto fail_at = 0; fail_at < 30; ++fail_at) {
        auto const folder = temporary_folder{};
        auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
        options.vfs = watched_vfs::name;
        auto db = open_notes{options};
        db.insert({.id = "a"});
        left = fail_at;
        auto outcome = std::optional<cairn::write_outcome>{};
        try {
            db.insert({.id = "b"});
        } catch (cairn::error const& thrown) {
            outcome = thrown.outcome();
        }
        auto const failed = std::exchange(left, -1) < 0;
        auto const killed = temporary_folder{};
        for (auto const* tail : {"", "-wal"})
            fs::copy_file(options.path + tail, killed.path() / (std::string{"notes.db"} + tail));
        auto const there = open_notes{(killed.path() / "notes.db").string()}.find("b").has_value();
        INFO("write " << fail_at << " to the log fails");
        if (outcome == cairn::write_outcome::not_committed) CHECK_FALSE(there);
        if (!outcome) CHECK(there);
        unknown += outcome == cairn::write_outcome::unknown;
        if (!failed) break;
    }
    CHECK(unknown > 0); // or the case tries nothing
}

TEST_CASE("a transaction that met damage and went on hears of that, and is not committed")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        db.write([&](auto& s) {
            for (int i = 0; i < 400; ++i)
                db.notes.insert(s, {.id = std::to_string(i), .text = std::string(500, 'x')});
        });
    }
    auto const root = std::stoll(
        sql(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'note'")[0]);
    auto db = open_notes{path};
    {
        auto file = std::fstream{path, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(4096 * (root - 1));
        file << std::string(4096, '\xAA');
    }
    auto const thrown = error_of_call([&] {
        db.write([&](auto& s) {
            cairn::cell const key[] = {cairn::cell::of(std::string_view{"7"})};
            CHECK(code_of([&] { db.notes.find(s, key); }) == cairn::errc::corrupt_store);
            CHECK(code_of([&] { db.events.insert(s, {1, "on"}); }) == cairn::errc::corrupt_store);
        });
    });
    CHECK(thrown.code() == cairn::errc::corrupt_store);
    CHECK(thrown.outcome() == cairn::write_outcome::not_committed);
    CHECK(db.database.poisoned());
    CHECK(sql(path, "SELECT count(*) FROM event") == std::vector<std::string>{"0"});
}
