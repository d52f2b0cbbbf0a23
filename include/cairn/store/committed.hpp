// SPDX-License-Identifier: BSL-1.0
// What a write gives is moved out after its commit; an error of that move must not look like one
// of the write.
#pragma once

#include <cairn/base/error.hpp>

#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

[[noreturn]] inline void refuse_lost_result()
{
    raise(
        errc::outcome_unknown,
        {.message = "the write is committed, but its result is lost: moving it out threw",
         .outcome = write_outcome::unknown});
}

/// Moves the result of a write out, which is committed.
template <class Result>
Result give_committed(Result& result)
{
    if constexpr (std::is_nothrow_move_constructible_v<Result>) {
        return std::move(result);
    } else {
        try {
            return std::move(result);
        } catch (...) {
            refuse_lost_result();
        }
    }
}

} // namespace cairn::inline v0::detail
