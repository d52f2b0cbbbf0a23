// SPDX-License-Identifier: BSL-1.0
// What the table makes of columns: orders, missing values, and the statements that use an index.
#include "store_file.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <tuple>

using namespace test;

namespace {

/// The plan that SQLite makes for a statement of the library.
std::string plan_of(open_notes& db, std::string const& text)
{
    auto& on = *db.database.writing_connection();
    auto const prepared = on.prepare("EXPLAIN QUERY PLAN " + text);
    auto run = cairn::detail::sql::execution{on, prepared.get()};
    auto plan = std::string{};
    while (run.row()) plan.append(run.words(3)).append("; ");
    return plan;
}

constexpr auto rank_type = cairn::column_type{cairn::scalar::natural, 8, false};
constexpr auto level_type = cairn::column_type{cairn::scalar::integer, 4, true};

cairn::cell level_cell(std::optional<std::int32_t> level)
{
    return level ? cairn::cell::of(std::int64_t{*level}) : cairn::cell::null();
}

std::string encoded(cairn::cell const& value, cairn::column_type type)
{
    auto out = std::string{};
    cairn::append_ordered(out, value, type);
    return out;
}

/// What a note is ordered by in the index "level": missing levels first.
auto level_order(note const& one)
{
    return std::tuple{one.level.has_value(), one.level.value_or(0), one.rank};
}

/// Every note of a question, page by page.
std::vector<std::string> paged(open_notes& db, cairn::question const& asked, std::size_t size)
{
    auto ids = std::vector<std::string>{};
    auto after = cairn::position{};
    auto first = true;
    auto lease = db.database.read();
    while (true) {
        auto const page = db.notes.fetch(
            lease.session(), asked, first ? nullptr : &after, size, nullptr);
        for (auto const& one : page.records) ids.push_back(one.id);
        CHECK(page.records.size() <= size);
        if (!page.more) return ids;
        REQUIRE_FALSE(page.records.empty());
        after = page.last;
        first = false;
    }
}

} // namespace

TEST_CASE("the whole unsigned range has its order, in the index and in SQL")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    constexpr auto half = std::uint64_t{1} << 63;
    auto ranks = std::vector<std::uint64_t>{0,    1,        255,       256,  half - 1,
                                            half, half + 1, ~0ULL - 1, ~0ULL};
    auto expected = std::vector<std::string>{};
    for (auto const rank : ranks) expected.push_back(std::to_string(rank));
    std::shuffle(ranks.begin(), ranks.end(), std::mt19937{7});
    auto db = open_notes{path};
    for (auto const rank : ranks) db.insert({.id = std::to_string(rank), .rank = rank});

    auto asked = cairn::question{.order = cairn::ordering::index, .index = 0};
    for (std::size_t size = 1; size < 12; ++size) CHECK(paged(db, asked, size) == expected);
    asked.lower = cairn::bound{encoded(cairn::cell::of(half - 1), rank_type), false};
    asked.upper = cairn::bound{encoded(cairn::cell::of(~std::uint64_t{0}), rank_type), false};
    CHECK(
        paged(db, asked, 2) == std::vector<std::string>(expected.begin() + 5, expected.end() - 1));
    CHECK(sql(path, "SELECT \"id\" FROM \"note\" ORDER BY \"rank\"") == expected);
    CHECK(
        sql(path, "SELECT hex(\"rank\") FROM \"note\" WHERE typeof(\"rank\") = 'blob' ORDER BY 1")
            .front()
        == "8000000000000000");
}

