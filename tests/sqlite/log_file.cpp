// SPDX-License-Identifier: BSL-1.0
// The log as it reaches the disk: in one piece for each commit, and never with what was taken back.
#include "../support/watched_vfs.hpp"
#include "store_file.hpp"

#include <algorithm>
#include <cairn/backend/sqlite/log_vfs.hpp>
#include <memory>

using namespace test;
using cairn::detail::sql::gathered_log;
using cairn::detail::sql::log_vfs;

namespace {

/// A VFS whose only file lies in memory, and may refuse to be written.
struct paper {
    std::string bytes{};
    int writes = 0;
    int refuse = SQLITE_OK;
    bool open = false;

    static paper& current()
    {
        static paper only{};
        return only;
    }
    static int close(sqlite3_file*)
    {
        current().open = false;
        return SQLITE_OK;
    }
    static int read(sqlite3_file*, void* to, int size, sqlite3_int64 offset)
    {
        auto const all = current().bytes + std::string(1 << 20, '\0');
        all.copy(static_cast<char*>(to), static_cast<std::size_t>(size), std::size_t(offset));
        auto const end = static_cast<sqlite3_int64>(current().bytes.size());
        return offset + size > end ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
    }
    static int write(sqlite3_file*, void const* from, int size, sqlite3_int64 offset)
    {
        ++current().writes;
        if (current().refuse != SQLITE_OK) return current().refuse;
        auto& bytes = current().bytes;
        bytes.resize(std::max(bytes.size(), static_cast<std::size_t>(offset + size)));
        bytes.replace(
            std::size_t(offset), std::size_t(size), static_cast<char const*>(from),
            std::size_t(size));
        return SQLITE_OK;
    }
    static int truncate(sqlite3_file*, sqlite3_int64 size)
    {
        current().bytes.resize(static_cast<std::size_t>(size));
        return SQLITE_OK;
    }
    static int size(sqlite3_file*, sqlite3_int64* size)
    {
        *size = static_cast<sqlite3_int64>(current().bytes.size());
        return SQLITE_OK;
    }
    static int open_file(sqlite3_vfs*, char const*, sqlite3_file* file, int, int*)
    {
        static auto const methods = [] {
            auto made = sqlite3_io_methods{};
            made.iVersion = 1;
            made.xClose = &close;
            made.xRead = &read;
            made.xWrite = &write;
            made.xTruncate = &truncate;
            made.xSync = [](sqlite3_file*, int) { return SQLITE_OK; };
            made.xFileSize = &size;
            return made;
        }();
        file->pMethods = &methods;
        current().open = true;
        return SQLITE_OK;
    }
};

/// A log opened over `paper`.
class log_on_paper {
public:
    explicit log_on_paper(bool holds = true)
    {
        paper::current() = {};
        auto vfs = sqlite3_vfs{};
        vfs.xOpen = &paper::open_file;
        storage_.resize((gathered_log::size() + sizeof(sqlite3_file)) / sizeof(void*) + 1);
        REQUIRE(gathered_log::open(&vfs, "log", file(), 0, nullptr, holds, known) == SQLITE_OK);
        REQUIRE(known != nullptr);
    }
    log_on_paper(log_on_paper const&) = delete;
    log_on_paper& operator=(log_on_paper const&) = delete;
    ~log_on_paper()
    {
        if (paper::current().open) file()->pMethods->xClose(file());
    }

    gathered_log* known = nullptr;

    int write(std::string const& text, int offset)
    {
        return file()->pMethods->xWrite(file(), text.data(), static_cast<int>(text.size()), offset);
    }
    std::string read(int size, int offset)
    {
        auto text = std::string(static_cast<std::size_t>(size), '?');
        auto const code = file()->pMethods->xRead(file(), text.data(), size, offset);
        return code == SQLITE_OK ? text : "error " + std::to_string(code);
    }
    int sync() { return file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL); }
    int truncate(int size) { return file()->pMethods->xTruncate(file(), size); }
    sqlite3_int64 size()
    {
        auto found = sqlite3_int64{-1};
        file()->pMethods->xFileSize(file(), &found);
        return found;
    }
    void close() { file()->pMethods->xClose(file()); }

private:
    sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(storage_.data()); }

    std::vector<void*> storage_{};
};

