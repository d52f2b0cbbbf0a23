// SPDX-License-Identifier: BSL-1.0
// Moments as ISO 8601 text in UTC, and back, exactly.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>

namespace cairn::inline v0::detail {

/// A moment as whole seconds since 1970 and nanoseconds behind them.
struct split_time {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
};

inline constexpr std::int64_t first_iso_second = -62'167'219'200; ///< 0000-01-01T00:00:00Z
inline constexpr std::int64_t last_iso_second = 253'402'300'799;  ///< 9999-12-31T23:59:59Z

/// How many digits the fraction of a second has in units of this period; -1 if text cannot be
/// exact.
template <class Period>
constexpr int fraction_digits()
{
    if (Period::den == 1) return 0;
    if (Period::num != 1) return -1;
    auto digits = 0;
    for (std::intmax_t unit = 1; unit <= 1'000'000'000; unit *= 10, ++digits)
        if (unit == Period::den) return digits;
    return -1;
}

/// Nothing if the year has more than four digits.
template <class Period>
constexpr std::optional<split_time> split_ticks(std::int64_t ticks)
{
    auto whole = ticks / Period::den;
    auto rest = ticks % Period::den;
    if (rest < 0) --whole, rest += Period::den;
    if (whole < first_iso_second / Period::num || whole > last_iso_second / Period::num)
        return std::nullopt;
    auto const seconds = whole * Period::num;
    return split_time{seconds, static_cast<std::uint32_t>(rest * (1'000'000'000 / Period::den))};
}

/// Nothing if it lies between two ticks, or beyond the range of 64 bits.
template <class Period>
constexpr std::optional<std::int64_t> join_ticks(split_time time)
{
    constexpr auto unit = std::int64_t{1'000'000'000} / Period::den;
    if (time.seconds % Period::num != 0 || time.nanoseconds % unit != 0) return std::nullopt;
    auto whole = time.seconds / Period::num;
    auto part = static_cast<std::int64_t>(time.nanoseconds) / unit;
    // From the second after it, so that the earliest moments do not overflow on the way.
    if (whole < 0 && part != 0) ++whole, part -= Period::den;
    auto ticks = std::int64_t{};
    if (__builtin_mul_overflow(whole, std::int64_t{Period::den}, &ticks)) return std::nullopt;
    if (__builtin_add_overflow(ticks, part, &ticks)) return std::nullopt;
    return ticks;
}

inline void append_digits(std::string& out, std::uint32_t value, int count)
{
    auto const start = out.size();
    out.append(static_cast<std::size_t>(count), '0');
    for (auto at = out.size(); at > start; value /= 10)
        out[--at] = static_cast<char>('0' + value % 10);
}

/// "2026-11-20T15:03:24.123456789Z", with `digits` digits behind the point, none without one.
inline std::string iso_text(split_time time, int digits)
{
    namespace c = std::chrono;
    auto const moment = c::sys_seconds{c::seconds{time.seconds}};
    auto const day = c::floor<c::days>(moment);
    auto const date = c::year_month_day{day};
    auto const clock = static_cast<std::uint32_t>((moment - day).count());
    auto text = std::string{};
    append_digits(text, static_cast<std::uint32_t>(int{date.year()}), 4);
    append_digits(text += '-', unsigned{date.month()}, 2);
    append_digits(text += '-', unsigned{date.day()}, 2);
    append_digits(text += 'T', clock / 3600, 2);
    append_digits(text += ':', clock / 60 % 60, 2);
    append_digits(text += ':', clock % 60, 2);
    if (digits > 0) append_digits(text += '.', time.nanoseconds, 9);
    if (digits > 0) text.resize(text.size() - static_cast<std::size_t>(9 - digits));
    return text += 'Z';
}

/// Takes exactly `count` digits.
inline bool take_digits(std::string_view& text, std::size_t count, std::uint32_t& out)
{
    if (text.size() < count) return false;
    out = 0;
    for (char const c : text.substr(0, count)) {
        if (c < '0' || c > '9') return false;
        out = out * 10 + static_cast<std::uint32_t>(c - '0');
    }
    text.remove_prefix(count);
    return true;
}

inline bool take_mark(std::string_view& text, char mark)
{
    if (text.empty() || text.front() != mark) return false;
    text.remove_prefix(1);
    return true;
}

/// A point and one to nine digits, or nothing.
inline bool take_fraction(std::string_view& text, std::uint32_t& nanoseconds)
{
    if (!take_mark(text, '.')) return true;
    auto const digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits > 9 || !take_digits(text, digits, nanoseconds)) return false;
    for (auto i = digits; i < 9; ++i) nanoseconds *= 10;
    return true;
}

/// What `iso_text` writes; nothing for other text, and for dates and times that do not exist.
inline std::optional<split_time> parse_iso(std::string_view text)
{
    std::uint32_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, nano = 0;
    bool const read = take_digits(text, 4, year) && take_mark(text, '-')
        && take_digits(text, 2, month) && take_mark(text, '-') && take_digits(text, 2, day)
        && take_mark(text, 'T') && take_digits(text, 2, hour) && take_mark(text, ':')
        && take_digits(text, 2, minute) && take_mark(text, ':') && take_digits(text, 2, second)
        && take_fraction(text, nano) && text == "Z";
    namespace c = std::chrono;
    auto const date = c::year_month_day{
        c::year{static_cast<int>(year)}, c::month{month}, c::day{day}};
    if (!read || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    auto const days = std::int64_t{c::sys_days{date}.time_since_epoch().count()};
    auto const clock = hour * 3600 + minute * 60 + second;
    return split_time{days * 86400 + clock, nano};
}

} // namespace cairn::inline v0::detail
