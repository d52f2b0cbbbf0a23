// SPDX-License-Identifier: BSL-1.0
// Which rows a question means: its statements, and the values that they are given.
#pragma once

#include <cairn/backend/sqlite/sql_text.hpp>
#include <cairn/base/config.hpp>
#include <cairn/encode/ordered.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// What a scan gives.
enum class scan_result : std::uint8_t {
    rows,
    bodies, ///< rows whose sequence nobody asks for
    sequences,
    count,
};

/// How one end of a scan is drawn.
enum class edge : std::uint8_t {
    none,
    inclusive, ///< one value, on the column after the fixed ones
    exclusive,
    not_null,
    behind, ///< a row value over all columns after the fixed ones
};

/// One statement: equality on leading columns, then at most a low and a high edge.
struct scan {
    scan_result result = scan_result::rows;
    std::uint8_t order = 0;
    std::uint8_t equal = 0;
    edge low = edge::none;
    edge high = edge::none;
    bool reversed = false;

    /// Different for different texts.
    [[nodiscard]] std::uint64_t key() const
    {
        return static_cast<std::uint64_t>(result) | std::uint64_t{order} << 2
            | std::uint64_t{equal} << 10 | static_cast<std::uint64_t>(low) << 14
            | static_cast<std::uint64_t>(high) << 17 | std::uint64_t{reversed} << 20;
    }
};

inline void add_row_value(text& out, order_layout const& order, std::size_t from)
{
    auto first = true;
    out.add("(");
    for (auto i = from; i < order.columns.size(); ++i)
        out.next(first, ", ").name(order.columns[i].name);
    out.add(")");
}

inline void add_edge(text& out, order_layout const& order, scan const& of, edge drawn, bool low)
{
    auto const& name = order.columns[of.equal].name;
    switch (drawn) {
    case edge::none: return;
    case edge::inclusive: out.name(name).add(low ? " >= ?" : " <= ?"); return;
    case edge::exclusive: out.name(name).add(low ? " > ?" : " < ?"); return;
    case edge::not_null: out.name(name).add(" IS NOT NULL"); return;
    case edge::behind: break;
    }
    add_row_value(out, order, of.equal);
    out.add(low ? " > (?" : " < (?");
    for (std::size_t i = of.equal + 1U; i < order.columns.size(); ++i) out.add(", ?");
    out.add(")");
}

inline void add_conditions(text& out, order_layout const& order, scan const& of)
{
    auto first = true;
    auto const next = [&]() -> text& { return out.add(first ? " WHERE " : " AND "); };
    for (std::size_t i = 0; i < of.equal; ++i, first = false)
        add_equality(next(), order.columns[i].name, order.columns[i].type.nullable);
    if (of.low != edge::none) {
        add_edge(next(), order, of, of.low, true);
        first = false;
    }
    if (of.high != edge::none) add_edge(next(), order, of, of.high, false);
}

inline void add_ordering(text& out, order_layout const& order, scan const& of)
{
    auto first = true;
    for (std::size_t i = of.equal; i < order.columns.size(); ++i) {
        out.add(first ? " ORDER BY " : ", ").name(order.columns[i].name);
        out.add(of.reversed ? " DESC" : "");
        first = false;
    }
}

/// Parameters: the fixed values, the low edge, the high edge, and for all but a count the limit.
[[nodiscard]] inline std::string scan_text(layout const& table, scan const& of)
{
    auto const& order = table.order(of.order);
    auto out = text{};
    out.add("SELECT ");
    if (of.result == scan_result::rows)
        add_record(out, table);
    else if (of.result == scan_result::bodies)
        out.add("\"_body\"");
    else if (of.result == scan_result::count)
        out.add("count(*)");
    else
        out.name(table.sequence_name());
    out.add(" FROM ").name(table.model().name);
    if (!order.index.empty()) out.add(" INDEXED BY ").name(order.index);
    add_conditions(out, order, of);
    if (of.result == scan_result::count) return out.take();
    add_ordering(out, order, of);
    return out.add(" LIMIT ?").take();
}

/// Values read from the ordered encoding; what they point to stays in here.
class decoded_values {
public:
    /// Reads the columns [from, from + count) of an order off the front of `in`.
    void read(std::string_view in, order_layout const& order, std::size_t from, std::size_t count)
    {
        for (auto i = from; i < from + count; ++i)
            values_[i] = read_ordered(in, order.columns[i].type, scratch_[i]);
    }
    [[nodiscard]] cell const& operator[](std::size_t i) const { return values_[i]; }

private:
    std::array<cell, max_index_columns + 1> values_{};
    std::array<std::string, max_index_columns + 1> scratch_{};
};

/// A statement and its parameters, which view the question and the position.
struct bound_scan {
    scan statement;
    std::vector<cell> values;
};

/// Turns a question and a position into statements that, run one after another, give its rows.
///
/// One statement is enough, except behind a position over columns that may be null: row values
/// with a null in them compare as unknown, so there the walk is cut at each column.
class scan_plan {
public:
    scan_plan(layout const& table, question const& asked, position const* after, scan_result result)
        : order_{table.order(layout::order_number(asked))}, asked_{asked}, after_{after}
    {
        base_.result = result;
        base_.order = static_cast<std::uint8_t>(layout::order_number(asked));
        base_.reversed = asked.reversed;
        base_.equal = asked.equal_columns;
        require_columns();
        equal_.read(asked.equal, order_, 0, asked.equal_columns);
        read_bounds();
        if (after_ != nullptr) place_position();
        if (!nothing_) build();
    }
    scan_plan(scan_plan const&) = delete;
    scan_plan& operator=(scan_plan const&) = delete;

    [[nodiscard]] std::vector<bound_scan> const& scans() const { return scans_; }

private:
    void require_columns() const;

    void read_bounds();

    [[nodiscard]] static edge edge_of(std::optional<bound> const& drawn);

    /// Compares the position with what the question itself begins at, in bytes, which have the
    /// order of the values. If the question begins behind it, the position says nothing.
    void place_position();

    [[nodiscard]] bool begins_behind(std::string_view tail) const;
    [[nodiscard]] bool ends_before(std::string_view tail) const;

    void build();

    [[nodiscard]] bool may_be_null() const;

    [[nodiscard]] std::vector<cell> edge_values(decoded_values const& values) const;

    void add_behind();

    /// The rows that agree with the position before column `i` and lie behind it there. Nulls
    /// come first, so forwards all values follow a null, and backwards the nulls come last.
    void add_cut(std::size_t i);

    void add_nulls(std::size_t i);

    [[nodiscard]] static bool takes_values(edge drawn);

    void add(
        scan const& part, std::vector<cell> const& low, std::vector<cell> const& high,
        bool last_is_null = false);

    order_layout const& order_;
    question const& asked_;
    position const* after_;
    scan base_{};
    decoded_values equal_{};
    decoded_values low_{};
    decoded_values high_{};
    decoded_values at_{};
    bool nothing_ = false;
    std::vector<bound_scan> scans_{};
};

/// Appends the place of a row in an order: what `scan_plan` reads back as a position.
inline void append_position(
    position& out, order_layout const& order, cell const* columns, std::int64_t sequence)
{
    for (auto const& column : order.columns) {
        auto const& value = column.place < 0 ? cell::of(sequence)
                                             : columns[static_cast<std::size_t>(column.place)];
        append_ordered(out, value, column.type);
    }
}

} // namespace cairn::inline v0::detail::sql

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/scan.ipp>
#endif
