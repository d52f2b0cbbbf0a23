// SPDX-License-Identifier: BSL-1.0
// Bytes as text that survives a terminal, a URL or a JSON string: base58, base64url and hex.
#pragma once

#include <cairn/base/hex.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0 {

namespace detail {

inline constexpr std::string_view base58_digits =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

inline constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

inline constexpr digit_values base58_value = values_of(base58_digits);
inline constexpr digit_values base64url_value = values_of(base64url_digits);

/// Multiplies a number, least digit first in base `To`, by `From` and adds `carry`.
inline void multiply_add(
    std::vector<std::uint8_t>& digits, std::uint32_t carry, std::uint32_t from, std::uint32_t to)
{
    for (auto& d : digits) {
        carry += d * from;
        d = static_cast<std::uint8_t>(carry % to);
        carry /= to;
    }
    for (; carry != 0; carry /= to) digits.push_back(static_cast<std::uint8_t>(carry % to));
}

} // namespace detail

/// Base58 in the alphabet that Bitcoin brought in; each leading zero byte is a leading `1`.
///
/// @complexity  O(n^2): for keys and digests, not for payloads.
[[nodiscard]] inline std::string to_base58(std::span<std::byte const> bytes)
{
    auto const zero = [](std::byte b) { return b == std::byte{0}; };
    auto const first = std::find_if_not(bytes.begin(), bytes.end(), zero);
    auto text = std::string(static_cast<std::size_t>(first - bytes.begin()), '1');
    auto digits = std::vector<std::uint8_t>{};
    for (auto at = first; at != bytes.end(); ++at)
        detail::multiply_add(digits, std::to_integer<std::uint32_t>(*at), 256, 58);
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) text += detail::base58_digits[*at];
    return text;
}

/// The bytes of `to_base58`; nothing if a character is no digit.
///
/// @complexity  O(n^2).
[[nodiscard]] inline std::optional<std::vector<std::byte>> from_base58(std::string_view text)
{
    auto const zeros = std::min(text.find_first_not_of('1'), text.size());
    auto digits = std::vector<std::uint8_t>{};
    for (char const c : text.substr(zeros)) {
        auto const value = detail::digit(detail::base58_value, c);
        if (value >= 58) return std::nullopt;
        detail::multiply_add(digits, value, 58, 256);
    }
    auto bytes = std::vector<std::byte>(zeros);
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) bytes.push_back(std::byte{*at});
    return bytes;
}

/// Base64 with `-` and `_`, without padding (RFC 4648, section 5).
[[nodiscard]] inline std::string to_base64url(std::span<std::byte const> bytes)
{
    auto text = std::string{};
    text.reserve((bytes.size() * 4 + 2) / 3);
    auto pending = std::uint32_t{0};
    auto count = 0;
    for (auto const b : bytes) {
        pending = pending << 8 | std::to_integer<std::uint32_t>(b);
        for (count += 8; count >= 6; count -= 6)
            text += detail::base64url_digits[pending >> (count - 6) & 63];
    }
    if (count > 0) text += detail::base64url_digits[pending << (6 - count) & 63];
    return text;
}

/// The bytes of `to_base64url`; nothing if `text` is not exactly what that gives for some bytes.
[[nodiscard]] inline std::optional<std::vector<std::byte>> from_base64url(std::string_view text)
{
    if (text.size() % 4 == 1) return std::nullopt;
    auto bytes = std::vector<std::byte>{};
    bytes.reserve(text.size() * 3 / 4);
    auto pending = std::uint32_t{0};
    auto count = 0;
    for (char const c : text) {
        auto const value = detail::digit(detail::base64url_value, c);
        if (value >= 64) return std::nullopt;
        pending = pending << 6 | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::byte>(pending >> count & 0xFF));
    }
    if ((pending & ((1U << count) - 1)) != 0) return std::nullopt;
    return bytes;
}

} // namespace cairn::inline v0
