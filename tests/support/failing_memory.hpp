// SPDX-License-Identifier: BSL-1.0
// Lets the allocation number n fail, to see what an operation then leaves behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace test {

/// Which allocations fail.
struct failing {
    bool all_threads = false;  ///< count those of every thread, not of this one alone
    bool from_then_on = false; ///< not that one alone, but every one behind it too
};

/// Counts the allocations while it lives; the one with number `number` throws.
class failing_memory {
public:
    explicit failing_memory(std::uint64_t number, failing which = {});
    failing_memory(failing_memory const&) = delete;
    failing_memory& operator=(failing_memory const&) = delete;
    ~failing_memory();

    /// Whether the allocation that was to fail was reached.
    [[nodiscard]] static bool has_failed();
};

} // namespace test
