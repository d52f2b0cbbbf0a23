// SPDX-License-Identifier: BSL-1.0
// Which rows a question means: how a position becomes conditions.
#pragma once

#include <cairn/backend/sqlite/scan.hpp>

namespace cairn::inline v0::detail::sql {

CAIRN_INLINE void scan_plan::require_columns() const
{
    auto const bounded = asked_.lower || asked_.upper;
    if (asked_.equal_columns + (bounded ? 1U : 0U) > order_.columns.size())
        raise(
            errc::invalid_argument,
            {.message = "the question fixes more columns than its order has"});
}

CAIRN_INLINE void scan_plan::read_bounds()
{
    if (asked_.lower) low_.read(asked_.lower->value, order_, base_.equal, 1);
    if (asked_.upper) high_.read(asked_.upper->value, order_, base_.equal, 1);
    base_.low = edge_of(asked_.lower);
    base_.high = edge_of(asked_.upper);
}

CAIRN_INLINE edge scan_plan::edge_of(std::optional<bound> const& drawn)
{
    return !drawn ? edge::none : drawn->inclusive ? edge::inclusive : edge::exclusive;
}

CAIRN_INLINE void scan_plan::place_position()
{
    auto const head = std::string_view{*after_}.substr(0, asked_.equal.size());
    auto const side = head.compare(asked_.equal);
    if (side != 0 || order_.columns.empty()) {
        auto const ahead = asked_.reversed ? side > 0 : side < 0;
        nothing_ = !ahead;
        after_ = nullptr;
        return;
    }
    auto const tail = std::string_view{*after_}.substr(asked_.equal.size());
    if (begins_behind(tail)) {
        after_ = nullptr;
        return;
    }
    nothing_ = ends_before(tail);
    at_.read(tail, order_, base_.equal, order_.columns.size() - base_.equal);
}

CAIRN_INLINE bool scan_plan::begins_behind(std::string_view tail) const
{
    auto const& start = asked_.reversed ? asked_.upper : asked_.lower;
    if (!start) return false;
    if (tail.starts_with(start->value)) return !start->inclusive;
    return asked_.reversed ? tail > start->value : tail < start->value;
}

/// A place may be made up: by somebody who changed a token, say.
CAIRN_INLINE bool scan_plan::ends_before(std::string_view tail) const
{
    auto const& end = asked_.reversed ? asked_.lower : asked_.upper;
    if (!end) return false;
    if (tail.starts_with(end->value)) return !end->inclusive;
    return asked_.reversed ? tail < end->value : tail > end->value;
}

CAIRN_INLINE void scan_plan::build()
{
    if (after_ == nullptr) return add(base_, edge_values(low_), edge_values(high_));
    if (!may_be_null()) return add_behind();
    // Between bounds nothing is null, so nothing stands beside a place that is.
    auto const first = std::size_t{base_.equal};
    auto const outside = (asked_.lower || asked_.upper) && at_[first].is_null();
    for (auto i = outside ? first + 1 : order_.columns.size(); i-- > first;) add_cut(i);
}

CAIRN_INLINE bool scan_plan::may_be_null() const
{
    for (std::size_t i = base_.equal; i < order_.columns.size(); ++i)
        if (order_.columns[i].type.nullable) return true;
    return false;
}

CAIRN_INLINE std::vector<cell> scan_plan::edge_values(decoded_values const& values) const
{
    return {values[base_.equal]};
}

CAIRN_INLINE void scan_plan::add_behind()
{
    auto row = std::vector<cell>{};
    for (std::size_t i = base_.equal; i < order_.columns.size(); ++i) row.push_back(at_[i]);
    auto part = base_;
    (base_.reversed ? part.high : part.low) = edge::behind;
    if (base_.reversed)
        add(part, edge_values(low_), std::move(row));
    else
        add(part, std::move(row), edge_values(high_));
}

CAIRN_INLINE void scan_plan::add_cut(std::size_t i)
{
    auto part = base_;
    part.equal = static_cast<std::uint8_t>(i);
    auto const bounded = i == base_.equal;
    if (!bounded) part.low = part.high = edge::none;
    auto const here = std::vector<cell>{at_[i]};
    auto const is_null = at_[i].is_null();
    if (!part.reversed) {
        part.low = is_null ? edge::not_null : edge::exclusive;
        return add(part, here, edge_values(high_));
    }
    if (is_null) return;
    part.high = edge::exclusive;
    add(part, edge_values(low_), here);
    if (order_.columns[i].type.nullable && !(bounded && (asked_.lower || asked_.upper)))
        add_nulls(i);
}

CAIRN_INLINE void scan_plan::add_nulls(std::size_t i)
{
    auto part = base_;
    part.equal = static_cast<std::uint8_t>(i + 1);
    part.low = part.high = edge::none;
    add(part, {}, {}, true);
}

CAIRN_INLINE bool scan_plan::takes_values(edge drawn)
{
    return drawn == edge::inclusive || drawn == edge::exclusive || drawn == edge::behind;
}

CAIRN_INLINE void scan_plan::add(
    scan const& part, std::vector<cell> const& low, std::vector<cell> const& high,
    bool last_is_null)
{
    auto values = std::vector<cell>{};
    for (std::size_t i = 0; i < part.equal; ++i)
        values.push_back(i < base_.equal ? equal_[i] : at_[i]);
    if (last_is_null) values.back() = cell::null();
    if (takes_values(part.low)) values.insert(values.end(), low.begin(), low.end());
    if (takes_values(part.high)) values.insert(values.end(), high.begin(), high.end());
    scans_.push_back({part, std::move(values)});
}

} // namespace cairn::inline v0::detail::sql
