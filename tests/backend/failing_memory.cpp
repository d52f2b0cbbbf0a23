// SPDX-License-Identifier: BSL-1.0
// The operator new of this test program, which can be told to fail.

#include "failing_memory.hpp"

#include "support/own_new.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t allocations_left = 0; // 0: never fails
thread_local bool failed = false;

} // namespace

namespace test {

failing_memory::failing_memory(std::uint64_t failing)
{
    failed = false;
    allocations_left = failing;
}

failing_memory::~failing_memory()
{
    allocations_left = 0;
}

bool failing_memory::has_failed()
{
    return failed;
}

} // namespace test

#if CAIRN_TEST_OWN_NEW

void* operator new(std::size_t size)
{
    if (allocations_left != 0 && --allocations_left == 0) {
        failed = true;
        throw std::bad_alloc{};
    }
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
