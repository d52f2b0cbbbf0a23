// SPDX-License-Identifier: BSL-1.0
// Laws of the typed table, on every backend: which records a question finds, in which order.

#include "opened_seam.hpp"

#include <algorithm>
#include <optional>

using namespace test;
using namespace std::chrono_literals;

namespace {

using level = std::optional<std::int16_t>;
using deadline = std::optional<cairn::timestamp>;

auto const deadlines = std::vector<deadline>{
    std::nullopt, cairn::timestamp{-5ns}, cairn::timestamp{10ns}, cairn::timestamp{20ns}};
auto const levels = std::vector<level>{std::nullopt, -2, 0, 7};

/// Two records for each pair of values, in an order that is neither ascending nor descending.
std::vector<reading> all_readings()
{
    auto result = std::vector<reading>{};
    for (std::size_t i = 0; i != 2 * deadlines.size() * levels.size(); ++i) {
        auto const mixed = (i * 11 + 5) % (2 * deadlines.size() * levels.size());
        auto r = reading{.sensor = "s" + std::to_string(i)};
        r.deadline = deadlines[mixed % deadlines.size()];
        r.level = levels[mixed / deadlines.size() % levels.size()];
        result.push_back(r);
    }
    return result;
}

cairn::cell cell_of(level const& value)
{
    return value ? integer_cell(*value) : cairn::cell::null();
}
cairn::cell cell_of(deadline const& value)
{
    return value ? time_cell(value->time_since_epoch().count()) : cairn::cell::null();
}

enum class limit : std::uint8_t { none, open, closed };
constexpr auto every_limit = {limit::none, limit::open, limit::closed};

/// A bounded question about the column after the fixed ones, and what it means.
template <class Column>
struct bounds {
    limit low = limit::none;
    limit high = limit::none;
    Column from{};
    Column to{};

    [[nodiscard]] bool admits(Column const& value) const
    {
        if ((low != limit::none || high != limit::none) && !value) return false;
        if (low != limit::none && (low == limit::open ? value <= from : value < from)) return false;
        return high == limit::none || (high == limit::open ? value < to : value <= to);
    }
    void ask(asking<reading>& q) const
    {
        if (low == limit::open) q.above(cell_of(from));
        if (low == limit::closed) q.from(cell_of(from));
        if (high == limit::open) q.until(cell_of(to));
        if (high == limit::closed) q.through(cell_of(to));
    }
};

template <class Column>
std::vector<bounds<Column>> every_bounds(std::vector<Column> const& values)
{
    auto result = std::vector<bounds<Column>>{};
    for (auto const low : every_limit)
        for (auto const high : every_limit)
            for (auto const& from : values)
                for (auto const& to : values) result.push_back({low, high, from, to});
    return result;
}

template <class Column>
std::vector<Column> present(std::vector<Column> const& values)
{
    return {values.begin() + 1, values.end()};
}

/// A question with the answer that filtering and sorting gives.
struct expectation {
    asking<reading> question{};
    std::vector<reading> answer{};
};

template <class Admits>
std::vector<reading> answer_to(Admits const& admits)
{
    auto records = all_readings();
    std::erase_if(records, [&](reading const& r) { return !admits(r); });
    std::stable_sort(records.begin(), records.end(), [](reading const& a, reading const& b) {
        return std::pair{a.deadline, a.level} < std::pair{b.deadline, b.level};
    });
    return records;
}

void expect_bounded_deadlines(std::vector<expectation>& all)
{
    for (auto const& b : every_bounds(present(deadlines))) {
        auto e = expectation{};
        e.question.by("deadline");
        b.ask(e.question);
        e.answer = answer_to([&](reading const& r) { return b.admits(r.deadline); });
        all.push_back(e);
    }
}

void expect_bounded_levels(std::vector<expectation>& all, deadline const& fixed)
{
    for (auto const& b : every_bounds(present(levels))) {
        auto e = expectation{};
        e.question.by("deadline").equal({cell_of(fixed)});
        b.ask(e.question);
        e.answer = answer_to(
            [&](reading const& r) { return r.deadline == fixed && b.admits(r.level); });
        all.push_back(e);
    }
    for (auto const& second : levels) {
        auto e = expectation{};
        e.question.by("deadline").equal({cell_of(fixed), cell_of(second)});
        e.answer = answer_to(
            [&](reading const& r) { return r.deadline == fixed && r.level == second; });
        all.push_back(e);
    }
}

std::vector<expectation> every_expectation()
{
    auto all = std::vector<expectation>{};
    expect_bounded_deadlines(all);
    for (auto const& fixed : deadlines) expect_bounded_levels(all, fixed);
    return all;
}

template <class Table, class Session>
std::vector<reading> walk(Table& t, Session& s, cairn::question const& q, std::size_t page_size)
{
    auto result = std::vector<reading>{};
    auto at = std::optional<cairn::position>{};
    while (true) {
        auto page = t.fetch(s, q, at ? &*at : nullptr, page_size, nullptr);
        CHECK(page.records.size() <= page_size);
        result.insert(result.end(), page.records.begin(), page.records.end());
        if (!page.more) return result;
        REQUIRE_FALSE(page.records.empty());
        at = page.last;
    }
}

std::vector<reading> mirrored(std::vector<reading> records)
{
    std::reverse(records.begin(), records.end());
    return records;
}

} // namespace