paper& disk()
{
    return paper::current();
}

} // namespace

TEST_CASE("what is written to a log waits for the sync, and then goes in one piece")
{
    auto log = log_on_paper{};
    CHECK(log.write("abcd", 0) == SQLITE_OK);
    CHECK(log.write("efgh", 4) == SQLITE_OK);
    CHECK(log.write("ij", 8) == SQLITE_OK);
    CHECK(log.write("XY", 3) == SQLITE_OK); // a page that changes again is overwritten in place
    CHECK(disk().writes == 0);
    CHECK(log.size() == 10);
    CHECK(log.read(10, 0) == "abcXYfghij"); // its own connection reads what is held
    CHECK(disk().writes == 0);
    CHECK(log.sync() == SQLITE_OK);
    CHECK(disk().writes == 1);
    CHECK(disk().bytes == "abcXYfghij");
    CHECK(log.sync() == SQLITE_OK);
    CHECK(disk().writes == 1);
}

TEST_CASE("writes elsewhere in a log keep their order")
{
    auto log = log_on_paper{};
    log.write("abcdefgh", 0);
    log.sync();
    log.write("ijkl", 8);
    CHECK(log.write("123", 2) == SQLITE_OK); // in front of what is held: that goes first
    CHECK(disk().bytes == "abcdefghijkl");
    CHECK(log.write("mn", 12) == SQLITE_OK); // not behind it
    CHECK(disk().bytes == "ab123fghijkl");
    CHECK(log.read(14, 0) == "ab123fghijklmn"); // part of it held, part not
    log.sync();
    CHECK(disk().bytes == "ab123fghijklmn");
}

TEST_CASE("a log holds no more than its capacity")
{
    auto log = log_on_paper{};
    auto const page = std::string(4096, 'p');
    auto offset = 0;
    for (auto i = std::size_t{}; i <= gathered_log::capacity / page.size(); ++i) {
        CHECK(log.write(page, offset) == SQLITE_OK);
        offset += static_cast<int>(page.size());
    }
    CHECK(disk().writes == 1);
    CHECK(disk().bytes.size() == gathered_log::capacity);
    CHECK(log.write(std::string(gathered_log::capacity + 1, 'q'), offset) == SQLITE_OK);
    CHECK(disk().writes == 3);
    CHECK(disk().bytes.size() == static_cast<std::size_t>(offset) + gathered_log::capacity + 1);
}

TEST_CASE("a commit that could not be sent is dropped: it never comes to light later")
{
    auto log = log_on_paper{};
    log.write("commit", 0);
    disk().refuse = SQLITE_FULL;
    CHECK(log.sync() == SQLITE_FULL);
    disk().refuse = SQLITE_OK;
    CHECK(log.size() == 0);
    CHECK(log.sync() == SQLITE_OK);
    CHECK(log.write("other", 0) == SQLITE_OK);
    CHECK(log.sync() == SQLITE_OK);
    CHECK(disk().bytes == "other");
}

TEST_CASE("what a transaction wrote before a write that failed is kept, since it may go on")
{
    auto log = log_on_paper{};
    auto const most = std::string(gathered_log::capacity, 'a');
    CHECK(log.write(most, 0) == SQLITE_OK);
    disk().refuse = SQLITE_FULL;
    CHECK(log.write("b", static_cast<int>(most.size())) == SQLITE_FULL);
    CHECK(log.read(3, 5) == "aaa");
    CHECK(log.size() == static_cast<sqlite3_int64>(most.size()));
    disk().refuse = SQLITE_OK;
    CHECK(log.write("c", static_cast<int>(most.size())) == SQLITE_OK);
    CHECK(log.sync() == SQLITE_OK);
    CHECK(disk().bytes == most + "c");
}

