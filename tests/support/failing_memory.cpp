// SPDX-License-Identifier: BSL-1.0
// The operator new of a test program, which can be told to fail.

#include "failing_memory.hpp"

#include "own_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<bool> counting{false};
std::atomic<bool> failed{false};
std::atomic<std::uint64_t> left{0};
test::failing chosen{};
thread_local bool own_thread = false;

/// Whether this allocation is to fail.
[[maybe_unused]] bool is_chosen() // unused where a sanitizer keeps its own operator new
{
    if (!counting.load(std::memory_order_acquire) || !(chosen.all_threads || own_thread))
        return false;
    auto const now = left.load() == 0 ? 0 : --left;
    if (now != 0 || (failed && !chosen.from_then_on)) return false;
    failed = true;
    return true;
}

} // namespace

namespace test {

failing_memory::failing_memory(std::uint64_t number, failing which)
{
    chosen = which;
    failed = false;
    left = number;
    own_thread = true;
    counting.store(true, std::memory_order_release);
}

failing_memory::~failing_memory()
{
    counting = false;
    own_thread = false;
}

bool failing_memory::has_failed()
{
    return failed;
}

} // namespace test

#if CAIRN_TEST_OWN_NEW

void* operator new(std::size_t size)
{
    if (is_chosen()) throw std::bad_alloc{};
    if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
    throw std::bad_alloc{};
}

void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    try {
        return operator new(size);
    } catch (std::bad_alloc const&) {
        return nullptr;
    }
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

#endif
