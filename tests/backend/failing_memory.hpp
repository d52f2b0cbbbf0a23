// SPDX-License-Identifier: BSL-1.0
// Lets the allocation number n of this thread fail, to see what an operation then leaves behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace test {

/// Counts the allocations of the thread while it lives; the one with number `failing` throws.
class failing_memory {
public:
    explicit failing_memory(std::uint64_t failing);
    failing_memory(failing_memory const&) = delete;
    failing_memory& operator=(failing_memory const&) = delete;
    ~failing_memory();

    /// Whether the allocation that was to fail was reached.
    [[nodiscard]] static bool has_failed();
};

} // namespace test