TEST_CASE_TEMPLATE(
    "every question over a small table is answered as by filtering and sorting", Backend,
    EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(all_readings());
    auto t = db.template table<reading>();
    auto wrong = 0;
    db.read([&](auto& s) {
        for (auto& [q, answer] : every_expectation()) {
            auto const page = t.fetch(s, q, nullptr, everything_at_once, nullptr);
            wrong += page.records != answer;
            wrong += page.more;
            wrong += t.count(s, q) != answer.size();
            wrong += t.sequences(s, q, nullptr, everything_at_once) != page.sequences;
            auto backward = q;
            backward.backward();
            wrong += t.fetch(s, backward, nullptr, everything_at_once, nullptr).records
                != mirrored(answer);
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE(
    "pages of any size, in both directions, join to the whole answer", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(all_readings());
    auto t = db.template table<reading>();
    auto wrong = 0;
    db.read([&](auto& s) {
        auto n = std::size_t{0};
        for (auto& [q, answer] : every_expectation()) {
            auto const size = 1 + n++ % 5;
            wrong += walk(t, s, q, size) != answer;
            wrong += walk(t, s, q.backward(), size) != mirrored(answer);
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE(
    "a whole table is walked in the order of insertion and in the order of the key", Backend,
    EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const records = all_readings();
    db.add(records);
    auto by_key = records;
    std::sort(by_key.begin(), by_key.end(), [](reading const& a, reading const& b) {
        return a.sensor < b.sensor;
    });
    auto t = db.template table<reading>();
    db.read([&](auto& s) {
        for (auto const size : {1U, 3U, 7U, 31U, 32U, 33U}) {
            CHECK(walk(t, s, {}, size) == records);
            CHECK(walk(t, s, asking<reading>{}.backward(), size) == mirrored(records));
            CHECK(walk(t, s, asking<reading>{}.by_key(), size) == by_key);
            CHECK(walk(t, s, asking<reading>{}.by_key().backward(), size) == mirrored(by_key));
        }
    });
}

TEST_CASE_TEMPLATE("a page says that there is more exactly when there is", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector<entry>{{1, "", 0}, {2, "", 0}, {3, "", 0}});
    auto t = db.template table<entry>();
    db.read([&](auto& s) {
        CHECK(t.fetch(s, {}, nullptr, 1, nullptr).more);
        CHECK_FALSE(
            t.fetch(s, asking<entry>{}.by_key().above(integer_cell(2)), nullptr, 1, nullptr).more);
        CHECK(t.fetch(s, {}, nullptr, 2, nullptr).more);
        CHECK_FALSE(t.fetch(s, {}, nullptr, 3, nullptr).more);
        CHECK_FALSE(t.fetch(s, {}, nullptr, 4, nullptr).more);
        auto const last = t.fetch(s, {}, nullptr, 3, nullptr).last;
        auto const behind = t.fetch(s, {}, &last, 3, nullptr);
        CHECK(behind.records.empty());
        CHECK_FALSE(behind.more);
        CHECK(t.sequences(s, {}, &last, 3).empty());
        CHECK(t.sequences(s, {}, nullptr, 2) == std::vector<std::int64_t>{1, 2});
    });
}

TEST_CASE_TEMPLATE(
    "a page goes on behind a record that was erased or moved meanwhile", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    db.add(std::vector<entry>{{1, "a", 0}, {2, "b", 0}, {3, "c", 0}});
    auto t = db.template table<entry>();
    auto const q = asking<entry>{}.by("text");
    auto const first = db.read([&](auto& s) { return t.fetch(s, q, nullptr, 2, nullptr); });
    CHECK(db.write([&](auto& s) { return t.erase_at(s, 2); }));
    auto const next = db.read([&](auto& s) { return t.fetch(s, q, &first.last, 2, nullptr); });
    REQUIRE(next.records.size() == 1);
    CHECK(next.records.front().number == 3);
}

TEST_CASE_TEMPLATE("reals are ordered as numbers, and infinity is one", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const infinity = std::numeric_limits<double>::infinity();
    auto const values = std::vector{1e300, -infinity, 0.0, -1.5, 5e-324, infinity, -5e-324};
    for (auto const v : values)
        db.add(
            std::vector{reading{std::to_string(v) + std::to_string(v > 0), v, {}, {}, {}, false}});
    auto sorted = values;
    std::sort(sorted.begin(), sorted.end());
    auto found = std::vector<double>{};
    for (auto const& r : db.template all<reading>(asking<reading>{}.by("celsius")))
        found.push_back(r.celsius);
    CHECK(found == sorted);
}

TEST_CASE_TEMPLATE("a time before 1970 comes before one after it", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto const at = [](char const* id, std::int64_t ns) {
        return task{.id = id, .created_at = cairn::timestamp{std::chrono::nanoseconds{ns}}};
    };
    db.add(std::vector{
        at("now", 1), at("min", std::numeric_limits<std::int64_t>::min()),
        at("max", std::numeric_limits<std::int64_t>::max()), at("old", -1)});
    auto ids = std::vector<std::string>{};
    for (auto const& found : db.template all<task>(
             asking<task>{}.by("queue").equal({status_cell(task_status::pending)})))
        ids.push_back(found.id);
    CHECK(ids == std::vector<std::string>{"min", "old", "now", "max"});
}
