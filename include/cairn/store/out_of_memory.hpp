// SPDX-License-Identifier: BSL-1.0
// Memory that runs out inside the library is an error of the library, the same on every backend.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/store/scope.hpp>

#include <new>

namespace cairn::inline v0::detail {

[[noreturn]] inline void refuse_without_memory()
{
    raise(errc::out_of_memory, {});
}

/// Runs a part of the library. A `std::bad_alloc` out of it becomes `out_of_memory`, unless a
/// function of the user's threw it: what users throw passes through unchanged.
template <class Function>
auto with_memory(Function const& fn)
{
    scope::forget_escape();
    try {
        return fn();
    } catch (std::bad_alloc const&) {
        if (scope::user_threw()) throw;
        refuse_without_memory();
    }
}

} // namespace cairn::inline v0::detail
