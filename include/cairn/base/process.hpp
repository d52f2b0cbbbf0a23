// SPDX-License-Identifier: BSL-1.0
// Tells a process from the children it forked, for the price of one load.
#pragma once

#include <atomic>
#include <cstdint>

#include <pthread.h>

namespace cairn::inline v0::detail {

inline std::atomic<std::uint64_t> fork_count{0};

/// A number that a forked child sees changed. An object remembers it at birth; if it differs
/// later, the object belongs to the parent and must not be touched.
inline std::uint64_t process_generation()
{
    static bool const registered = [] {
        ::pthread_atfork(
            nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
        return true;
    }();
    static_cast<void>(registered);
    return fork_count.load(std::memory_order_relaxed);
}

} // namespace cairn::inline v0::detail
