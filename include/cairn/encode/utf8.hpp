// SPDX-License-Identifier: BSL-1.0
// Which bytes are UTF-8, and how a code point becomes UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::inline v0::detail {

constexpr bool is_ascii(char c)
{
    return static_cast<unsigned char>(c) < 0x80;
}

/// The bytes of the code point at the front of `text`; 0 if none begins there. Overlong forms,
/// surrogates and values above U+10FFFF are none.
constexpr std::size_t utf8_size(std::string_view text)
{
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const first = at(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    auto const size = first < 0xE0 ? std::size_t{2}
        : first < 0xF0             ? std::size_t{3}
                                   : std::size_t{4};
    if (text.size() < size) return 0;
    auto const least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    auto const most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (at(1) < least || at(1) > most) return 0;
    for (std::size_t i = 2; i < size; ++i)
        if (at(i) < 0x80 || at(i) > 0xBF) return 0;
    return size;
}

constexpr bool is_utf8(std::string_view text)
{
    for (std::size_t at = 0; at != text.size();) {
        auto const size = is_ascii(text[at]) ? 1 : utf8_size(text.substr(at));
        if (size == 0) return false;
        at += size;
    }
    return true;
}

/// Appends a code point that is no surrogate and at most U+10FFFF.
inline void append_utf8(std::string& out, std::uint32_t point)
{
    auto const rest = [&](unsigned shift) {
        out += static_cast<char>(0x80 | (point >> shift & 0x3F));
    };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | point >> 6);
        rest(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | point >> 12);
        rest(6), rest(0);
    } else {
        out += static_cast<char>(0xF0 | point >> 18);
        rest(12), rest(6), rest(0);
    }
}

} // namespace cairn::inline v0::detail
