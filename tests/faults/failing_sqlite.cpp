// SPDX-License-Identifier: BSL-1.0
// SQLite's allocator in this test program: that of the system, told to fail now and then.

#include "failing_sqlite.hpp"

#include <atomic>
#include <cstdlib>
#include <sqlite3.h>

namespace {

sqlite3_mem_methods system_memory{};
std::atomic<bool> counting{false};
std::atomic<bool> sticky{false};
std::atomic<bool> failed{false};
std::atomic<std::uint64_t> left{0};
std::atomic<std::int64_t> outstanding{0};

bool is_chosen()
{
    if (!counting) return false;
    auto const now = left.load() == 0 ? 0 : --left;
    if (now != 0 || (failed && !sticky)) return false;
    failed = true;
    return true;
}

void* take(int size)
{
    auto* const memory = is_chosen() ? nullptr : system_memory.xMalloc(size);
    if (memory != nullptr) ++outstanding;
    return memory;
}

void* change(void* memory, int size)
{
    return is_chosen() ? nullptr : system_memory.xRealloc(memory, size);
}

void give_back(void* memory)
{
    if (memory != nullptr) --outstanding;
    system_memory.xFree(memory);
}

/// Has to be there before anything uses SQLite.
bool const installed = [] {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) std::abort();
    auto own = system_memory;
    own.xMalloc = take;
    own.xRealloc = change;
    own.xFree = give_back;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &own) == SQLITE_OK;
}();

} // namespace

namespace test {

failing_sqlite_memory::failing_sqlite_memory(std::uint64_t number, failing which)
{
    if (!installed) std::abort();
    sticky = which.from_then_on;
    failed = false;
    left = number;
    counting = true;
}

failing_sqlite_memory::~failing_sqlite_memory()
{
    counting = false;
}

bool failing_sqlite_memory::has_failed()
{
    return failed;
}

std::int64_t sqlite_allocations()
{
    return outstanding;
}

} // namespace test
