// SPDX-License-Identifier: BSL-1.0
// Lets SQLite's allocation number n fail: its own memory, which no operator new gives it.
#pragma once

#include "../support/failing_memory.hpp"

#include <cstdint>

namespace test {

/// Counts SQLite's allocations, on all threads, while it lives; number `number` gives nothing.
class failing_sqlite_memory {
public:
    explicit failing_sqlite_memory(std::uint64_t number, failing which = {});
    failing_sqlite_memory(failing_sqlite_memory const&) = delete;
    failing_sqlite_memory& operator=(failing_sqlite_memory const&) = delete;
    ~failing_sqlite_memory();

    [[nodiscard]] static bool has_failed();
};

/// How many allocations of SQLite have not been given back.
[[nodiscard]] std::int64_t sqlite_allocations();

} // namespace test
