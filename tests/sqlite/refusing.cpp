// SPDX-License-Identifier: BSL-1.0
// Files that are not to be touched, and are not: every refusal leaves all bytes as they were.
#include "store_file.hpp"

namespace fs = std::filesystem;
using namespace test;

namespace test {

/// "note" with a field more, with the version raised or not.
struct changed_note {
    std::string id;
    std::uint64_t rank = 0;
    std::optional<std::int32_t> level{};
    std::optional<std::string> label{};
    std::string text{};
    bool starred = false;
};
struct newer_note : changed_note {};
struct older_note : changed_note {};

/// "note" as it is, with other indexes.
struct reindexed_note : note {};
struct unique_note : note {};
struct renamed_note : note {};

/// "note" with a column that was in the body before.
struct column_note : note {};

} // namespace test

#define NOTE_MEMBERS id, rank, level, label, text

BOOST_HANA_ADAPT_STRUCT(test::changed_note, NOTE_MEMBERS, starred);
BOOST_HANA_ADAPT_STRUCT(test::newer_note, NOTE_MEMBERS, starred);
BOOST_HANA_ADAPT_STRUCT(test::older_note, NOTE_MEMBERS, starred);
BOOST_HANA_ADAPT_STRUCT(test::reindexed_note, NOTE_MEMBERS);
BOOST_HANA_ADAPT_STRUCT(test::unique_note, NOTE_MEMBERS);
BOOST_HANA_ADAPT_STRUCT(test::renamed_note, NOTE_MEMBERS);
BOOST_HANA_ADAPT_STRUCT(test::column_note, NOTE_MEMBERS);

template <>
inline constexpr auto cairn::descriptor<test::changed_note> = cairn::entity<"note">(
    cairn::version<2>, cairn::key<"note:{id}">, cairn::index<"rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">);
template <>
inline constexpr auto cairn::descriptor<test::newer_note> = cairn::entity<"note">(
    cairn::version<3>, cairn::key<"note:{id}">, cairn::index<"rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">);
template <>
inline constexpr auto cairn::descriptor<test::older_note> = cairn::entity<"note">(
    cairn::version<1>, cairn::key<"note:{id}">, cairn::index<"rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">);
template <>
inline constexpr auto cairn::descriptor<test::reindexed_note> = cairn::entity<"note">(
    cairn::version<2>, cairn::key<"note:{id}">, cairn::index<"rank", "rank", "level">,
    cairn::unique<"label", "label">);
template <>
inline constexpr auto cairn::descriptor<test::unique_note> = cairn::entity<"note">(
    cairn::version<2>, cairn::key<"note:{id}">, cairn::unique<"rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">);
template <>
inline constexpr auto cairn::descriptor<test::renamed_note> = cairn::entity<"note">(
    cairn::version<2>, cairn::key<"note:{id}">, cairn::index<"Rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">);
template <>
inline constexpr auto cairn::descriptor<test::column_note> = cairn::entity<"note">(
    cairn::version<2>, cairn::key<"note:{id}">, cairn::index<"rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">, cairn::column<"text">);

namespace test {
template <class Model>
struct only : cairn::schema<Model> {
};
} // namespace test

namespace {

/// A file with a few notes, and the bytes of everything around it.
class prepared {
public:
    prepared()
    {
        auto db = open_notes{path()};
        for (std::uint64_t i = 0; i < 4; ++i)
            db.insert({.id = std::to_string(i), .rank = i / 2, .text = "text"});
    }

    [[nodiscard]] std::string path() const { return (folder_.path() / "notes.db").string(); }
    [[nodiscard]] fs::path const& folder() const { return folder_.path(); }

    /// Damages the file from outside.
    void change(std::string const& text) const { sql(path(), text); }

    /// Opens for writing and for reading with the schema; both must throw `code` and change
    /// nothing. The last error.
    template <class Schema = notebook>
    cairn::error refuses(cairn::errc code) const
    {
        auto const before = contents_of(folder());
        auto last = std::optional<cairn::error>{};
        for (auto const read_only : {false, true}) {
            last = error_of_call([&] {
                cairn::sqlite_database{
                    {.path = path(), .read_only = read_only}, cairn::shapes_of<Schema>};
            });
            CHECK(last->code() == code);
        }
        auto after = contents_of(folder());
        CHECK(after["notes.db"] == bytes_before(before));
        for (auto const& [name, bytes] : after)
            if (name != "notes.db.lock") CHECK((bytes.empty() || before.at(name) == bytes));
        return *last;
    }

private:
    static std::string const& bytes_before(std::map<std::string, std::string> const& all)
    {
        return all.at("notes.db");
    }