TEST_CASE("a log that is cut back or closed sends nothing of what was never synced")
{
    auto log = log_on_paper{};
    log.write("abcdefgh", 0);
    CHECK(log.truncate(3) == SQLITE_OK);
    CHECK(log.size() == 3);
    CHECK(log.truncate(0) == SQLITE_OK);
    CHECK(log.size() == 0);
    log.write("xyz", 0);
    log.close();
    CHECK(log.known == nullptr);
    CHECK(disk().writes == 0);
    CHECK_FALSE(disk().open);
}

TEST_CASE("what was taken back is not sent behind what goes in its place")
{
    auto log = log_on_paper{};
    log.write("head", 0); // two pages with their headers
    log.write("page1", 4);
    log.write("head", 9);
    log.write("page2", 13);
    SUBCASE("a page follows its header")
    {
        log.write("HEAD", 0);
        CHECK(log.size() == 18); // a header alone may be that of a page that stays
        log.write("PAGE3", 4);
        CHECK(log.size() == 9);
        log.sync();
        CHECK(disk().bytes == "HEADPAGE3");
    }
    SUBCASE("headers alone are written anew where pages stay")
    {
        log.write("HEAD", 0);
        log.write("HEAD", 9);
        log.sync();
        CHECK(disk().bytes == "HEADpage1HEADpage2");
    }
    SUBCASE("a page alone is written anew")
    {
        log.write("PAGE1", 4);
        log.sync();
        CHECK(disk().bytes == "headPAGE1headpage2");
    }
    SUBCASE("the whole transaction is over")
    {
        log.known->drop();
        CHECK(log.size() == 0);
        log.write("HEAD", 0);
        log.sync();
        CHECK(disk().bytes == "HEAD");
    }
}

TEST_CASE("on a medium that may spoil a sector nothing is held")
{
    auto log = log_on_paper{false};
    CHECK(log.write("abcd", 0) == SQLITE_OK);
    CHECK(log.write("efgh", 4) == SQLITE_OK);
    CHECK(disk().writes == 2);
    CHECK(disk().bytes == "abcdefgh");
}

TEST_CASE("a durable commit costs one write to the log and one sync, whatever it changed")
{
    auto writes = 0;
    auto syncs = 0;
    auto how = watch{};
    how.before_log_write = [&](int, sqlite3_int64) {
        ++writes;
        return SQLITE_OK;
    };
    how.after_log_sync = [&] { ++syncs; };
    auto const vfs = watched_vfs{how};
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = watched_vfs::name;
    auto db = open_notes{options};
    db.insert({.id = "first"});
    for (int i = 0; i < 20; ++i) {
        writes = syncs = 0;
        db.insert({.id = std::to_string(i), .text = std::string(3000, 'x')});
        CHECK(writes == 1);
        CHECK(syncs == 1);
    }
}

TEST_CASE("survives::process_crash holds nothing back, since nothing would send it")
{
    auto bytes = 0;
    auto syncs = 0;
    auto how = watch{};
    how.before_log_write = [&](int size, sqlite3_int64) {
        bytes += size;
        return SQLITE_OK;
    };
    how.after_log_sync = [&] { ++syncs; };
    auto const vfs = watched_vfs{how};
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = watched_vfs::name;
    options.survives = cairn::survives::process_crash;
    auto db = open_notes{options};
    db.insert({.id = "first"});
    bytes = syncs = 0;
    db.insert({.id = "second"});
    CHECK(syncs == 0);
    CHECK(bytes >= 2 * 4096); // at least the record and the counts
    CHECK(sql(options.path, "SELECT count(*) FROM note") == std::vector<std::string>{"2"});
}

