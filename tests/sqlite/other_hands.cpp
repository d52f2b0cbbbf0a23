// SPDX-License-Identifier: BSL-1.0
// What a store says when others hold, change or withhold its file: each error by real means.
#include "../support/simulated_vfs.hpp"
#include "store_file.hpp"

#include <cstring>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace test;

namespace {

/// Another program, which does its part when it is told to, and then once more.
class other_program {
public:
    other_program(std::function<bool()> first, std::function<bool()> then)
        : child_{[=](int in, int out) {
              for (auto const* part : {&first, &then}) {
                  if (hear_from(in) != 'g') return 1;
                  say(out, (*part)() ? 'y' : 'n');
              }
              return 0;
          }}
    {
    }

    [[nodiscard]] bool acts() const
    {
        child_.tell();
        return child_.hear() == 'y';
    }

private:
    child_process child_;
};

bool run_sql(sqlite3* on, char const* text)
{
    return sqlite3_exec(on, text, nullptr, nullptr, nullptr) == SQLITE_OK;
}

/// In another process: to close the file in this one would give up the locks that SQLite holds.
bool overwrite_beginning(std::string const& path)
{
    auto const file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    return ::pwrite(file, "no database here", 16, 0) == 16;
}

/// A file system of its own.
class own_disk {
public:
    own_disk() { mounted_ = ::mount("tmpfs", name(), "tmpfs", 0, "size=2m") == 0; }
    own_disk(own_disk const&) = delete;
    own_disk& operator=(own_disk const&) = delete;
    ~own_disk()
    {
        if (mounted_) ::umount(name());
    }

    explicit operator bool() const { return mounted_; }
    [[nodiscard]] std::string file() const { return (folder_.path() / "notes.db").string(); }
    [[nodiscard]] bool withhold_writing() const
    {
        return ::mount("tmpfs", name(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
    }

private:
    [[nodiscard]] char const* name() const { return folder_.path().c_str(); }

    temporary_folder folder_{};
    bool mounted_ = false;
};

/// What a user without rights hears who opens the store for writing.
std::optional<cairn::errc> heard_by_nobody(std::string const& path)
{
    auto const child = child_process{[&](int, int out) {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
        say(out, static_cast<char>(code_of([&] { open_notes{path}; })));
        return 0;
    }};
    auto const heard = child.hear();
    if (heard == '\0') return {};
    return static_cast<cairn::errc>(heard);
}

} // namespace

TEST_CASE("another process that is writing is busy, and nothing else is lost by it")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "before"});
    sqlite3* theirs = nullptr;
    auto const other = other_program{
        [&] {
            return sqlite3_open(path.c_str(), &theirs) == SQLITE_OK
                && run_sql(theirs, "BEGIN IMMEDIATE");
        },
        [&] { return run_sql(theirs, "ROLLBACK"); }};
    auto db = open_notes{
        cairn::sqlite_options{.path = path, .busy_timeout = std::chrono::milliseconds{20}}};
    REQUIRE(other.acts());
    auto const refused = error_of_call([&] { db.insert({.id = "a"}); });
    CHECK(refused.code() == cairn::errc::busy);
    CHECK(refused.native_code() == SQLITE_BUSY);
    CHECK(refused.outcome() == cairn::write_outcome::not_committed);
    CHECK_FALSE(db.database.poisoned());
    CHECK(db.count() == 1);
    REQUIRE(other.acts());
    CHECK(db.insert({.id = "a"}));
    CHECK(db.count() == 2);
}

TEST_CASE(
    "a database whose beginning was overwritten is corrupt_store, and nothing more is written")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto const other = other_program{
        [&] { return overwrite_beginning(path); }, [] { return true; }};
    auto db = open_notes{path};
    db.insert({.id = "before"});
    db.database.checkpoint(); // now the first page is in the file alone
    sql(path, "UPDATE \"cairn.state\" SET \"clean\" = 1"); // and the writer must read it anew
    REQUIRE(other.acts());
    auto const refused = error_of_call([&] { db.insert({.id = "a"}); });
    CHECK(refused.code() == cairn::errc::corrupt_store);
    CHECK(refused.native_code() == SQLITE_NOTADB);
    CHECK(refused.outcome() == cairn::write_outcome::not_committed);
    CHECK(db.database.poisoned());
    CHECK(code_of([&] { db.insert({.id = "b"}); }) == cairn::errc::store_poisoned);
}

TEST_CASE("without permission to write a store is read_only" * doctest::skip(::getuid() != 0))
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "before"});
    fs::remove(path + ".lock"); // which nobody may open either
    REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
    REQUIRE(::chmod(path.c_str(), 0444) == 0);
    CHECK(heard_by_nobody(path) == cairn::errc::read_only);
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    CHECK(open_notes{path}.count() == 1);
}

TEST_CASE(
    "a file system that is mounted for reading is read_only, for writing alone"
    * doctest::skip(!own_disk{})) // only root can mount one
{
    auto const disk = own_disk{};
    REQUIRE(disk);
    open_notes{disk.file()}.insert({.id = "before"});
    REQUIRE(disk.withhold_writing());
    CHECK(code_of([&] { open_notes{disk.file()}; }) == cairn::errc::read_only);
}

TEST_CASE("a checkpoint that claims to have moved more than the log held poisons the store")
{
    auto disk = simulated_disk{1};
    auto on = simulated_machine{};
    vfs::install();
    current_disk() = &disk;
    auto const options = cairn::sqlite_options{
        .path = "/disk/notes.db", .vfs = "simulated", .machine = &on};
    {
        auto db = open_notes{options};
        db.insert({.id = "a"});
        // As another program's checkpoint would leave it: SQLite's count of the frames that were
        // copied, behind two copies of its header of 48 bytes.
        auto const copied = std::uint32_t{1000};
        auto const& shared = disk.find(options.path)->regions;
        REQUIRE(shared.size() == 1);
        std::memcpy(shared.front().get() + 96, &copied, sizeof copied);
        auto const refused = error_of_call([&] { db.database.checkpoint(); });
        CHECK(refused.code() == cairn::errc::corrupt_store);
        CHECK(db.database.poisoned());
        CHECK(code_of([&] { db.insert({.id = "b"}); }) == cairn::errc::store_poisoned);
    }
    CHECK(open_notes{options}.find("a").has_value());
    current_disk() = nullptr;
}