    temporary_folder folder_{};
};

bool mentions(cairn::error const& thrown, std::string_view words)
{
    return std::string_view{thrown.what()}.find(words) != std::string_view::npos;
}

/// What opening says to a file that only its header can refuse: the same for writing and for
/// reading, and beside it nothing may appear.
cairn::errc refusal_untouched(std::string const& bytes)
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    std::ofstream{path, std::ios::binary} << bytes;
    auto const refusal = [&](bool read_only) {
        return code_of(
            [&] { open_notes{cairn::sqlite_options{.path = path, .read_only = read_only}}; });
    };
    auto const to_write = refusal(false);
    CHECK(refusal(true) == to_write);
    CHECK(contents_of(folder.path()) == std::map<std::string, std::string>{{"notes.db", bytes}});
    return to_write;
}

std::string with_bytes(std::string file, std::size_t at, std::string_view bytes)
{
    return file.replace(at, bytes.size(), bytes);
}

} // namespace

TEST_CASE("a file that is no database is refused and not touched")
{
    CHECK(refusal_untouched("hello") == cairn::errc::corrupt_store);
    CHECK(refusal_untouched(std::string(4096, 'x')) == cairn::errc::corrupt_store);
    CHECK(refusal_untouched(std::string(4096, '\0')) == cairn::errc::corrupt_store);
}

TEST_CASE("SQLite's special names are refused, and no file of such a name is made")
{
    for (auto const* name : {":memory:", "file:notes.db", "file::memory:?cache=shared"}) {
        CHECK(code_of([&] { open_notes{std::string{name}}; }) == cairn::errc::invalid_argument);
        CHECK_FALSE(std::filesystem::exists(name));
    }
}

TEST_CASE("another application's database, a newer format and another encoding are not touched")
{
    using namespace std::string_view_literals;
    auto const file = prepared{};
    auto const good = bytes_of(file.path());
    CHECK(refusal_untouched(with_bytes(good, 68, "\0\0\0\0"sv)) == cairn::errc::schema_mismatch);
    CHECK(refusal_untouched(with_bytes(good, 68, "GPKG"sv)) == cairn::errc::schema_mismatch);
    CHECK(refusal_untouched(with_bytes(good, 60, "\0\0\0\2"sv)) == cairn::errc::newer_version);
    CHECK(
        refusal_untouched(with_bytes(good, 60, "\xFF\xFF\xFF\xFF"sv))
        == cairn::errc::newer_version);
    CHECK(refusal_untouched(with_bytes(good, 60, "\0\0\0\0"sv)) == cairn::errc::schema_mismatch);
    CHECK(refusal_untouched(with_bytes(good, 56, "\0\0\0\2"sv)) == cairn::errc::schema_mismatch);
}

TEST_CASE("whatever the catalog does not explain is refused, and named")
{
    auto const hostile = std::vector<std::pair<std::string, std::string>>{
        {"CREATE TRIGGER spy AFTER INSERT ON note BEGIN DELETE FROM note; END", "spy"},
        {"CREATE VIEW look AS SELECT * FROM note", "look"},
        {"CREATE TABLE other (a)", "other"},
        {"CREATE VIRTUAL TABLE words USING fts5(a)", "words"},
        {"CREATE INDEX sneaky ON \"cairn.model\" (\"version\")", "sneaky"},
        {"DROP TABLE event", "event: the table is missing"},
        {"DROP TABLE \"cairn.state\"", "cairn.state: the table is missing"},
        {"ALTER TABLE note RENAME COLUMN rank TO standing", "standing"},
        {"ALTER TABLE note ADD COLUMN extra TEXT", "extra"},
        {"DROP TABLE event; CREATE TABLE event (number INTEGER PRIMARY KEY, _body)", "event"},
    };
    for (auto const& one : hostile) {
        auto const& statement = one.first;
        auto const& name = one.second;
        INFO(statement);
        auto const file = prepared{};
        file.change(statement);
        auto const thrown = file.refuses(cairn::errc::schema_mismatch);
        CHECK(mentions(thrown, name));
    }
}

TEST_CASE("a slot without a count is refused, however large or small")
{
    auto const slots = {
        "0",
        "-1",
        "3",
        "1152921504606846976",
        "1152921504606846977",
        "9223372036854775807",
        "-9223372036854775808"};
    for (auto const* slot : slots) {
        INFO(slot);
        auto const file = prepared{};
        file.change(std::string{"UPDATE \"cairn.model\" SET slot = "} + slot + " WHERE slot = 1");
        file.refuses(cairn::errc::corrupt_store);
        file.change("UPDATE \"cairn.model\" SET slot = 1 WHERE slot <> 2");
        CHECK(open_notes{file.path()}.count() == 4);
    }
}

