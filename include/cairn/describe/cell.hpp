// SPDX-License-Identifier: BSL-1.0
// One value of a column, without its C++ type: what keys, bounds and SQL columns are made of.
#pragma once

#include <cairn/base/array_view.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cairn::inline v0 {

/// The storage classes that a column can have; `none` is a value that lives only in the body.
enum class scalar : std::uint8_t { none, boolean, integer, natural, real, text, bytes };

/// The type of a column, as data.
///
/// `width` is the number of bytes of an integer, natural or real (1, 2, 4, 8); for `bytes` it is
/// the length of a fixed-size array, 0 if the length varies.
struct column_type {
    scalar kind = scalar::none;
    std::uint32_t width = 0;
    bool nullable = false;

    constexpr bool operator==(column_type const&) const = default;
};

/// A view of one column value. It owns nothing: text and bytes point into the record, the
/// argument or the statement they came from.
struct cell {
    enum class tag : std::uint8_t { null, integer, natural, real, text, bytes };

    tag kind = tag::null;
    std::uint64_t bits = 0;     ///< integer (two's complement), natural, or the bits of a real
    char const* data = nullptr; ///< text and bytes
    std::size_t size = 0;

    static constexpr cell null() { return {}; }
    static constexpr cell of(std::int64_t value)
    {
        return {tag::integer, static_cast<std::uint64_t>(value), nullptr, 0};
    }
    static constexpr cell of(std::uint64_t value) { return {tag::natural, value, nullptr, 0}; }
    /// -0.0 becomes +0.0; the caller has refused NaN.
    static constexpr cell of(double value)
    {
        return {tag::real, std::bit_cast<std::uint64_t>(value == 0.0 ? 0.0 : value), nullptr, 0};
    }
    static constexpr cell of(std::string_view value)
    {
        return {tag::text, 0, value.data(), value.size()};
    }
    static cell of_bytes(array_view<std::byte> value)
    {
        return {tag::bytes, 0, reinterpret_cast<char const*>(value.data()), value.size()};
    }

    [[nodiscard]] constexpr bool is_null() const { return kind == tag::null; }
    [[nodiscard]] constexpr std::int64_t as_integer() const
    {
        return static_cast<std::int64_t>(bits);
    }
    [[nodiscard]] constexpr std::uint64_t as_natural() const { return bits; }
    [[nodiscard]] constexpr double as_real() const { return std::bit_cast<double>(bits); }
    [[nodiscard]] constexpr std::string_view as_text() const { return {data, size}; }
    [[nodiscard]] array_view<std::byte> as_bytes() const
    {
        return {reinterpret_cast<std::byte const*>(data), size};
    }

    /// Equal kind and value.
    friend constexpr bool operator==(cell const& a, cell const& b)
    {
        return a.kind == b.kind && a.bits == b.bits
            && std::string_view{a.data, a.size} == std::string_view{b.data, b.size};
    }
};

/// A key, or the leading part of one, as its fields in the order of the key schema.
/// Booleans, signed integers, enums over signed types, durations and time points are `integer`
/// cells; unsigned integers and enums over unsigned types are `natural` cells.
using cells = array_view<cell>;

} // namespace cairn::inline v0
