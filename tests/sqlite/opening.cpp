// SPDX-License-Identifier: BSL-1.0
// What opening a store makes, and what it says when it cannot.
#include "store_file.hpp"

#include <limits>
#include <sys/resource.h>
#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace test;

namespace {

std::string ask(cairn::detail::sql::connection& on, std::string const& pragma)
{
    return cairn::detail::sql::ask_pragma(on, "PRAGMA " + pragma);
}

unsigned mode_of(fs::path const& file)
{
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    return found.st_mode & 0777;
}

/// Sets the umask for a scope.
class masked {
public:
    explicit masked(mode_t mask) : before_{::umask(mask)} {}
    masked(masked const&) = delete;
    masked& operator=(masked const&) = delete;
    ~masked() { ::umask(before_); }

private:
    mode_t before_;
};

std::size_t open_descriptors()
{
    auto const all = fs::directory_iterator{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// A machine that believes all its folders to be on a network.
class networked final : public cairn::machine {
public:
    class remote_files final : public cairn::file_operations {
    public:
        std::string real_path(std::string const& p) override { return real().real_path(p); }
        cairn::file_status status(std::string const& p) override { return real().status(p); }
        void create_file(std::string const& p) override { real().create_file(p); }
        void create_folders(std::string const& p) override { real().create_folders(p); }
        bool on_network(std::string const&) override { return true; }
        cairn::lock_attempt lock(std::string const& p, std::string_view c) override
        {
            return real().lock(p, c);
        }
        int descriptors_of(cairn::file_id id) override { return real().descriptors_of(id); }

    private:
        static cairn::file_operations& real() { return cairn::real_machine().files(); }
    };

    std::chrono::steady_clock::time_point now() const override { return {}; }
    cairn::timestamp wall_time() const override { return {}; }
    std::int64_t process_id() const override { return 4711; }
    cairn::file_operations& files() override { return files_; }

private:
    remote_files files_;
};

} // namespace

TEST_CASE("a store is an SQLite file that explains itself")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        CHECK(db.insert({.id = "a", .rank = 7, .label = "x", .text = "hello"}));
    }
    CHECK(sql(path, "PRAGMA application_id") == std::vector<std::string>{"1129467441"});
    CHECK(sql(path, "PRAGMA user_version") == std::vector<std::string>{"1"});
    CHECK(sql(path, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
    CHECK(sql(path, "PRAGMA auto_vacuum") == std::vector<std::string>{"2"});
    CHECK(
        sql(path, "SELECT \"id\" || '/' || \"rank\" || '/' || \"label\" FROM \"note\"")
        == std::vector<std::string>{"a/7/x"});
    CHECK(
        sql(path, "SELECT \"version\" FROM \"cairn.model\" WHERE \"name\" = 'note'")
        == std::vector<std::string>{"2"});
    CHECK(
        sql(path, "SELECT \"description\" FROM \"cairn.model\" WHERE \"name\" = 'note'")
            .front()
            .find("member level optional<i32>")
        != std::string::npos);
    CHECK(
        sql(path, "SELECT \"commit_sequence\" || '/' || \"clean\" FROM \"cairn.state\"")
        == std::vector<std::string>{"1/1"});
    CHECK(
        sql(path, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql <> '' ORDER BY 1")
        == std::vector<std::string>{"note.label", "note.level", "note.rank"});
}

TEST_CASE("every setting of both kinds of connection is the one that is documented")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    auto& writing = *db.database.writing_connection();
    auto lease = db.database.read();
    auto& reading = lease.session().reading();

    CHECK(ask(writing, "journal_mode") == "wal");
    CHECK(ask(writing, "synchronous") == "2");
    CHECK(ask(writing, "page_size") == "4096");
    CHECK(ask(writing, "secure_delete") == "2");
    CHECK(ask(writing, "journal_size_limit") == "67108864");
    CHECK(ask(writing, "mmap_size") == "0");
    CHECK(ask(writing, "cell_size_check") == "1");
    CHECK(ask(reading, "query_only") == "1");
    CHECK(ask(reading, "mmap_size") == "1073741824");
    for (auto* one : {&writing, &reading}) {
        CHECK(ask(*one, "wal_autocheckpoint") == "0");
        CHECK(ask(*one, "cache_size") == "-65536");
        CHECK(ask(*one, "temp_store") == "2");
        CHECK(ask(*one, "trusted_schema") == "0");
        CHECK(ask(*one, "foreign_keys") == "0");
        CHECK(ask(*one, "busy_timeout") == "5000");
        CHECK(sqlite3_limit(one->handle(), SQLITE_LIMIT_ATTACHED, -1) == 0);
        CHECK(sqlite3_limit(one->handle(), SQLITE_LIMIT_LENGTH, -1) == 33 << 20);
    }
}

TEST_CASE("the largest value of an option is as good as no limit")
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    options.commit.time = std::chrono::microseconds::max();
    options.commit.turn_timeout = std::chrono::milliseconds::max();
    options.busy_timeout = std::chrono::milliseconds::max();
    options.snapshot_age_limit = std::chrono::milliseconds::max();
    options.cache_size = options.reader_cache_size = most;
    options.mmap_size = options.wal_limit = options.check_limit = most;
    auto db = open_notes{options};
    auto& writing = *db.database.writing_connection();
    auto lease = db.database.read();
    auto& reading = lease.session().reading();
    CHECK(ask(writing, "journal_size_limit") == "9223372036854775807");
    CHECK(std::stoll(ask(reading, "mmap_size")) >= 1 << 30);
    for (auto* one : {&writing, &reading}) {
        CHECK(ask(*one, "busy_timeout") == "1728000000"); // 20 days
        CHECK(ask(*one, "cache_size") == "-2147483647");
    }
    CHECK(db.insert({.id = "a"}));
    CHECK(db.count() == 1);
}

TEST_CASE("an option of which nothing is left is refused by its name, before anything is created")
{
    auto const folder = temporary_folder{};
    auto options = cairn::sqlite_options{.path = (folder.path() / "notes.db").string()};
    auto const refuses = [&](std::string_view name) {
        auto const refused = error_of_call([&] { open_notes{options}; });
        CHECK(refused.code() == cairn::errc::invalid_argument);
        CHECK(std::string_view{refused.what()}.find(name) != std::string_view::npos);
        CHECK(contents_of(folder.path()).empty());
    };
    options.max_readers = 0;
    refuses("max_readers");
    options.max_readers = 1;
    options.commit.async_queue = 0;
    refuses("commit.async_queue");
}

TEST_CASE("no file of a store is open to others, whatever the umask")
{
    for (auto const mask : {0, 022, 077}) {
        auto const folder = temporary_folder{};
        auto const within = masked{static_cast<mode_t>(mask)};
        auto const path = folder.path() / "made" / "above" / "notes.db";
        auto db = open_notes{path.string()};
        db.insert({.id = "a"});
        for (auto const* tail : {"", "-wal", "-shm", ".lock"})
            CHECK((mode_of(path.string() + tail) & ~0640U) == 0);
        CHECK((mode_of(path.parent_path()) & ~0750U) == 0);
        CHECK((mode_of(path.parent_path().parent_path()) & ~0750U) == 0);
    }
}

TEST_CASE("what was committed is there after reopening, and sequences go on")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto const ada = note{.id = "ada", .rank = ~0ULL, .level = -3, .text = std::string("\0x", 2)};
    {
        auto db = open_notes{path};
        CHECK(db.insert(ada));
        CHECK(db.insert({.id = "bob"}));
        cairn::cell const key[] = {cairn::cell::of(std::string_view{"bob"})};
        db.write([&](auto& s) { CHECK(db.notes.erase(s, key)); });
    }
    auto db = open_notes{path};
    CHECK(db.find("ada") == ada);
    CHECK(db.count() == 1);
    CHECK(db.insert({.id = "eve"}));
    auto lease = db.database.read();
    CHECK(db.notes.sequences(lease.session(), {}, nullptr, 10) == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("a file can be opened for writing once, whatever path leads to it")
{
    auto const folder = temporary_folder{};
    auto const path = folder.path() / "notes.db";
    auto db = open_notes{path.string()};
    fs::create_symlink(path, folder.path() / "soft.db");
    fs::create_hard_link(path, folder.path() / "hard.db");
    for (auto const* name : {"notes.db", "soft.db", "hard.db", "./../"}) {
        auto other = folder.path() / name;
        if (std::string_view{name} == "./../")
            other = other / folder.path().filename() / "notes.db";
        auto const refused = error_of_call([&] { open_notes{other.string()}; });
        CHECK(refused.code() == cairn::errc::store_locked);
        REQUIRE(refused.notes().size() == 1);
        CHECK(refused.notes()[0].find("pid " + std::to_string(::getpid())) != std::string::npos);
    }
    CHECK(db.insert({.id = "still works"})); // and the refusals did not drop our locks
    CHECK_FALSE(fs::exists(folder.path() / "hard.db.lock"));
}

TEST_CASE("a file with two names is refused, since its log could be missed")
{
    auto const folder = temporary_folder{};
    auto const path = folder.path() / "notes.db";
    open_notes{path.string()};
    fs::create_hard_link(path, folder.path() / "hard.db");
    CHECK(code_of([&] { open_notes{path.string()}; }) == cairn::errc::invalid_argument);
    for (auto const& name : {path, folder.path() / "hard.db"}) {
        auto const reads = cairn::sqlite_options{.path = name.string(), .read_only = true};
        CHECK(code_of([&] { open_notes{reads}; }) == cairn::errc::invalid_argument);
    }
    CHECK_FALSE(fs::exists(folder.path() / "hard.db-wal"));
}

TEST_CASE("a file that only has the name of a lock is not overwritten")
{
    auto const folder = temporary_folder{};
    auto const path = folder.path() / "notes.db";
    std::ofstream{path.string() + ".lock"} << "dear diary";
    auto const refused = error_of_call([&] { open_notes{path.string()}; });
    CHECK(refused.code() == cairn::errc::invalid_argument);
    CHECK(std::string{refused.what()}.find("notes.db.lock") != std::string::npos);
    CHECK(bytes_of(path.string() + ".lock") == "dear diary");
    CHECK_FALSE(fs::exists(path));
    std::ofstream{path.string() + ".lock"} << std::string(37, '\0'); // as a power cut may leave one
    CHECK(open_notes{path.string()}.insert({.id = "a"}));
}

TEST_CASE("a store and its side files have names of their own, whichever is opened first")
{
    auto const folder = temporary_folder{};
    auto const path = folder.path() / "notes.db";
    open_notes{path.string()}.insert({.id = "kept"});
    for (auto const* tail : {"-wal", "-shm", "-journal", ".lock"}) {
        CAPTURE(tail);
        fs::remove(path.string() + tail);
        auto other = open_notes{path.string() + tail};
        CHECK(code_of([&] { open_notes{path.string()}; }) == cairn::errc::invalid_argument);
        CHECK(other.insert({.id = "still works"}));
        other.database.close();
        {
            auto const reads = open_notes{
                cairn::sqlite_options{.path = path.string() + tail, .read_only = true}};
            CHECK(code_of([&] { open_notes{path.string()}; }) == cairn::errc::invalid_argument);
        }
        for (auto const* rest : {"", "-wal", "-shm", ".lock"})
            fs::remove(path.string() + tail + rest);
    }
    CHECK(open_notes{path.string()}.count() == 1);
}

TEST_CASE("a path that cannot be a store is one typed error, and nothing is created")
{
    auto const folder = temporary_folder{};
    auto const here = folder.path();
    fs::create_directory(here / "folder");
    fs::create_symlink(here / "nowhere", here / "dangling");
    fs::create_symlink(here / "loop", here / "loop");
    auto const before = contents_of(here);
    auto const open = [](std::string const& path, bool read_only = false) {
        return code_of([&] {
            open_notes{cairn::sqlite_options{
                .path = path, .read_only = read_only, .create_folders = false}};
        });
    };
    for (auto const read_only : {false, true}) {
        CHECK(open((here / "folder").string(), read_only) == cairn::errc::io_failure);
        CHECK(open((here / "dangling").string(), read_only) == cairn::errc::io_failure);
        CHECK(open((here / "loop").string(), read_only) == cairn::errc::io_failure);
        CHECK(open((here / "missing" / "x.db").string(), read_only) == cairn::errc::io_failure);
        CHECK(open("", read_only) == cairn::errc::invalid_argument);
        CHECK(open(std::string("a\0b", 3), read_only) == cairn::errc::invalid_argument);
        CHECK(open("/dev/null", read_only) == cairn::errc::io_failure);
    }
    CHECK(open((here / "absent.db").string(), true) == cairn::errc::io_failure);
    CHECK(contents_of(here) == before);
}

TEST_CASE("a network file system is refused unless the user insists")
{
    auto const folder = temporary_folder{};
    auto elsewhere = networked{};
    auto options = cairn::sqlite_options{
        .path = (folder.path() / "notes.db").string(), .machine = &elsewhere};
    CHECK(code_of([&] { open_notes{options}; }) == cairn::errc::invalid_argument);
    CHECK(fs::is_empty(folder.path()));
    options.allow_network_fs = true;
    auto db = open_notes{options};
    CHECK(db.insert({.id = "a"}));
    CHECK(bytes_of(folder.path() / "notes.db.lock") == "pid 4711 since 1970-01-01T00:00:00Z\n");
}

TEST_CASE("running out of file descriptors is an error that leaks none")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path};
    auto const before = open_descriptors();
    struct rlimit limit {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    auto opened = false;
    for (auto room = rlim_t{0}; !opened && room < 20; ++room) {
        auto const tight = rlimit{before + room - 1, limit.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &tight);
        auto thrown = std::exception_ptr{}; // looked at when a sanitizer has descriptors for that
        try {
            auto db = open_notes{path};
            opened = db.count() == 0;
        } catch (...) {
            thrown = std::current_exception();
        }
        ::setrlimit(RLIMIT_NOFILE, &limit);
        auto const again = [&] { std::rethrow_exception(thrown); };
        CHECK((opened || code_of(again) == cairn::errc::io_failure));
        CHECK(open_descriptors() == before);
    }
    CHECK(opened);
}

TEST_CASE("the gate for the checkpoint fault knows the repaired releases")
{
    CHECK(cairn::sqlite_wal_reset_vulnerable(3'040'001));
    CHECK(cairn::sqlite_wal_reset_vulnerable(3'051'002));
    CHECK_FALSE(cairn::sqlite_wal_reset_vulnerable(3'051'003));
    CHECK(cairn::sqlite_wal_reset_vulnerable(3'050'006));
    CHECK_FALSE(cairn::sqlite_wal_reset_vulnerable(3'050'007));
    CHECK(cairn::sqlite_wal_reset_vulnerable(3'044'005));
    CHECK_FALSE(cairn::sqlite_wal_reset_vulnerable(3'044'006));
    CHECK(cairn::sqlite_wal_reset_vulnerable(3'045'000));
}