TEST_CASE("a count that is gone while a store reads is refused")
{
    auto const file = prepared{};
    auto db = open_notes{cairn::sqlite_options{.path = file.path(), .read_only = true}};
    CHECK(db.count() == 4);
    file.change("UPDATE \"cairn.state\" SET tallies = x''");
    CHECK(code_of([&] { db.count(); }) == cairn::errc::corrupt_store);
}

TEST_CASE("changed fields with the same version are refused with every difference")
{
    auto const file = prepared{};
    auto const thrown = file.refuses<only<changed_note>>(cairn::errc::schema_mismatch);
    CHECK(mentions(thrown, "version was not raised"));
    CHECK(mentions(thrown, "starred"));
}

TEST_CASE("an older model in the file is a mismatch, a newer one a newer version")
{
    auto const file = prepared{};
    auto const behind = file.refuses<only<newer_note>>(cairn::errc::schema_mismatch);
    CHECK(mentions(behind, "the file has version 2, the program version 3"));
    CHECK(mentions(behind, "starred"));
    auto const ahead = file.refuses<only<older_note>>(cairn::errc::newer_version);
    CHECK(mentions(ahead, "the file has version 2, the program version 1"));
}

TEST_CASE("a column that the table does not have is refused, and named")
{
    auto const file = prepared{};
    auto const thrown = file.refuses<only<column_note>>(cairn::errc::schema_mismatch);
    CHECK(mentions(thrown, "only in the program:   \"text\" TEXT NOT NULL,"));
}

TEST_CASE("indexes are added and dropped when the file is opened for writing")
{
    auto const file = prepared{};
    {
        auto db = cairn::sqlite_database{
            {.path = file.path()}, cairn::shapes_of<only<reindexed_note>>};
        auto table = cairn::sqlite_table<reindexed_note>{db, 0};
        auto lease = db.read();
        auto asked = cairn::question{.order = cairn::ordering::index, .equal_columns = 1};
        cairn::append_ordered(
            asked.equal, cairn::cell::of(std::uint64_t{1}), {cairn::scalar::natural, 8, false});
        CHECK(table.count(lease.session(), asked) == 2);
    }
    CHECK(
        sql(file.path(),
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql <> ''"
            " AND tbl_name = 'note' ORDER BY 1")
        == std::vector<std::string>{"note.label", "note.rank"});
    CHECK(open_notes{file.path()}.count() == 4); // and back again
}

TEST_CASE("an index larger than the cache is added without being in memory as a whole")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        db.write([&](auto& s) {
            for (int i = 0; i < 2000; ++i)
                db.notes.insert(
                    s,
                    {.id = std::to_string(i), .label = std::string(500, 'x') + std::to_string(i)});
        });
    }
    sql(path, "DROP INDEX \"note.label\"");
    auto db = open_notes{cairn::sqlite_options{.path = path, .cache_size = 256 << 10}};
    auto spilled = 0;
    auto highest = 0;
    auto* const handle = db.database.writing_connection()->handle();
    REQUIRE(
        sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_SPILL, &spilled, &highest, 0) == SQLITE_OK);
    CHECK(spilled > 100);
    CHECK(sql(path, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}

TEST_CASE("an index may be renamed by letter case alone, as SQLite does not tell the names apart")
{
    auto const file = prepared{};
    {
        auto const db = cairn::sqlite_database{
            {.path = file.path()}, cairn::shapes_of<only<renamed_note>>};
    }
    CHECK(
        sql(file.path(),
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql <> ''"
            " AND tbl_name = 'note' ORDER BY 1")
        == std::vector<std::string>{"note.Rank", "note.label", "note.level"});
    CHECK(open_notes{file.path()}.count() == 4); // and back again
}

TEST_CASE("other indexes are refused to a store that only reads")
{
    auto const file = prepared{};
    auto const before = contents_of(file.folder());
    CHECK(
        code_of([&] {
            cairn::sqlite_database{
                {.path = file.path(), .read_only = true}, cairn::shapes_of<only<reindexed_note>>};
        })
        == cairn::errc::schema_mismatch);
    CHECK(contents_of(file.folder()) == before);
}

TEST_CASE("a unique that what is stored does not obey is refused, and nothing changes")
{
    auto const file = prepared{};
    auto const before = bytes_of(file.path());
    auto const thrown = error_of_call([&] {
        cairn::sqlite_database{{.path = file.path()}, cairn::shapes_of<only<unique_note>>};
    });
    CHECK(thrown.code() == cairn::errc::unique_conflict);
    CHECK(bytes_of(file.path()) == before);
    CHECK(open_notes{file.path()}.count() == 4);
}

TEST_CASE("a model that the schema does not name is kept, and a new one is added")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = cairn::sqlite_database{{.path = path}, cairn::shapes_of<only<event>>};
        auto events = cairn::sqlite_table<event>{db, 0};
        db.writer().begin();
        CHECK(events.insert(db.writer(), {.number = -5, .text = "kept"}));
        db.writer().commit();
    }
    {
        auto notes = cairn::sqlite_database{{.path = path}, cairn::shapes_of<only<note>>};
        auto table = cairn::sqlite_table<note>{notes, 0};
        notes.writer().begin();
        CHECK(table.insert(notes.writer(), {.id = "a"}));
        notes.writer().commit();
    }
    auto db = open_notes{path};
    CHECK(db.count() == 1);
    auto lease = db.database.read();
    CHECK(db.events.count(lease.session(), {}) == 1);
    CHECK(db.events.at(lease.session(), -5)->text == "kept");
}

