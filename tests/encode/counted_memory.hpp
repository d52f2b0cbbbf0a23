// SPDX-License-Identifier: BSL-1.0
// How much memory a piece of code asks for at most, counted by the program's own operator new.
#pragma once

#include <cstddef>

namespace test {

/// Bytes that are allocated now.
std::size_t memory_in_use() noexcept;

/// The most bytes that were allocated at once since the last `forget_peak`.
std::size_t memory_peak() noexcept;
void forget_peak() noexcept;

/// The most that `fn` had allocated at once, beyond what was there before.
template <class Function>
std::size_t peak_of(Function const& fn)
{
    auto const before = memory_in_use();
    forget_peak();
    fn();
    return memory_peak() - before;
}

} // namespace test
