// SPDX-License-Identifier: BSL-1.0
// What a store does when the disk is full, the file is moved, SQLite gives up a transaction.
#include "store_file.hpp"

#include <array>
#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>

namespace fs = std::filesystem;
using namespace test;

namespace {

note large(int number)
{
    return {.id = std::to_string(number), .text = std::string(20'000, 'x')};
}

/// A file system of its own, of two megabytes.
class small_disk {
public:
    small_disk()
    {
        mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=2m") == 0;
    }
    small_disk(small_disk const&) = delete;
    small_disk& operator=(small_disk const&) = delete;
    ~small_disk()
    {
        if (mounted_) ::umount(folder_.path().c_str());
    }

    explicit operator bool() const { return mounted_; }
    [[nodiscard]] fs::path path() const { return folder_.path(); }

private:
    temporary_folder folder_{};
    bool mounted_ = false;
};

/// A limit on the size of files, for a scope.
class file_limit {
public:
    explicit file_limit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        auto const tight = rlimit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &tight);
    }
    file_limit(file_limit const&) = delete;
    file_limit& operator=(file_limit const&) = delete;
    ~file_limit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

/// Inserts until it fails; how many went in, and the failure.
std::pair<int, cairn::error> fill(open_notes& db, int from = 0)
{
    for (int i = from; i < from + 10'000; ++i) {
        try {
            db.insert(large(i));
        } catch (cairn::error const& full) {
            return {i, full};
        }
    }
    FAIL("the disk never filled up");
    throw;
}

} // namespace

TEST_CASE(
    "a full disk ends one transaction, and writing goes on when there is room"
    * doctest::skip(!small_disk{})) // only root can mount one
{
    auto const disk = small_disk{};
    REQUIRE(disk);
    auto const path = (disk.path() / "notes.db").string();
    auto const ballast = disk.path() / "ballast";
    std::ofstream{ballast} << std::string(400'000, 'b');
    {
        auto db = open_notes{path};
        auto const [stored, full] = fill(db);
        CHECK(full.code() == cairn::errc::disk_full);
        CHECK(full.outcome() == cairn::write_outcome::not_committed);
        CHECK((full.native_code() & 0xff) == SQLITE_FULL);
        CHECK_FALSE(db.database.poisoned());
        CHECK(db.count() == static_cast<std::uint64_t>(stored));
        CHECK(db.find("0") == large(0));
        fs::remove(ballast);
        CHECK(db.insert(large(stored)));
        CHECK(db.count() == static_cast<std::uint64_t>(stored) + 1);
    }
    CHECK(sql(path, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
    auto db = open_notes{path};
    CHECK(db.find("0") == large(0));
}

TEST_CASE("a limit on the size of files is a full disk as well")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    db.insert({.id = "first"});
    auto stored = 0;
    {
        auto const limit = file_limit{500'000};
        auto const [count, full] = fill(db);
        stored = count;
        CHECK(full.code() == cairn::errc::disk_full);
        CHECK(full.outcome() == cairn::write_outcome::not_committed);
        CHECK_FALSE(db.database.poisoned());
    }
    CHECK(db.insert(large(stored)));
    CHECK(db.count() == static_cast<std::uint64_t>(stored) + 2);
}

TEST_CASE("a store that has no room to be opened says so, and is opened when there is room")
{
    auto refused = std::array{0, 0};
    for (rlim_t room = 0;; room += 3000) {
        CAPTURE(room);
        REQUIRE(room < 1'000'000);
        auto const folder = temporary_folder{};
        auto const path = (folder.path() / "notes.db").string();
        auto has_room = true;
        for (auto const stored : {0, 1}) { // a new store, and one that was closed in order
            {
                auto const limit = file_limit{room};
                try {
                    static_cast<void>(open_notes{path});
                } catch (cairn::error const& thrown) {
                    CHECK(thrown.code() == cairn::errc::disk_full);
                    has_room = false;
                    ++refused[static_cast<std::size_t>(stored)];
                }
            }
            auto db = open_notes{path};
            CHECK(db.count() == static_cast<std::uint64_t>(stored));
            CHECK(db.insert(large(stored)));
        }
        if (has_room) break;
    }
    CHECK(refused[0] > 10);
    CHECK(refused[1] > 5); // its index of the log takes 32 KiB
}

TEST_CASE("close says that the log could not be moved into the file, and nothing is missing")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    for (int i = 0; i < 200; ++i) db.insert(large(i));
    {
        auto const limit = file_limit{100'000}; // the log is longer; a checkpoint would exceed it
        CHECK(code_of([&] { db.database.close(); }) == cairn::errc::disk_full);
    }
    db.database.close(); // once more is fine, also then
    CHECK(fs::file_size(path + "-wal") > 0);
    CHECK(open_notes{path}.count() == 200);
    CHECK(fs::file_size(path + "-wal") == 0);
}

TEST_CASE("close says that another program holds the file, and keeps quiet of one that reads it")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto const busy = [&](std::string const& text) {
        auto db = open_notes{
            cairn::sqlite_options{.path = path, .busy_timeout = std::chrono::milliseconds{50}}};
        db.insert({.id = text});
        sqlite3* other = nullptr;
        REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
        REQUIRE(sqlite3_exec(other, text.c_str(), {}, {}, {}) == SQLITE_OK);
        auto code = std::optional<cairn::errc>{};
        try {
            db.database.close();
        } catch (cairn::error const& thrown) {
            code = thrown.code();
        }
        CHECK(fs::file_size(path + "-wal") > 0);
        sqlite3_close(other);
        return code;
    };
    CHECK(busy("BEGIN IMMEDIATE") == cairn::errc::busy);
    CHECK(busy("BEGIN; SELECT count(*) FROM note") == std::nullopt);
    CHECK(open_notes{path}.count() == 2);
}

TEST_CASE("a transaction that SQLite gave up is doomed, also if the closure goes on")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{cairn::sqlite_options{
        .path = (folder.path() / "notes.db").string(), .cache_size = 100'000}};
    db.let_spill();
    db.insert({.id = "before"});
    auto& s = db.database.writer();
    s.begin();
    CHECK(db.notes.insert(s, {.id = "lost"}));
    {
        auto const limit = file_limit{500'000}; // met when the cache overflows into the log
        auto const spill = [&] {
            for (int i = 0; i < 1000; ++i) db.notes.insert(s, large(i));
        };
        CHECK(code_of(spill) == cairn::errc::disk_full);
    }
    REQUIRE(s.doom() != nullptr);
    CHECK(code_of([&] { db.notes.insert(s, {.id = "after"}); }) == cairn::errc::disk_full);
    cairn::cell const key[] = {cairn::cell::of(std::string_view{"before"})};
    CHECK(code_of([&] { db.notes.find(s, key); }) == cairn::errc::disk_full);
    CHECK(code_of([&] { s.commit(); }) == cairn::errc::disk_full);
    CHECK(s.doom() == nullptr);
    CHECK(db.count() == 1);
    CHECK(db.insert({.id = "again"}));
    CHECK(db.count() == 2);
}

TEST_CASE("a conflict leaves the transaction as it was")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    db.write([&](auto& s) {
        CHECK(db.notes.insert(s, {.id = "a", .label = "one"}));
        CHECK_FALSE(db.notes.insert(s, {.id = "a"}));
        CHECK_FALSE(db.notes.insert(s, {.id = "b", .label = "one"}));
        CHECK(db.notes.insert(s, {.id = "b", .label = "two"}));
        CHECK_FALSE(
            db.notes.replace(s, 2, {.id = "b", .label = "two"}, {.id = "b", .label = "one"}));
        CHECK(s.doom() == nullptr);
    });
    CHECK(db.count() == 2);
    CHECK(db.find("b")->label == "two");
}

TEST_CASE("a database that was moved away is noticed by the next commit")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    db.insert({.id = "a"});
    CHECK(db.find("a").has_value());
    SUBCASE("renamed")
    {
        fs::rename(path, path + ".old");
    }
    SUBCASE("deleted")
    {
        fs::remove(path);
    }
    SUBCASE("replaced")
    {
        fs::rename(path, path + ".old");
        fs::copy_file(path + ".old", path);
    }
    SUBCASE("its lock file deleted")
    {
        fs::remove(path + ".lock");
    }
    auto const thrown = error_of_call([&] { db.insert({.id = "b"}); });
    CHECK(thrown.code() == cairn::errc::io_failure);
    CHECK(thrown.outcome() == cairn::write_outcome::not_committed);
    CHECK(db.database.poisoned());
    auto const later = error_of_call([&] { db.insert({.id = "c"}); });
    CHECK(later.code() == cairn::errc::store_poisoned);
    REQUIRE(later.notes().size() == 1);
    CHECK(later.notes()[0].find(thrown.message()) != std::string::npos);
    CHECK(db.find("a").has_value()); // reading goes on
    CHECK_FALSE(db.find("b").has_value());
}

TEST_CASE("damage that a write meets poisons the store, damage that a read meets does not")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        db.write([&](auto& s) {
            for (int i = 0; i < 400; ++i) db.notes.insert(s, large(i));
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
    CHECK(code_of([&] { db.find("7"); }) == cairn::errc::corrupt_store);
    CHECK_FALSE(db.database.poisoned());
    CHECK(code_of([&] { db.insert({.id = "new"}); }) == cairn::errc::corrupt_store);
    CHECK(db.database.poisoned());
    CHECK(code_of([&] { db.insert({.id = "new"}); }) == cairn::errc::store_poisoned);
}

TEST_CASE("a record above SQLite's limit is limit_exceeded and changes nothing")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    auto const code = code_of([&] { db.insert({.id = std::string(std::size_t{33} << 20, 'k')}); });
    CHECK(code == cairn::errc::limit_exceeded);
    CHECK(db.count() == 0);
    CHECK(db.insert({.id = "a"}));
}

TEST_CASE("texts of SQLite's errors hold no values")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    db.insert({.id = "canary-key", .label = "canary-label", .text = "canary-text"});
    auto const limit = file_limit{0};
    auto const thrown = error_of_call(
        [&] { db.insert({.id = "canary-2", .label = "canary-3", .text = "canary-4"}); });
    CHECK(std::string_view{thrown.what()}.find("canary") == std::string_view::npos);
}

TEST_CASE("a new reader does not follow the path to another file")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto const other = (folder.path() / "other.db").string();
    open_notes{other}.insert({.id = "of the other"});
    auto db = open_notes{path};
    fs::rename(other, path);
    CHECK(code_of([&] { db.find("of the other"); }) == cairn::errc::io_failure);
}

TEST_CASE("what memory runs out for is not stored, and the store can go on")
{
    sqlite3_shutdown(); // limits on memory need SQLite's counters
    REQUIRE(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1) == SQLITE_OK);
    REQUIRE(sqlite3_initialize() == SQLITE_OK);
    auto const folder = temporary_folder{};
    auto refused = 0;
    for (auto room = sqlite3_int64{1}; room < 400'000; room += 4'000) {
        auto const path = (folder.path() / (std::to_string(room) + ".db")).string();
        auto stored = false;
        {
            auto db = open_notes{path};
            db.insert({.id = "before"});
            sqlite3_hard_heap_limit64(sqlite3_memory_used() + room);
            try {
                stored = db.insert(large(1));
            } catch (cairn::error const& thrown) {
                CHECK(thrown.code() == cairn::errc::out_of_memory);
                ++refused;
            }
            sqlite3_hard_heap_limit64(0);
            CHECK(db.find("1").has_value() == stored);
            CHECK(db.insert({.id = "after"}));
        }
        auto db = open_notes{path};
        CHECK(db.find("1").has_value() == stored);
        CHECK(db.count() == (stored ? 3U : 2U));
    }
    CHECK(refused > 2);
}

TEST_CASE("a file that SQLite misses is an I/O error, any other refusal to write is read_only")
{
    using cairn::detail::sql::judge;
    CHECK(judge(SQLITE_READONLY_DBMOVED, 0).code == cairn::errc::io_failure);
    CHECK(judge(SQLITE_READONLY_DBMOVED, 0).poisons);
    CHECK(judge(SQLITE_READONLY, 0).code == cairn::errc::read_only);
    CHECK_FALSE(judge(SQLITE_READONLY, 0).poisons);
}