TEST_CASE("paging over values that may be missing gives every record once, in order")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    auto dice = std::mt19937{20'251'120};
    auto all = std::vector<note>{};
    db.write([&](auto& s) {
        for (int i = 0; i < 60; ++i) {
            auto one = note{.id = std::to_string(i), .rank = dice() % 3};
            if (dice() % 3 != 0) one.level = static_cast<std::int32_t>(dice() % 4) - 2;
            REQUIRE(db.notes.insert(s, one));
            all.push_back(one);
        }
    });
    std::stable_sort(all.begin(), all.end(), [](note const& a, note const& b) {
        return level_order(a) < level_order(b);
    });
    for (int trial = 0; trial < 400; ++trial) {
        auto asked = cairn::question{.order = cairn::ordering::index, .index = 1};
        asked.reversed = dice() % 2 != 0;
        auto level = std::optional<std::int32_t>{};
        if (dice() % 4 != 0) level = static_cast<std::int32_t>(dice() % 6) - 3;
        auto const high = static_cast<std::int32_t>(dice() % 6) - 3;
        auto const kind = dice() % 5;
        if (kind == 1) {
            asked.equal_columns = 1;
            asked.equal = encoded(level_cell(level), level_type);
        }
        auto const low_in = dice() % 2 != 0;
        auto const high_in = dice() % 2 != 0;
        auto const has_low = (kind == 2 || kind == 4) && level;
        auto const has_high = kind == 3 || kind == 4;
        if (has_low) asked.lower = cairn::bound{encoded(level_cell(level), level_type), low_in};
        if (has_high) asked.upper = cairn::bound{encoded(level_cell(high), level_type), high_in};
        auto expected = std::vector<std::string>{};
        for (auto const& one : all) {
            if (kind == 1 && one.level != level) continue;
            if ((has_low || has_high) && !one.level) continue;
            if (has_low && (low_in ? *one.level < *level : *one.level <= *level)) continue;
            if (has_high && (high_in ? *one.level > high : *one.level >= high)) continue;
            expected.push_back(one.id);
        }
        if (asked.reversed) std::reverse(expected.begin(), expected.end());
        CHECK(paged(db, asked, 1 + dice() % 7) == expected);
        auto lease = db.database.read();
        CHECK(db.notes.count(lease.session(), asked) == expected.size());
        CHECK(db.notes.sequences(lease.session(), asked, nullptr, 1000).size() == expected.size());

        // A place may be anywhere in the order, inside the question or not.
        auto const everything = cairn::question{
            .order = cairn::ordering::index, .index = 1, .reversed = asked.reversed};
        auto const passed = 1 + dice() % 60;
        auto const front = db.notes.fetch(lease.session(), everything, nullptr, passed, nullptr);
        for (auto const& one : front.records) std::erase(expected, one.id);
        auto const behind = db.notes.fetch(lease.session(), asked, &front.last, 1000, nullptr);
        auto ids = std::vector<std::string>{};
        for (auto const& one : behind.records) ids.push_back(one.id);
        CHECK(ids == expected);
    }
}

