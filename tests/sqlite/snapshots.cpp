// SPDX-License-Identifier: BSL-1.0
// Reading connections: what they see, how many there are, and that they cannot make the log grow.
#include "store_file.hpp"

#include <atomic>
#include <limits>
#include <thread>

namespace fs = std::filesystem;
using namespace test;

namespace {

cairn::sqlite_options small_log(
    fs::path const& folder, std::chrono::milliseconds age_limit = std::chrono::seconds{60})
{
    auto options = cairn::sqlite_options{.path = (folder / "notes.db").string()};
    options.survives = cairn::survives::process_crash;
    options.checkpoint_pages = 100;
    options.wal_limit = std::uint64_t{200} * 4096;
    options.snapshot_age_limit = age_limit;
    return options;
}

note wide(int number)
{
    return {.id = std::to_string(number), .text = std::string(3000, 'x')};
}

} // namespace

TEST_CASE("a kept snapshot gives way to every commit")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    for (int i = 0; i < 50; ++i) {
        CHECK(db.count() == static_cast<std::uint64_t>(i));
        CHECK_FALSE(db.find(std::to_string(i)).has_value());
        db.insert({.id = std::to_string(i)});
        CHECK(db.find(std::to_string(i)).has_value());
    }
}

TEST_CASE("a lease sees one state, however many commits come meanwhile")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    db.insert({.id = "a"});
    auto lease = db.database.read();
    CHECK(db.notes.count(lease.session(), {}) == 1);
    db.insert({.id = "b"});
    CHECK(db.notes.count(lease.session(), {}) == 1);
    CHECK(db.notes.sequences(lease.session(), {}, nullptr, 9).size() == 1);
    CHECK(db.count() == 2);
}

TEST_CASE("a transaction that is rolled back was never seen")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    auto& s = db.database.writer();
    s.begin();
    db.notes.insert(s, {.id = "a"});
    s.savepoint();
    db.notes.insert(s, {.id = "b"});
    s.rollback_to();
    CHECK(db.notes.count(s, {}) == 1);
    CHECK(db.count() == 0);
    s.rollback();
    s.rollback();
    CHECK(db.count() == 0);
    CHECK(db.insert({.id = "c"}));
    auto lease = db.database.read();
    CHECK(db.notes.sequences(lease.session(), {}, nullptr, 9) == std::vector<std::int64_t>{1});
}

TEST_CASE("no more readers than allowed; the one too many waits, then hears busy")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{cairn::sqlite_options{
        .path = (folder.path() / "notes.db").string(),
        .busy_timeout = std::chrono::milliseconds{100},
        .max_readers = 2}};
    auto first = std::unique_ptr<cairn::sqlite_lease>{new cairn::sqlite_lease{db.database.read()}};
    auto second = db.database.read();
    auto const begin = std::chrono::steady_clock::now();
    CHECK(code_of([&] { db.find("a"); }) == cairn::errc::busy);
    auto const waited = std::chrono::steady_clock::now() - begin;
    CHECK(waited >= std::chrono::milliseconds{95});
    CHECK(waited < std::chrono::seconds{2});
    first.reset();
    CHECK_FALSE(db.find("a").has_value());
}

TEST_CASE("the log stays within bounds while threads read without pause")
{
    auto const folder = temporary_folder{};
    auto const options = small_log(folder.path());
    auto db = open_notes{options};
    db.insert(wide(-1));
    auto done = std::atomic<bool>{false};
    auto reads = std::atomic<int>{0};
    auto readers = std::vector<std::thread>{};
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            while (!done.load()) {
                if (!db.find("-1").has_value()) std::abort();
                reads.fetch_add(1);
            }
        });
    }
    auto largest = std::uintmax_t{0};
    for (int i = 0; i < 3000; ++i) {
        db.insert(wide(i));
        if (i % 50 == 0) largest = std::max(largest, fs::file_size(options.path + "-wal"));
    }
    done.store(true);
    for (auto& one : readers) one.join();
    MESSAGE("largest log " << largest / 4096 << " pages, " << reads.load() << " reads");
    CHECK(largest <= 2 * options.wal_limit);
    CHECK(reads.load() > 100);
}

TEST_CASE("the limit of the log holds also where it is smaller than the distance of checkpoints")
{
    auto const folder = temporary_folder{};
    auto options = small_log(folder.path());
    options.checkpoint_pages = cairn::sqlite_options{}.checkpoint_pages;
    auto db = open_notes{options};
    auto largest = std::uintmax_t{0};
    for (int i = 0; i < 1000; ++i) {
        db.insert(wide(i));
        largest = std::max(largest, fs::file_size(options.path + "-wal"));
    }
    CHECK(largest <= 2 * options.wal_limit);
    CHECK(largest < std::uintmax_t{options.checkpoint_pages} * 4096 / 2);
}

