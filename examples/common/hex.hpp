// SPDX-License-Identifier: BSL-1.0
// Bytes and numbers as Ethereum writes them: 0x and hexadecimal digits.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace common {

/// "0x" and two lower-case digits a byte.
std::string to_hex(std::span<std::byte const> data);

/// The number in "quantity" form, without leading zeros.
std::string to_quantity(std::uint64_t number);

/// The bytes of "0x..." with an even number of digits of either case; nothing if it is not that.
std::optional<std::vector<std::byte>> bytes_from_hex(std::string_view text);

/// The number of a "0x..." quantity; nothing if malformed or above 64 bits.
std::optional<std::uint64_t> number_from_hex(std::string_view text);

/// Exactly `N` bytes of "0x..."; nothing if it is not that.
template <std::size_t N>
std::optional<std::array<std::byte, N>> array_from_hex(std::string_view text)
{
    auto const data = bytes_from_hex(text);
    if (!data || data->size() != N) return std::nullopt;
    auto result = std::array<std::byte, N>{};
    std::copy(data->begin(), data->end(), result.begin());
    return result;
}

} // namespace common
