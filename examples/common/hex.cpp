// SPDX-License-Identifier: BSL-1.0
// Bytes and numbers as Ethereum writes them.
#include "hex.hpp"

#include <charconv>

namespace common {

namespace {

constexpr auto digits = std::string_view{"0123456789abcdef"};

int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_prefixed(std::string_view text)
{
    return text.starts_with("0x") || text.starts_with("0X");
}

} // namespace

std::string to_hex(std::span<std::byte const> data)
{
    auto text = std::string{"0x"};
    text.reserve(2 + 2 * data.size());
    for (auto const byte : data) {
        text.push_back(digits[std::to_integer<unsigned>(byte) >> 4U]);
        text.push_back(digits[std::to_integer<unsigned>(byte) & 15U]);
    }
    return text;
}

std::string to_quantity(std::uint64_t number)
{
    auto buffer = std::array<char, 18>{'0', 'x'};
    auto const end =
        std::to_chars(buffer.data() + 2, buffer.data() + buffer.size(), number, 16).ptr;
    return {buffer.data(), end};
}

std::optional<std::vector<std::byte>> bytes_from_hex(std::string_view text)
{
    if (!is_prefixed(text) || text.size() % 2 != 0) return std::nullopt;
    auto data = std::vector<std::byte>{};
    data.reserve(text.size() / 2 - 1);
    for (std::size_t i = 2; i < text.size(); i += 2) {
        auto const high = digit_value(text[i]);
        auto const low = digit_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        data.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return data;
}

std::optional<std::uint64_t> number_from_hex(std::string_view text)
{
    if (!is_prefixed(text) || text.size() == 2) return std::nullopt;
    text.remove_prefix(2);
    auto number = std::uint64_t{};
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

} // namespace common