TEST_CASE("a limit of the log of nothing costs no checkpoint for each write")
{
    auto const folder = temporary_folder{};
    auto options = small_log(folder.path());
    options.wal_limit = 0;
    auto db = open_notes{options};
    auto grew = 0;
    auto last = std::uintmax_t{0};
    for (int i = 0; i < 100; ++i) {
        db.insert({.id = std::to_string(i)});
        auto const now = fs::file_size(options.path + "-wal");
        grew += now > last ? 1 : 0;
        last = now;
    }
    CHECK(grew > 60);
    CHECK(last <= std::uintmax_t{80} * 4096);
}

TEST_CASE("an idle kept snapshot does not hold the log")
{
    auto const folder = temporary_folder{};
    auto const options = small_log(folder.path());
    auto db = open_notes{options};
    db.insert(wide(-1));
    auto largest = std::uintmax_t{0};
    for (int i = 0; i < 2000; ++i) {
        db.insert(wide(i));
        if (i % 30 == 0) CHECK(db.find("-1").has_value()); // and leaves its snapshot behind
        largest = std::max(largest, fs::file_size(options.path + "-wal"));
    }
    CHECK(largest <= 2 * options.wal_limit);
}

TEST_CASE("a snapshot that stays in the way is ended, and says so at its next use")
{
    auto const folder = temporary_folder{};
    auto const options = small_log(folder.path(), std::chrono::milliseconds{0});
    auto db = open_notes{options};
    db.insert(wide(-1));
    {
        auto lease = db.database.read();
        CHECK(db.notes.count(lease.session(), {}) == 1);
        for (int i = 0; i < 150; ++i) db.insert(wide(i));
        CHECK(
            code_of([&] { db.notes.count(lease.session(), {}); }) == cairn::errc::snapshot_expired);
        CHECK(
            code_of([&] { db.notes.sequences(lease.session(), {}, nullptr, 1); })
            == cairn::errc::snapshot_expired);
    }
    CHECK(db.count() == 151); // a new one is fine
    for (int i = 150; i < 650; ++i) db.insert(wide(i));
    CHECK(fs::file_size(options.path + "-wal") <= 2 * options.wal_limit);
}

TEST_CASE("a snapshot whose age has no limit is never ended")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{small_log(folder.path(), std::chrono::milliseconds::max())};
    db.insert(wide(-1));
    auto lease = db.database.read();
    CHECK(db.notes.count(lease.session(), {}) == 1);
    for (int i = 0; i < 150; ++i) db.insert(wide(i));
    CHECK(db.notes.count(lease.session(), {}) == 1);
}

TEST_CASE("a log without a limit is not copied before the end")
{
    auto const folder = temporary_folder{};
    auto options = small_log(folder.path());
    options.checkpoint_pages = std::numeric_limits<std::uint32_t>::max();
    options.wal_limit = std::numeric_limits<std::uint64_t>::max();
    auto db = open_notes{options};
    db.database.checkpoint();
    auto const size = fs::file_size(options.path);
    for (int i = 0; i < 150; ++i) db.insert(wide(i));
    CHECK(fs::file_size(options.path) == size);
    CHECK(fs::file_size(options.path + "-wal") > std::uint64_t{150} * 4096);
}

TEST_CASE("the first checkpoint that meets a snapshot does not end it")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    db.insert(wide(1));
    auto lease = db.database.read(); // the first lease of a fresh connection
    CHECK(db.notes.count(lease.session(), {}) == 1);
    db.insert(wide(2));
    db.database.checkpoint();
    CHECK(db.notes.count(lease.session(), {}) == 1);
}

TEST_CASE("a checkpoint by request leaves nothing in the log that the file lacks")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    for (int i = 0; i < 20; ++i) db.insert(wide(i));
    CHECK(db.count() == 20);
    db.database.checkpoint();
    auto const copy = (folder.path() / "copy.db").string();
    fs::copy_file(path, copy);
    CHECK(sql(copy, "SELECT count(*) FROM \"note\"") == std::vector<std::string>{"20"});
}

TEST_CASE("after close the log is empty, everything is in the file, and nothing works any more")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    db.insert(wide(1));
    db.database.close();
    db.database.close();
    CHECK(fs::file_size(path + "-wal") == 0);
    CHECK(code_of([&] { db.find("1"); }) == cairn::errc::store_closed);
    auto other = open_notes{path};
    CHECK(other.find("1") == wide(1));
}
