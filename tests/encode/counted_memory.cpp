// SPDX-License-Identifier: BSL-1.0
// Replaces operator new for this program by one that counts.
#include "counted_memory.hpp"

#include "support/own_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> peak{0};

[[maybe_unused]] constexpr std::size_t header = alignof(std::max_align_t);

} // namespace

std::size_t test::memory_in_use() noexcept
{
    return in_use;
}
std::size_t test::memory_peak() noexcept
{
    return peak;
}
void test::forget_peak() noexcept
{
    peak = in_use.load();
}

#if CAIRN_TEST_OWN_NEW

void* operator new(std::size_t size)
{
    auto* const block = static_cast<std::size_t*>(std::malloc(size + header));
    if (block == nullptr) throw std::bad_alloc{};
    *block = size;
    auto const now = in_use += size;
    for (auto most = peak.load(); now > most && !peak.compare_exchange_weak(most, now);) {}
    return reinterpret_cast<char*>(block) + header;
}

void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    try {
        return operator new(size);
    } catch (std::bad_alloc const&) {
        return nullptr;
    }
}

void operator delete(void* pointer) noexcept
{
    if (pointer == nullptr) return;
    auto* const block = reinterpret_cast<std::size_t*>(static_cast<char*>(pointer) - header);
    in_use -= *block;
    std::free(block);
}

void* operator new[](std::size_t size)
{
    return operator new(size);
}
void operator delete[](void* pointer) noexcept
{
    operator delete(pointer);
}
void operator delete(void* pointer, std::size_t) noexcept
{
    operator delete(pointer);
}
void operator delete[](void* pointer, std::size_t) noexcept
{
    operator delete(pointer);
}

#endif
