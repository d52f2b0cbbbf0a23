// SPDX-License-Identifier: BSL-1.0
// A model's table without its type: rows are cells and a body.
#pragma once

#include <cairn/backend/sqlite/database.hpp>
#include <cairn/backend/sqlite/scan.hpp>
#include <cairn/base/config.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// The row that a statement stands on; gone at its next step.
class row {
public:
    explicit row(execution const& at, scan_result has = scan_result::rows)
        : at_{at}, sequence_{has == scan_result::sequences ? 0 : 1}
    {
    }

    [[nodiscard]] std::span<std::byte const> body() const { return at_.bytes(0); }
    [[nodiscard]] std::int64_t sequence() const { return at_.integer(sequence_); }

private:
    execution const& at_;
    int sequence_;
};

/// The values that a question fixes, to compare records with.
class fixed_values {
public:
    fixed_values(layout const& table, question const& asked)
        : order_{table.order(layout::order_number(asked))}, asked_{asked},
          count_{asked.equal_columns}, bounded_{
                                           (asked.lower || asked.upper)
                                           && order_.columns[count_].place >= 0}
    {
        values_.read(asked.equal, order_, 0, count_);
    }

    [[nodiscard]] bool none() const { return count_ == 0 && !bounded_; }
    [[nodiscard]] bool are_in(cell const* columns) const
    {
        for (std::size_t i = 0; i < count_; ++i) {
            auto const place = static_cast<std::size_t>(order_.columns[i].place);
            if (!(columns[place] == values_[i])) return false;
        }
        return !bounded_ || is_within(columns);
    }

private:
    [[nodiscard]] bool is_within(cell const* columns) const
    {
        auto const& next = order_.columns[count_];
        auto own = std::string{};
        append_ordered(own, columns[next.place], next.type);
        auto const& low = asked_.lower;
        auto const& high = asked_.upper;
        if (next.type.nullable && own.front() == '\0') return false;
        if (low && (own < low->value || (own == low->value && !low->inclusive))) return false;
        return !high || own < high->value || (own == high->value && high->inclusive);
    }

    order_layout const& order_;
    question const& asked_;
    std::size_t count_;
    bool bounded_;
    decoded_values values_{};
};

using row_sink = function_ref<void(row const&)>;
using columns_sink = function_ref<void(cells)>;
using body_bytes = std::span<std::byte const>;

/// The operations of `typed_table` on one table. May be used from any thread; the session says
/// which connection.
class table_engine {
public:
    table_engine(sqlite_database& database, std::size_t ordinal)
        : table_{database.layout_of(ordinal)}, ordinal_{ordinal}, slot_{database.slot_of(ordinal)}
    {
    }

    [[nodiscard]] layout const& table() const { return table_; }

    bool insert(sqlite_session& s, cell const* columns, body_bytes body) const;

    bool find(sqlite_session& s, cells key, row_sink found) const;

    bool at(sqlite_session& s, std::int64_t sequence, row_sink found) const;

    /// The columns of a row, for errors about its body.
    bool columns_at(sqlite_session& s, std::int64_t sequence, columns_sink found) const;

    [[nodiscard]] bool contains(sqlite_session& s, cells key) const;

    bool rewrite(sqlite_session& s, cell const* columns, body_bytes body) const;

    /// False if a unique value is taken.
    bool replace(
        sqlite_session& s, std::int64_t sequence, cell const* before, cell const* after,
        body_bytes body) const;

    bool erase(sqlite_session& s, cells key) const;

    bool erase_at(sqlite_session& s, std::int64_t sequence) const;

    std::uint64_t clear(sqlite_session& s) const;

    /// Gives the rows behind `after` to `sink`, `limit` at most, with what `result` says; of
    /// `rows`, whether there may be another.
    bool fetch(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit,
        row_sink sink, scan_result result = scan_result::rows) const;

    [[nodiscard]] std::vector<std::int64_t> sequences(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit) const;

    [[nodiscard]] std::uint64_t count(sqlite_session& s, question const& asked) const;

private:
    static constexpr auto replace_key = std::uint64_t{1} << 63;
    static constexpr auto most_rows = static_cast<std::size_t>(
        std::numeric_limits<std::int64_t>::max());

    [[nodiscard]] sqlite3_stmt* prepared(connection& on, verb which) const;

    [[nodiscard]] static std::int64_t as_limit(std::size_t rows);

    bool one_row(execution& run, row_sink found) const;

    [[nodiscard]] execution start(connection& on, bound_scan const& part) const;

    [[nodiscard]] std::uint64_t differences(cell const* before, cell const* after) const;

    /// How many rows the last statement changed.
    static std::uint64_t changed(sqlite_session& s, connection& on);

    std::uint64_t removed(sqlite_session& s, connection& on) const;

    layout const& table_;
    std::size_t ordinal_;
    std::size_t slot_;
};

} // namespace cairn::inline v0::detail::sql

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/engine.ipp>
#endif