TEST_CASE("a transaction larger than the cache loses nothing to a disk that is full now and then")
{
    auto left = 0;
    auto failed = 0;
    auto how = watch{};
    how.before_log_write = [&](int, sqlite3_int64) {
        if (left != 0 && --left == 0) {
            ++failed;
            return SQLITE_FULL;
        }
        return SQLITE_OK;
    };
    auto const vfs = watched_vfs{how};
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = watched_vfs::name;
    options.cache_size = 64 << 10; // a few pages: most are written before the commit
    auto stored = std::vector<std::string>{};
    for (auto fail_at = 1; fail_at <= 40; ++fail_at) {
        auto db = open_notes{options};
        db.let_spill();
        auto written = std::vector<std::string>{};
        left = fail_at;
        try {
            db.write([&](auto& s) {
                for (int i = 0; i < 120; ++i) {
                    auto const id = std::to_string(fail_at) + "-" + std::to_string(i);
                    try {
                        if (db.notes.insert(s, {.id = id, .text = std::string(3000, 'x')}))
                            written.push_back(id);
                    } catch (cairn::disk_full const&) { // the transaction may go on, if SQLite does
                    }
                }
            });
            stored.insert(stored.end(), written.begin(), written.end());
        } catch (cairn::error const& thrown) {
            CHECK(thrown.code() == cairn::errc::disk_full);
            CHECK(thrown.outcome() == cairn::write_outcome::not_committed);
        }
        left = 0;
        INFO("the " << fail_at << "th write fails");
        CHECK(db.count() == stored.size());
    }
    CHECK(failed > 10);
    auto db = open_notes{options};
    for (auto const& id : stored) CHECK(db.find(id).has_value());
    CHECK(sql(options.path, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}

TEST_CASE("a commit behind a large transaction that was taken back sends nothing of that")
{
    auto largest = 0;
    auto how = watch{};
    how.before_log_write = [&](int size, sqlite3_int64) {
        largest = std::max(largest, size);
        return SQLITE_OK;
    };
    auto const vfs = watched_vfs{how};
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = watched_vfs::name;
    options.cache_size = 64 << 10;
    auto db = open_notes{options};
    db.let_spill();
    db.insert({.id = "a"});
    struct thought_better {};
    auto const large = [&](auto& s, char const* of) {
        for (int i = 0; i < 35; ++i)
            db.notes.insert(s, {.id = of + std::to_string(i), .text = std::string(3000, 'x')});
    };
    CHECK_THROWS_AS(
        db.write([&](auto& s) {
            large(s, "whole");
            throw thought_better{};
        }),
        thought_better);
    largest = 0;
    db.insert({.id = "b"});
    CHECK(largest <= 6 * (4096 + 24));

    db.write([&](auto& s) {
        db.notes.insert(s, {.id = "c"});
        s.savepoint();
        large(s, "part");
        s.rollback_to();
        largest = 0;
    });
    CHECK(largest <= 10 * (4096 + 24));
    CHECK(db.count() == 3);
    CHECK(sql(options.path, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}

TEST_CASE("behind a transaction that was too large for the disk smaller ones are written")
{
    auto room = sqlite3_int64{-1};
    auto how = watch{};
    how.before_log_write = [&](int size, sqlite3_int64 offset) {
        return room >= 0 && offset + size > room ? SQLITE_FULL : SQLITE_OK;
    };
    auto const vfs = watched_vfs{how};
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = watched_vfs::name;
    options.cache_size = 64 << 10;
    auto db = open_notes{options};
    db.let_spill();
    db.insert({.id = "a"});
    room = sqlite3_int64{300} << 10;
    auto const thrown = error_of_call([&] {
        db.write([&](auto& s) {
            for (int i = 0; i < 300; ++i)
                db.notes.insert(s, {.id = std::to_string(i), .text = std::string(3000, 'x')});
        });
    });
    CHECK(thrown.code() == cairn::errc::disk_full);
    CHECK(thrown.outcome() == cairn::write_outcome::not_committed);
    CHECK(db.insert({.id = "b"}));
    CHECK(db.insert({.id = "c"}));
    CHECK(db.count() == 3);
}

TEST_CASE("a VFS that is not there is refused by name")
{
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.vfs = "no such thing";
    CHECK(code_of([&] { open_notes{options}; }) == cairn::errc::invalid_argument);
    CHECK(code_of([&] { log_vfs{"no such thing"}; }) == cairn::errc::invalid_argument);
}
