// SPDX-License-Identifier: BSL-1.0
// Bytes as hex digits and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0 {

namespace detail {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// The value of each character as a digit; 0xFF if it is none.
using digit_values = std::array<std::uint8_t, 256>;

constexpr digit_values values_of(std::string_view digits)
{
    auto values = digit_values{};
    values.fill(0xFF);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr digit_values hex_values()
{
    auto values = values_of(hex_digits);
    for (std::size_t i = 0; i < 6; ++i)
        values[std::size_t{'A'} + i] = static_cast<std::uint8_t>(10 + i);
    return values;
}

inline constexpr digit_values hex_value = hex_values();
constexpr std::uint8_t digit(digit_values const& values, char c)
{
    return values[static_cast<unsigned char>(c)];
}

} // namespace detail

/// Two lower-case digits for each byte, nothing before them.
[[nodiscard]] inline std::string to_hex(std::span<std::byte const> bytes)
{
    auto text = std::string(bytes.size() * 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const value = std::to_integer<std::size_t>(bytes[i]);
        text[2 * i] = detail::hex_digits[value >> 4];
        text[2 * i + 1] = detail::hex_digits[value & 15];
    }
    return text;
}

/// The bytes of `to_hex`, digits of either case; nothing if `text` is no such text.
[[nodiscard]] inline std::optional<std::vector<std::byte>> from_hex(std::string_view text)
{
    if (text.size() % 2 != 0) return std::nullopt;
    auto bytes = std::vector<std::byte>(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const high = detail::digit(detail::hex_value, text[2 * i]);
        auto const low = detail::digit(detail::hex_value, text[2 * i + 1]);
        if (high > 15 || low > 15) return std::nullopt;
        bytes[i] = static_cast<std::byte>(high << 4 | low);
    }
    return bytes;
}

} // namespace cairn::inline v0