TEST_CASE("every scan walks an index: no sort, no walk over the whole table")
{
    namespace text = cairn::detail::sql;
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    db.write([&](auto& s) {
        for (int i = 0; i < 2000; ++i)
            db.notes.insert(
                s, {.id = std::to_string(i), .rank = static_cast<std::uint64_t>(i % 3)});
    });
    auto const& table = db.database.layout_of(0);
    using text::edge;
    for (auto const result : {text::scan_result::rows, text::scan_result::sequences}) {
        for (std::uint8_t order = 0; order < 5; ++order) {
            auto const columns = table.order(order).columns.size();
            for (std::uint8_t equal = 0; equal < columns; ++equal) {
                for (auto const low :
                     {edge::none, edge::inclusive, edge::exclusive, edge::behind}) {
                    for (auto const high : {edge::none, edge::inclusive, edge::exclusive}) {
                        for (auto const reversed : {false, true}) {
                            auto const of = text::scan{result, order, equal, low, high, reversed};
                            auto const plan = plan_of(db, text::scan_text(table, of));
                            INFO(text::scan_text(table, of) << " -> " << plan);
                            CHECK(plan.find("TEMP B-TREE") == std::string::npos);
                            auto const bounded = equal > 0 || low != edge::none
                                || high != edge::none;
                            if (bounded) CHECK(plan.find("SEARCH") != std::string::npos);
                            if (order > 0) CHECK(plan.find("INDEX") != std::string::npos);
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE("records are found and overwritten by the index of their key")
{
    namespace text = cairn::detail::sql;
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    auto const& table = db.database.layout_of(0);
    for (auto const which :
         {text::verb::find, text::verb::contains, text::verb::rewrite, text::verb::erase}) {
        auto const plan = plan_of(db, text::verb_text(table, which));
        INFO(plan);
        CHECK(plan.find("sqlite_autoindex_note_1 (id=?)") != std::string::npos);
    }
    for (auto const which : {text::verb::at, text::verb::erase_at})
        CHECK(
            plan_of(db, text::verb_text(table, which)).find("INTEGER PRIMARY KEY (rowid=?)")
            != std::string::npos);
}

TEST_CASE("an update names only the columns that changed, so other indexes stay unwritten")
{
    namespace text = cairn::detail::sql;
    auto const folder = temporary_folder{};
    auto db = open_notes{(folder.path() / "notes.db").string()};
    auto const& table = db.database.layout_of(0);
    CHECK(text::replace_text(table, 0) == "UPDATE \"note\" SET \"_body\" = ? WHERE \"_seq\" = ?");
    CHECK(
        text::replace_text(table, text::column_bit(1))
        == "UPDATE \"note\" SET \"rank\" = ?, \"_body\" = ? WHERE \"_seq\" = ?");
}

TEST_CASE("an integer key is the row's own number, negative ones included")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    auto const numbers = std::array<std::int64_t, 5>{most, -1, 0, least, 5};
    db.write([&](auto& s) {
        for (auto const number : numbers) CHECK(db.events.insert(s, {.number = number}));
        CHECK_FALSE(db.events.insert(s, {.number = 5}));
    });
    auto lease = db.database.read();
    CHECK(
        db.events.sequences(lease.session(), {}, nullptr, 10)
        == std::vector<std::int64_t>{least, -1, 0, 5, most});
    CHECK(
        sql(path, "SELECT rowid FROM \"event\" ORDER BY \"number\" LIMIT 1")
        == std::vector<std::string>{std::to_string(least)});
}

TEST_CASE("a column that was changed behind the library's back is corruption, with the key named")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    open_notes{path}.insert({.id = "a", .rank = 1});
    sql(path, "UPDATE \"note\" SET \"id\" = 'b'");
    auto db = open_notes{path};
    auto const thrown = error_of_call([&] { db.find("b"); });
    CHECK(thrown.code() == cairn::errc::corrupt_record);
    CHECK(thrown.model() == "note");
    CHECK(thrown.key() == "note:b");
}

TEST_CASE("a damaged body is never returned, and a tolerant walk goes on behind it")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        for (int i = 0; i < 5; ++i) db.insert({.id = std::to_string(i), .text = "text"});
    }
    sql(path, "UPDATE \"note\" SET \"_body\" = zeroblob(10) WHERE \"id\" IN ('2', '4')");
    auto db = open_notes{path};
    CHECK(code_of([&] { db.find("2"); }) == cairn::errc::corrupt_record);
    auto lease = db.database.read();
    auto damaged = std::vector<std::string>{};
    auto const note_damage = [&](cairn::corrupt_record const& one) {
        damaged.push_back(one.key());
    };
    auto const sink = cairn::corrupt_sink{note_damage};
    auto asked = cairn::question{.order = cairn::ordering::key};
    auto const page = db.notes.fetch(lease.session(), asked, nullptr, 3, &sink);
    CHECK(page.records.size() == 2);
    CHECK(page.more);
    auto const rest = db.notes.fetch(lease.session(), asked, &page.last, 3, &sink);
    CHECK(rest.records.size() == 1);
    CHECK(rest.records[0].id == "3");
    CHECK_FALSE(rest.more);
    CHECK(damaged == std::vector<std::string>{"note:2", "note:4"});
    CHECK(
        code_of([&] { db.notes.fetch(lease.session(), asked, nullptr, 9, nullptr); })
        == cairn::errc::corrupt_record);
}

TEST_CASE("a tolerant walk passes over a row that claims to be of another version, and names it")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        for (int i = 0; i < 5; ++i) db.insert({.id = std::to_string(i), .text = "text"});
    }
    sql(path, "UPDATE \"note\" SET \"_body\" = zeroblob(20) WHERE \"id\" IN ('2', '4')");
    auto db = open_notes{path};
    CHECK(code_of([&] { db.find("2"); }) == cairn::errc::newer_version);
    auto lease = db.database.read();
    auto damaged = std::vector<std::string>{};
    auto const note_damage = [&](cairn::corrupt_record const& one) {
        damaged.push_back(one.key());
    };
    auto const sink = cairn::corrupt_sink{note_damage};
    auto const asked = cairn::question{.order = cairn::ordering::key};
    auto const page = db.notes.fetch(lease.session(), asked, nullptr, 9, &sink);
    CHECK(page.records.size() == 3);
    CHECK_FALSE(page.more);
    CHECK(damaged == std::vector<std::string>{"note:2", "note:4"});
    CHECK(
        code_of([&] { db.notes.fetch(lease.session(), asked, nullptr, 9, nullptr); })
        == cairn::errc::newer_version);
}
