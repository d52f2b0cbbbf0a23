// SPDX-License-Identifier: BSL-1.0
// Which C++ types can be a column, and how a value of one becomes a cell and back.
#pragma once

#include <cairn/describe/cell.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace cairn::inline v0 {

namespace detail {

template <class T, class... Set>
concept any_of = (std::same_as<T, Set> || ...);

/// Types whose range or sign depends on the platform, or that mean characters.
template <class T>
concept character = any_of<T, char, wchar_t, char8_t, char16_t, char32_t>;

/// An integer that is stored by its width.
template <class T>
concept plain_integer =
    std::integral<T> && !std::same_as<T, bool> && !character<T> && sizeof(T) <= 8
    && !std::is_const_v<T> && !std::is_volatile_v<T>;

/// An enum whose every value of the underlying type is a value of the enum.
template <class T>
concept fixed_enum = std::is_enum_v<T> && requires
{
    T{0};
} &&(plain_integer<std::underlying_type_t<T>> || std::same_as<std::underlying_type_t<T>, bool>);

template <class T>
concept byte_like = any_of<T, std::byte, unsigned char>;

/// A tick count that is stored: a signed integer of at most 64 bits.
template <class T>
concept stored_ticks = plain_integer<T> && std::is_signed_v<T>;

template <class T>
constexpr std::uint32_t width_of = static_cast<std::uint32_t>(sizeof(T));

constexpr bool fits_signed(std::int64_t value, std::uint32_t width)
{
    auto const shift = 64 - 8 * width;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << shift) >> shift == value;
}

constexpr bool fits_unsigned(std::uint64_t value, std::uint32_t width)
{
    return width == 8 || value >> (8 * width) == 0;
}

/// Not a column.
template <class T>
struct column_traits {
    static constexpr column_type type{};
};

template <>
struct column_traits<bool> {
    static constexpr column_type type{scalar::boolean, 1};
    static constexpr cell to(bool value) { return cell::of(std::int64_t{value}); }
    static constexpr bool from(cell const& value, bool& out)
    {
        if (value.kind != cell::tag::integer || value.bits > 1) return false;
        out = value.bits == 1;
        return true;
    }
};

template <plain_integer T>
    requires std::is_signed_v<T>
struct column_traits<T> {
    static constexpr column_type type{scalar::integer, width_of<T>};
    static constexpr cell to(T value) { return cell::of(static_cast<std::int64_t>(value)); }
    static constexpr bool from(cell const& value, T& out)
    {
        if (value.kind != cell::tag::integer) return false;
        if (!fits_signed(value.as_integer(), width_of<T>)) return false;
        out = static_cast<T>(value.as_integer());
        return true;
    }
};

template <plain_integer T>
    requires std::is_unsigned_v<T>
struct column_traits<T> {
    static constexpr column_type type{scalar::natural, width_of<T>};
    static constexpr cell to(T value) { return cell::of(static_cast<std::uint64_t>(value)); }
    static constexpr bool from(cell const& value, T& out)
    {
        if (value.kind != cell::tag::natural) return false;
        if (!fits_unsigned(value.bits, width_of<T>)) return false;
        out = static_cast<T>(value.bits);
        return true;
    }
};

template <fixed_enum T>
struct column_traits<T> {
    using underlying = std::conditional_t<
        std::same_as<std::underlying_type_t<T>, bool>, unsigned char, std::underlying_type_t<T>>;
    using base = column_traits<underlying>;
    static constexpr column_type type = base::type;
    static constexpr cell to(T value) { return base::to(static_cast<underlying>(value)); }
    static constexpr bool from(cell const& value, T& out)
    {
        underlying number{};
        if (!base::from(value, number)) return false;
        if (std::same_as<std::underlying_type_t<T>, bool> && number > 1) return false;
        out = static_cast<T>(number);
        return true;
    }
};

template <>
struct column_traits<double> {
    static constexpr column_type type{scalar::real, 8};
    static constexpr cell to(double value) { return cell::of(value); }
    static constexpr bool from(cell const& value, double& out)
    {
        auto const number = value.as_real();
        if (value.kind != cell::tag::real || number != number) return false;
        out = number;
        return true;
    }
};

template <>
struct column_traits<float> {
    static constexpr column_type type{scalar::real, 4};
    static constexpr cell to(float value) { return cell::of(static_cast<double>(value)); }
    static constexpr bool from(cell const& value, float& out)
    {
        double number{};
        if (!column_traits<double>::from(value, number)) return false;
        using limits = std::numeric_limits<float>;
        bool const infinite = number - number != 0.0;
        bool const in_range = number >= -double{limits::max()} && number <= double{limits::max()};
        if (!infinite && !in_range) return false;
        auto const narrow = static_cast<float>(number);
        if (static_cast<double>(narrow) != number) return false; // no float was stored here
        out = narrow;
        return true;
    }
};

