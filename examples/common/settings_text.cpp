// SPDX-License-Identifier: BSL-1.0
// Durations and sizes with units.
#include "settings_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace common {

namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr auto durations = std::array{
    unit{"d", 86'400'000'000'000},
    unit{"h", 3'600'000'000'000},
    unit{"m", 60'000'000'000},
    unit{"s", 1'000'000'000},
    unit{"ms", 1'000'000},
    unit{"us", 1'000},
    unit{"ns", 1}};

constexpr auto sizes = std::array{
    unit{"GiB", 1U << 30U}, unit{"MiB", 1U << 20U}, unit{"KiB", 1U << 10U}, unit{"B", 1}};

constexpr auto century = std::uint64_t{36'525} * 86'400'000'000'000;

std::optional<std::uint64_t> parse_with_unit(
    std::string_view text, std::span<unit const> units, std::uint64_t most)
{
    auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    auto const number = parse_number(text.substr(0, digits));
    if (!number) return std::nullopt;
    for (auto const& [name, factor] : units)
        if (text.substr(digits) == name && *number <= most / factor) return *number * factor;
    return std::nullopt;
}

/// With the largest unit that divides `value`.
std::string text_with_unit(std::uint64_t value, std::span<unit const> units, std::string_view zero)
{
    if (value == 0) return std::string{"0"}.append(zero);
    for (auto const& [name, factor] : units)
        if (value % factor == 0) return std::to_string(value / factor).append(name);
    return {};
}

} // namespace

std::optional<std::uint64_t> parse_number(std::string_view text)
{
    auto number = std::uint64_t{};
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text)
{
    auto const count = parse_with_unit(text, durations, century);
    if (!count) return std::nullopt;
    return std::chrono::nanoseconds{static_cast<std::chrono::nanoseconds::rep>(*count)};
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    constexpr auto most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    if (auto const plain = parse_number(text); plain && *plain <= most) return plain;
    return parse_with_unit(text, sizes, most);
}

std::string duration_text(std::chrono::nanoseconds time)
{
    return text_with_unit(static_cast<std::uint64_t>(time.count()), durations, "s");
}

std::string size_text(std::uint64_t size)
{
    return text_with_unit(size, sizes, "");
}

} // namespace common
