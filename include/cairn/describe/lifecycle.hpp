// SPDX-License-Identifier: BSL-1.0
// Whether a lifecycle lets a value change into another.
#pragma once

#include <cairn/describe/shape.hpp>

#include <cstdint>

namespace cairn::inline v0 {

/// Whether a record may go from one value of its lifecycle member to another: if the descriptor
/// says so, if both are the same, or if there is no lifecycle.
///
/// @complexity Linear in the number of declared changes.
[[nodiscard]] constexpr bool may_change(shape const& s, std::int64_t from, std::int64_t to)
{
    if (s.lifecycle < 0 || from == to) return true;
    for (auto const& change : s.transitions) {
        if (change.from == from && change.to == to) return true;
    }
    return false;
}

} // namespace cairn::inline v0
