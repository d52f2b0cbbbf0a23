// SPDX-License-Identifier: BSL-1.0
// A model's table without its type: its statements.
#pragma once

#include <cairn/backend/sqlite/engine.hpp>

namespace cairn::inline v0::detail::sql {

CAIRN_INLINE bool table_engine::insert(
    sqlite_session& s, cell const* columns, body_bytes body) const
{
    auto& on = s.writing();
    auto& counted = s.tally_of(slot_);
    auto run = execution{on, prepared(on, verb::insert)};
    if (!table_.key_is_sequence()) run.bind(counted.next);
    for (std::size_t i = 0; i < table_.columns(); ++i) run.bind(columns[i]);
    if (!run.bind(body).accepted()) return false;
    ++counted.count;
    if (!table_.key_is_sequence()) ++counted.next;
    s.touch();
    return true;
}

CAIRN_INLINE bool table_engine::find(sqlite_session& s, cells key, row_sink found) const
{
    auto& on = s.reading();
    auto run = execution{on, prepared(on, verb::find)};
    for (auto const& field : key) run.bind(field);
    return one_row(run, found);
}

CAIRN_INLINE bool table_engine::at(sqlite_session& s, std::int64_t sequence, row_sink found) const
{
    auto& on = s.reading();
    auto run = execution{on, prepared(on, verb::at)};
    return one_row(run.bind(sequence), found);
}

CAIRN_INLINE bool table_engine::columns_at(
    sqlite_session& s, std::int64_t sequence, columns_sink found) const
{
    auto& on = s.reading();
    auto run = execution{on, prepared(on, verb::columns_at)};
    if (!run.bind(sequence).row()) return false;
    auto stored = std::vector<cell>(table_.columns());
    auto place = 0;
    for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = run.value(++place, table_.type(i));
    found(stored);
    return true;
}

CAIRN_INLINE bool table_engine::contains(sqlite_session& s, cells key) const
{
    auto& on = s.reading();
    auto run = execution{on, prepared(on, verb::contains)};
    for (auto const& field : key) run.bind(field);
    return run.row();
}

CAIRN_INLINE bool table_engine::rewrite(
    sqlite_session& s, cell const* columns, body_bytes body) const
{
    auto& on = s.writing();
    auto run = execution{on, prepared(on, verb::rewrite)};
    run.bind(body);
    for (std::size_t i = 0; i < table_.columns(); ++i) run.bind(columns[i]);
    run.run();
    return changed(s, on) != 0;
}

CAIRN_INLINE bool table_engine::replace(
    sqlite_session& s, std::int64_t sequence, cell const* before, cell const* after,
    body_bytes body) const
{
    auto& on = s.writing();
    auto const changed_columns = differences(before, after);
    auto run = execution{on, on.variant(ordinal_, replace_key | changed_columns, [&] {
                             return replace_text(table_, changed_columns);
                         })};
    for (std::size_t i = 0; i < table_.columns(); ++i)
        if ((changed_columns & column_bit(i)) != 0) run.bind(after[i]);
    if (!run.bind(body).bind(sequence).accepted()) return false;
    static_cast<void>(changed(s, on));
    return true;
}

CAIRN_INLINE bool table_engine::erase(sqlite_session& s, cells key) const
{
    auto& on = s.writing();
    auto run = execution{on, prepared(on, verb::erase)};
    for (auto const& field : key) run.bind(field);
    run.run();
    return removed(s, on) != 0;
}

CAIRN_INLINE bool table_engine::erase_at(sqlite_session& s, std::int64_t sequence) const
{
    auto& on = s.writing();
    auto run = execution{on, prepared(on, verb::erase_at)};
    run.bind(sequence).run();
    return removed(s, on) != 0;
}

CAIRN_INLINE std::uint64_t table_engine::clear(sqlite_session& s) const
{
    auto& on = s.writing();
    execution{on, prepared(on, verb::clear)}.run();
    return removed(s, on);
}

CAIRN_INLINE bool table_engine::fetch(
    sqlite_session& s, question const& asked, position const* after, std::size_t limit,
    row_sink sink, scan_result result) const
{
    auto& on = s.reading();
    auto const plan = scan_plan{table_, asked, after, result};
    auto const look_ahead = limit < most_rows && result == scan_result::rows;
    auto left = limit;
    for (auto const& part : plan.scans()) {
        auto run = start(on, part);
        run.bind(as_limit(look_ahead ? left + 1 : left));
        while (run.row()) {
            if (left == 0) return true;
            sink(row{run, result});
            --left;
        }
        if (left == 0 && !look_ahead) return true;
    }
    return false;
}

CAIRN_INLINE std::vector<std::int64_t> table_engine::sequences(
    sqlite_session& s, question const& asked, position const* after, std::size_t limit) const
{
    auto found = std::vector<std::int64_t>{};
    auto const keep = [&](row const& at) { found.push_back(at.sequence()); };
    fetch(s, asked, after, limit, keep, scan_result::sequences);
    return found;
}

CAIRN_INLINE std::uint64_t table_engine::count(sqlite_session& s, question const& asked) const
{
    auto const all = asked.equal_columns == 0 && !asked.lower && !asked.upper;
    if (all && s.is_writer()) return static_cast<void>(s.reading()), s.tally_of(slot_).count;
    auto& on = s.reading();
    if (all) return read_count(on, slot_);
    auto const plan = scan_plan{table_, asked, nullptr, scan_result::count};
    auto run = start(on, plan.scans().front());
    return run.row() ? static_cast<std::uint64_t>(run.integer(0)) : 0;
}

CAIRN_INLINE sqlite3_stmt* table_engine::prepared(connection& on, verb which) const
{
    return on.of_table(ordinal_, table_, which);
}

CAIRN_INLINE std::int64_t table_engine::as_limit(std::size_t rows)
{
    return rows < most_rows ? static_cast<std::int64_t>(rows) : -1;
}

CAIRN_INLINE bool table_engine::one_row(execution& run, row_sink found) const
{
    if (!run.row()) return false;
    found(row{run});
    return true;
}

CAIRN_INLINE execution table_engine::start(connection& on, bound_scan const& part) const
{
    auto* const made = on.variant(
        ordinal_, part.statement.key(), [&] { return scan_text(table_, part.statement); });
    return execution{on, made, part.values};
}

CAIRN_INLINE std::uint64_t table_engine::differences(cell const* before, cell const* after) const
{
    auto found = std::uint64_t{0};
    for (std::size_t i = 0; i < table_.columns(); ++i)
        if (!(before[i] == after[i])) found |= column_bit(i);
    return found;
}

CAIRN_INLINE std::uint64_t table_engine::changed(sqlite_session& s, connection& on)
{
    auto const rows = static_cast<std::uint64_t>(sqlite3_changes64(on.handle()));
    if (rows != 0) s.touch();
    return rows;
}

CAIRN_INLINE std::uint64_t table_engine::removed(sqlite_session& s, connection& on) const
{
    auto const rows = changed(s, on);
    s.tally_of(slot_).count -= rows;
    return rows;
}

} // namespace cairn::inline v0::detail::sql
