// SPDX-License-Identifier: BSL-1.0
// How values become the fixed columns and the bounds of a question.
#pragma once

#include <cairn/encode/ordered.hpp>
#include <cairn/store/open_range.hpp>

namespace cairn::inline v0::detail {

CAIRN_INLINE void append_bound(bound& out, cell const& value, shape const& s, std::size_t member)
{
    if (value.is_null()) {
        raise(
            errc::invalid_argument,
            {.message = "a bound cannot be absent: a range never admits absent values at its ends",
             .model = std::string{s.name},
             .index = std::string{s.members[member].name}});
    }
    append_ordered(out.value, value, s.members[member].type);
}

CAIRN_INLINE void fix_columns(
    question& q, cells values, shape const& s, std::span<std::uint8_t const> members)
{
    q.equal_columns = static_cast<std::uint8_t>(values.size());
    for (std::size_t i = 0; i != values.size(); ++i) {
        append_ordered(q.equal, values[i], s.members[members[i]].type);
    }
}

} // namespace cairn::inline v0::detail
