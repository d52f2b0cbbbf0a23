// SPDX-License-Identifier: BSL-1.0
// One writing process, any number of reading ones, and children that belong to neither.
#include "store_file.hpp"

#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace test;

namespace {

/// A process that opens the store when told, says so, and then does what it is told.
int hold(std::string const& path, int in, int out)
{
    hear_from(in);
    auto db = open_notes{path};
    db.insert({.id = "of the child"});
    say(out, 'o');
    hear_from(in);
    return 0;
}

} // namespace

TEST_CASE("a second writing process is refused at once, and told who holds the store")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int in, int out) { return hold(path, in, out); }};
    child.tell();
    REQUIRE(child.hear() == 'o');

    auto const begin = std::chrono::steady_clock::now();
    auto const thrown = error_of_call([&] { open_notes{path}; });
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds{500});
    CHECK(thrown.code() == cairn::errc::store_locked);
    REQUIRE(thrown.notes().size() == 1);
    CHECK(thrown.notes()[0].find("pid " + std::to_string(child.pid())) != std::string::npos);
    CHECK(thrown.notes()[0].find("since 20") != std::string::npos);
    child.tell();
    CHECK(child.wait() == 0);
    CHECK(open_notes{path}.count() == 1);
}

TEST_CASE("the lock of a killed process is free, and its last commit is there")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    for (int round = 0; round < 5; ++round) {
        auto child = child_process{[&](int in, int out) {
            hear_from(in);
            auto db = open_notes{path};
            db.insert({.id = std::to_string(round)});
            say(out, 'o');
            ::pause();
            return 0;
        }};
        child.tell();
        REQUIRE(child.hear() == 'o');
        child.kill();
        CHECK(open_notes{path}.count() == static_cast<std::uint64_t>(round) + 1);
    }
}

TEST_CASE("a refused opening in another process does not drop the holder's lock")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto const refuse = [&](int in, int) {
        hear_from(in);
        return code_of([&] { open_notes{path}; }) == cairn::errc::store_locked ? 0 : 1;
    };
    auto first = child_process{refuse};
    auto second = child_process{refuse};
    auto db = open_notes{path};
    first.tell();
    CHECK(first.wait() == 0);
    second.tell();
    CHECK(second.wait() == 0);
    CHECK(db.insert({.id = "a"}));
}

TEST_CASE("a forked child gets misuse, and its destructors leave the parent's store alone")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto rival = child_process{[&](int in, int) {
        hear_from(in);
        return code_of([&] { open_notes{path}; }) == cairn::errc::store_locked ? 0 : 1;
    }};
    auto db = std::make_unique<open_notes>(path);
    CHECK(db->insert({.id = "a"}));
    auto const forked = ::fork();
    REQUIRE(forked >= 0);
    if (forked == 0) {
        auto faults = 0;
        faults += code_of([&] { db->database.check_usable(); }) == cairn::errc::misuse ? 0 : 1;
        faults += code_of([&] { db->find("a"); }) == cairn::errc::misuse ? 0 : 2;
        faults += code_of([&] { db->database.close(); }) == cairn::errc::misuse ? 0 : 4;
        // Not even a store of its own over the same file: SQLite's locks in here are the parent's.
        faults += code_of([&] { open_notes{path}; }) == cairn::errc::misuse ? 0 : 8;
        auto const reading = cairn::sqlite_options{.path = path, .read_only = true};
        faults += code_of([&] { open_notes{reading}; }) == cairn::errc::misuse ? 0 : 16;
        db.reset();
        ::_exit(faults);
    }
    auto status = 0;
    ::waitpid(forked, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
    rival.tell();
    CHECK(rival.wait() == 0); // the lock is still held
    CHECK(db->insert({.id = "b"}));
    CHECK(db->count() == 2);
    db.reset();
    CHECK(sql(path, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}

TEST_CASE("another process reads while one writes, and sees every commit in order")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int in, int out) {
        hear_from(in);
        auto db = open_notes{cairn::sqlite_options{.path = path, .read_only = true}};
        say(out, 'o');
        auto last = std::uint64_t{0};
        while (last < 500) {
            auto const now = db.count();
            if (now < last) return 1;
            auto lease = db.database.read();
            auto const seen = db.notes.sequences(lease.session(), {}, nullptr, 1000).size();
            if (seen != db.notes.count(lease.session(), {})) return 2; // one snapshot, not two
            last = now;
        }
        return 0;
    }};
    auto db = open_notes{path};
    child.tell();
    REQUIRE(child.hear() == 'o');
    for (int i = 0; i < 500; ++i) db.insert({.id = std::to_string(i)});
    CHECK(child.wait() == 0);
}

TEST_CASE("a store opened for reading refuses to write and takes no lock")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    auto const before = bytes_of(path);
    auto db = open_notes{cairn::sqlite_options{.path = path, .read_only = true}};
    CHECK(db.find("a").has_value());
    CHECK(code_of([&] { db.insert({.id = "b"}); }) == cairn::errc::read_only);
    auto writer = open_notes{path}; // beside it, in the same process
    CHECK(writer.insert({.id = "b"}));
    CHECK(db.find("b").has_value());
    db.database.close();
    CHECK(code_of([&] { db.find("a"); }) == cairn::errc::store_closed);
    CHECK(bytes_of(path) == before);
}

TEST_CASE(
    "permission to read the files is enough to read the store"
    * doctest::skip(::geteuid() != 0)) // only root can become somebody without permission to write
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int in, int out) {
        hear_from(in);
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 9;
        auto db = open_notes{cairn::sqlite_options{.path = path, .read_only = true}};
        if (db.count() != 1) return 1;
        say(out, 'o');
        hear_from(in);
        if (db.count() != 2) return 2;
        auto const refused = code_of([&] { open_notes{path}; });
        return refused == cairn::errc::io_failure || refused == cairn::errc::read_only ? 0 : 3;
    }};
    auto db = open_notes{path};
    db.insert({.id = "a"});
    fs::permissions(folder.path(), fs::perms{0755});
    for (auto const* tail : {"", "-wal", "-shm"}) fs::permissions(path + tail, fs::perms{0644});
    child.tell();
    REQUIRE(child.hear() == 'o');
    db.insert({.id = "b"});
    child.tell();
    CHECK(child.wait() == 0);
}

TEST_CASE("a reading process notices that the writer changed the schema")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    auto db = open_notes{cairn::sqlite_options{.path = path, .read_only = true}};
    CHECK(db.find("a").has_value());
    sql(path, "ALTER TABLE note RENAME TO elsewhere; UPDATE \"cairn.state\" SET catalog = 99");
    CHECK(code_of([&] { db.find("a"); }) == cairn::errc::schema_mismatch);
}

TEST_CASE("a reading process is told that the writer dropped one of its indexes")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a"});
    auto db = open_notes{cairn::sqlite_options{.path = path, .read_only = true}};
    CHECK(db.find("a").has_value());
    sql(path, "DROP INDEX \"note.rank\"; UPDATE \"cairn.state\" SET catalog = 99");
    auto const asked = cairn::question{.order = cairn::ordering::index};
    auto const refused = error_of_call([&] {
        auto lease = db.database.read();
        db.notes.sequences(lease.session(), asked, nullptr, 1);
    });
    CHECK(refused.code() == cairn::errc::schema_mismatch);
    CHECK(std::string_view{refused.what()}.find("note.rank") != std::string_view::npos);
}
