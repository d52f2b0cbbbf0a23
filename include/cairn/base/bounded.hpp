// SPDX-License-Identifier: BSL-1.0
// Limits of time that are as good as none, made small enough to be calculated with.
#pragma once

#include <chrono>

namespace cairn::inline v0::detail {

/// Longer than any program waits.
inline constexpr auto longest_wait = std::chrono::hours{24 * 365};

/// The limit, or `most` if it is longer: it may be added to a moment, and compared in other units.
template <class Rep, class Period>
[[nodiscard]] constexpr std::chrono::duration<Rep, Period> bounded(
    std::chrono::duration<Rep, Period> limit, std::chrono::hours most = longest_wait)
{
    using duration = std::chrono::duration<Rep, Period>;
    if (limit < duration::zero()) return duration::zero();
    return limit < duration{most} ? limit : duration{most};
}

} // namespace cairn::inline v0::detail