template <class Allocator>
struct column_traits<std::basic_string<char, std::char_traits<char>, Allocator>> {
    using text = std::basic_string<char, std::char_traits<char>, Allocator>;
    static constexpr column_type type{scalar::text, 0};
    static cell to(text const& value) { return cell::of(std::string_view{value}); }
    static bool from(cell const& value, text& out)
    {
        if (value.kind != cell::tag::text) return false;
        out.assign(value.data, value.size);
        return true;
    }
};

template <byte_like Byte, class Allocator>
struct column_traits<std::vector<Byte, Allocator>> {
    static constexpr column_type type{scalar::bytes, 0};
    static cell to(std::vector<Byte, Allocator> const& value)
    {
        return cell::of_bytes(std::as_bytes(std::span{value}));
    }
    static bool from(cell const& value, std::vector<Byte, Allocator>& out)
    {
        if (value.kind != cell::tag::bytes) return false;
        auto const* const first = reinterpret_cast<Byte const*>(value.data);
        out.assign(first, first + value.size);
        return true;
    }
};

template <byte_like Byte, std::size_t N>
    requires(N > 0 && N <= std::numeric_limits<std::uint32_t>::max())
struct column_traits<std::array<Byte, N>> {
    static constexpr column_type type{scalar::bytes, static_cast<std::uint32_t>(N)};
    static cell to(std::array<Byte, N> const& value)
    {
        return cell::of_bytes(std::as_bytes(std::span{value}));
    }
    static bool from(cell const& value, std::array<Byte, N>& out)
    {
        if (value.kind != cell::tag::bytes || value.size != N) return false;
        auto const* const first = reinterpret_cast<Byte const*>(value.data);
        for (std::size_t i = 0; i < N; ++i) out[i] = first[i];
        return true;
    }
};

template <stored_ticks Ticks, class Period>
struct column_traits<std::chrono::duration<Ticks, Period>> {
    using base = column_traits<Ticks>;
    static constexpr column_type type = base::type;
    static constexpr cell to(std::chrono::duration<Ticks, Period> value)
    {
        return base::to(value.count());
    }
    static constexpr bool from(cell const& value, std::chrono::duration<Ticks, Period>& out)
    {
        Ticks count{};
        if (!base::from(value, count)) return false;
        out = std::chrono::duration<Ticks, Period>{count};
        return true;
    }
};

// A steady clock starts anew with the machine, so its times are not stored.
template <class Clock>
concept steady = requires
{
    requires Clock::is_steady;
};

template <class Clock, class Duration>
    requires(!steady<Clock> && column_traits<Duration>::type.kind != scalar::none)
struct column_traits<std::chrono::time_point<Clock, Duration>> {
    using time = std::chrono::time_point<Clock, Duration>;
    using base = column_traits<Duration>;
    static constexpr column_type type = base::type;
    static constexpr cell to(time value) { return base::to(value.time_since_epoch()); }
    static constexpr bool from(cell const& value, time& out)
    {
        Duration since{};
        if (!base::from(value, since)) return false;
        out = time{since};
        return true;
    }
};

template <class T>
    requires(column_traits<T>::type.kind != scalar::none && !column_traits<T>::type.nullable)
struct column_traits<std::optional<T>> {
    using base = column_traits<T>;
    static constexpr column_type type{base::type.kind, base::type.width, true};
    static constexpr cell to(std::optional<T> const& value)
    {
        return value ? base::to(*value) : cell::null();
    }
    static constexpr bool from(cell const& value, std::optional<T>& out)
    {
        if (value.is_null()) {
            out.reset();
            return true;
        }
        if (!out) out.emplace();
        return base::from(value, *out);
    }
};

} // namespace detail

/// The type of the column that a member of type `T` has; `scalar::none` if it can have none.
template <class T>
inline constexpr column_type column_type_of = detail::column_traits<T>::type;

/// A type that can be a column, and with it part of an index.
template <class T>
concept column_value = column_type_of<T>
.kind != scalar::none;

/// The value as a cell, which points into `value` if that is text or bytes.
template <column_value T>
constexpr cell to_cell(T const& value)
{
    return detail::column_traits<T>::to(value);
}

/// Reads a cell back. False, with `out` valid but unspecified, if the cell is not of the kind that
/// `to_cell` makes, its number is out of range, or a fixed-size array has another length.
template <column_value T>
[[nodiscard]] constexpr bool from_cell(cell const& value, T& out)
{
    return detail::column_traits<T>::from(value, out);
}

} // namespace cairn::inline v0
