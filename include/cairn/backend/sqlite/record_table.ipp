// SPDX-License-Identifier: BSL-1.0
// The typed table over SQLite: from records to rows and back.
#pragma once

#include <cairn/backend/sqlite/record_table.hpp>
#include <cairn/encode/own_columns.hpp>
#include <cairn/encode/own_key.hpp>

namespace cairn::inline v0::detail::sql {

struct record_table::fetching {
    sqlite_session& session;
    question const& asked;
    corrupt_sink const* tolerate;
    fixed_values const& fixed;
    page_frame& page;
    record_sink& records;
    own_columns columns;
    bool unplaced = false; ///< the last record of the page lies behind `page.last`
};

CAIRN_INLINE bool record_table::insert(sqlite_session& s, void const* record)
{
    auto columns = own_columns{type_};
    encode(record);
    return engine_.insert(s, columns.of(record).data(), body_.view());
}

CAIRN_INLINE std::optional<std::int64_t> record_table::find(
    sqlite_session& s, cells key, void* record)
{
    auto sequence = std::optional<std::int64_t>{};
    engine_.find(s, key, [&](row const& at) {
        decode(s, at, record);
        require_key(s, at, key, record);
        sequence = at.sequence();
    });
    return sequence;
}

CAIRN_INLINE bool record_table::visit(
    sqlite_session& s, cells key, function_ref<void(void const*)> fn)
{
    auto found = false;
    with_blank(type_, [&](void* record) {
        found = find(s, key, record).has_value();
        if (found) fn(record);
    });
    return found;
}

CAIRN_INLINE bool record_table::at(sqlite_session& s, std::int64_t sequence, void* record)
{
    return engine_.at(s, sequence, [&](row const& at) { decode(s, at, record); });
}

CAIRN_INLINE bool record_table::rewrite(sqlite_session& s, void const* record)
{
    auto columns = own_columns{type_};
    encode(record);
    return engine_.rewrite(s, columns.of(record).data(), body_.view());
}

CAIRN_INLINE bool record_table::replace(
    sqlite_session& s, std::int64_t sequence, void const* before, void const* after)
{
    auto old = own_columns{type_};
    auto now = own_columns{type_};
    encode(after);
    return engine_.replace(s, sequence, old.of(before).data(), now.of(after).data(), body_.view());
}

CAIRN_INLINE void record_table::fetch(
    sqlite_session& s, question const& asked, position const* after, std::size_t limit,
    corrupt_sink const* tolerate, page_frame& page, record_sink& records)
{
    page.sequences.reserve(reserve(records, limit));
    auto const fixed = fixed_values{engine_.table(), asked};
    auto into = fetching{s, asked, tolerate, fixed, page, records, own_columns{type_}};
    page.more = engine_.fetch(s, asked, after, limit, [&](row const& at) { take(into, at); });
    place_last(into);
    require_progress(into, after);
}

/// The next page begins behind the last record, wherever that says it is: a record that an index
/// has at the wrong place would lead round in a circle. Of damaged ones that are tolerated none may
/// have a place.
CAIRN_INLINE void record_table::require_progress(fetching const& into, position const* after) const
{
    auto const& last = into.page.last;
    auto const stands = last.empty()
        ? into.page.more && into.tolerate == nullptr
        : after != nullptr && (into.asked.reversed ? last >= *after : last <= *after);
    if (!stands) return;
    raise(
        errc::corrupt_store,
        {.message = "an index leads to a record in front of the place that was reached",
         .model = std::string{type_.model->name}});
}

/// Rows are read without their sequences, which only errors need: a list with something wrong in
/// it is made once more with them, and what is wrong gets its name.
CAIRN_INLINE void record_table::list(
    sqlite_session& s, question const& asked, position const* after, std::size_t limit,
    record_sink& records)
{
    reserve(records, limit);
    auto const fixed = fixed_values{engine_.table(), asked};
    auto columns = own_columns{type_};
    auto good = true;
    auto const take = [&](row const& at) {
        auto* const record = records.append();
        decode_record(type_, {}, at.body(), record);
        good = good && (fixed.none() || fixed.are_in(columns.of(record).data()));
    };
    try {
        engine_.fetch(s, asked, after, limit, take, scan_result::bodies);
    } catch (error const& damage) {
        if (!is_of_one_row(damage.code())) throw;
        good = false;
    }
    if (good) return;
    auto page = page_frame{};
    records.truncate(0);
    fetch(s, asked, after, limit, nullptr, page, records);
}

/// Makes room for what `limit` lets expect; for how many.
CAIRN_INLINE std::size_t record_table::reserve(record_sink& records, std::size_t limit)
{
    constexpr auto most = std::size_t{1024};
    auto const expected = limit < most ? limit : most;
    records.reserve(expected);
    return expected;
}

/// Only the thread that holds the writer comes here.
CAIRN_INLINE void record_table::encode(void const* record)
{
    body_.clear();
    encode_record(type_, record, body_);
}

CAIRN_INLINE void record_table::decode(sqlite_session& s, row const& at, void* record) const
{
    try {
        decode_record(type_, {}, at.body(), record);
    } catch (error const&) {
        name_damage(s, at);
        throw;
    }
}

/// Throws again what is wrong with a row, with its key, or that its columns are not those of its
/// record.
CAIRN_INLINE void record_table::name_damage(sqlite_session& s, row const& at) const
{
    engine_.columns_at(s, at.sequence(), [&](cells stored) {
        with_blank(type_, [&](void* record) { decode_record(type_, stored, at.body(), record); });
    });
}

/// An index led to a row that it does not belong to. Either the row's columns are damaged, or the
/// index is.
CAIRN_INLINE void record_table::refuse_row(sqlite_session& s, row const& at) const
{
    name_damage(s, at);
    raise(
        errc::corrupt_store,
        {.message = "an index led to a record that does not have the values asked for",
         .model = std::string{type_.model->name}});
}

CAIRN_INLINE void record_table::require_key(
    sqlite_session& s, row const& at, cells key, void const* record) const
{
    auto const own = own_key{type_, record};
    for (std::size_t i = 0; i < key.size(); ++i)
        if (!(own.view()[i] == key[i])) refuse_row(s, at);
}

/// Adds a row to a page, unless it is damaged, and that is tolerated.
CAIRN_INLINE void record_table::take(fetching& into, row const& at) const
{
    auto* const record = into.records.append();
    try {
        decode(into.session, at, record);
        require_answer(into, at, record);
    } catch (error const& damage) {
        into.records.truncate(into.page.sequences.size());
        if (into.tolerate == nullptr || !is_of_one_row(damage.code())) throw;
        leave_out(into, at, damage);
        return;
    }
    into.page.sequences.push_back(at.sequence());
    into.unplaced = true;
}

/// The catalog has agreed that the table is of our version: a row that says otherwise is damaged,
/// whatever its header looks like.
CAIRN_INLINE bool record_table::is_of_one_row(errc code)
{
    return code == errc::corrupt_record || code == errc::schema_mismatch
        || code == errc::newer_version;
}

CAIRN_INLINE void record_table::leave_out(fetching& into, row const& at, error const& damage) const
{
    auto found = std::optional<corrupt_record>{};
    if (damage.code() == errc::corrupt_record) found.emplace(damage.details());
    engine_.columns_at(into.session, at.sequence(), [&](cells stored) {
        place_if_possible(into, stored.data(), at.sequence());
        if (!found)
            found = found_record{*type_.model, stored}.damage(
                "its header is of another format or version");
    });
    if (found) (*into.tolerate)(*found);
}

CAIRN_INLINE void record_table::require_answer(
    fetching& into, row const& at, void const* record) const
{
    if (into.fixed.none() || into.fixed.are_in(into.columns.of(record).data())) return;
    refuse_row(into.session, at);
}

CAIRN_INLINE void record_table::place(
    fetching& into, cell const* stored, std::int64_t sequence) const
{
    auto const& order = engine_.table().order(layout::order_number(into.asked));
    auto reached = position{};
    append_position(reached, order, stored, sequence);
    into.page.last = std::move(reached);
    into.page.passed = 0;
    into.unplaced = false;
}

CAIRN_INLINE void record_table::place_last(fetching& into) const
{
    if (!into.unplaced) return;
    auto const behind = into.page.sequences.size() - 1;
    auto const columns = into.columns.of(into.records.at(behind));
    place(into, columns.data(), into.page.sequences[behind]);
}

/// Damaged columns may have no place in their order: then the last good one is gone on from.
CAIRN_INLINE void record_table::place_if_possible(
    fetching& into, cell const* stored, std::int64_t sequence) const
{
    try {
        place(into, stored, sequence);
    } catch (error const&) {
        place_last(into);
        ++into.page.passed;
    }
}

} // namespace cairn::inline v0::detail::sql