TEST_CASE("a file whose creation was cut short becomes a store at the next opening")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    std::ofstream{path}.flush();
    auto db = open_notes{path};
    CHECK(db.insert({.id = "a"}));
}

TEST_CASE("a log whose database is missing or empty is refused, and nothing of it is lost")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto const aside = (folder.path() / "aside").string();
    auto child = child_process{[&](int, int out) {
        auto db = open_notes{path};
        db.insert({.id = "in the log"});
        say(out, 'd');
        ::pause();
        return 0;
    }};
    REQUIRE(child.hear() == 'd');
    child.kill();
    auto const log = contents_of(folder.path()).at("notes.db-wal");
    REQUIRE_FALSE(log.empty());
    fs::rename(path, aside);
    for (auto const empty : {false, true}) {
        CAPTURE(empty);
        if (empty) std::ofstream{path}.flush();
        auto const thrown = error_of_call([&] { open_notes{path}; });
        CHECK(thrown.code() == cairn::errc::corrupt_store);
        CHECK(mentions(thrown, "-wal"));
        CHECK(contents_of(folder.path()).at("notes.db-wal") == log);
        CHECK(fs::exists(path) == empty);
    }
    CHECK(
        code_of([&] { open_notes{cairn::sqlite_options{.path = path, .read_only = true}}; })
        == cairn::errc::corrupt_store);
    fs::rename(aside, path);
    auto db = open_notes{path};
    CHECK_FALSE(db.insert({.id = "in the log"})); // it is there
}

TEST_CASE("a first page that a crash tore is looked for among the commits of the log alone")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int, int out) {
        open_notes{path};
        auto db = open_notes{path};
        db.insert({.id = "in the log", .text = std::string(20'000, 'x')}); // so the file grows
        say(out, 'd');
        ::pause();
        return 0;
    }};
    REQUIRE(child.hear() == 'd');
    child.kill();
    auto const log = bytes_of(path + "-wal");
    {
        auto file = std::fstream{path, std::ios::in | std::ios::out | std::ios::binary};
        file << std::string(512, '\xAA');               // by a checkpoint
        auto torn = std::string{"\0\0\0\1\0\0\0\0", 8}; // the first page, and no commit
        torn += log.substr(16, 8);                      // the log's mark
        torn += std::string(8 + 4096, '\x55');
        std::ofstream{path + "-wal", std::ios::app | std::ios::binary} << torn;
    }
    auto db = open_notes{path};
    CHECK(db.find("in the log").has_value());
}

TEST_CASE("after a crash a damaged file is refused, after a clean end it costs no check")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto child = child_process{[&](int, int out) {
        {
            auto first = open_notes{path};
            for (int i = 0; i < 200; ++i)
                first.insert({.id = std::to_string(i), .text = std::string(500, 'x')});
        }
        auto db = open_notes{path}; // with an empty log, which can hide no damage
        db.insert({.id = "last"});
        say(out, 'd');
        ::pause();
        return 0;
    }};
    REQUIRE(child.hear() == 'd');
    child.kill();
    {
        auto file = std::fstream{path, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(4096 * 12); // pages in the middle of the table
        file << std::string(std::size_t{4096} * 8, '\xAA');
    }
    auto const thrown = error_of_call([&] { open_notes{path}; });
    CHECK(thrown.code() == cairn::errc::corrupt_store);
    CHECK_FALSE(thrown.native_text().empty());
}
