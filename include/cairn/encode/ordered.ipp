// SPDX-License-Identifier: BSL-1.0
// The ordered encoding: its bytes.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/encode/ordered.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace cairn::inline v0 {

namespace detail {

[[noreturn]] inline void refuse_ordered(char const* reason)
{
    throw invalid_argument{error_details{.message = reason}};
}

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

inline void append_big_endian(std::string& out, std::uint64_t value, std::uint32_t width)
{
    char raw[8];
    for (std::uint32_t i = 0; i < width; ++i)
        raw[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * (width - 1 - i))));
    out.append(raw, width);
}

inline void append_ordered_integer(std::string& out, cell const& value, std::uint32_t width)
{
    auto const shift = 64 - 8 * width;
    auto const moved = value.bits << shift;
    if ((static_cast<std::int64_t>(moved) >> shift) != value.as_integer())
        refuse_ordered("an integer does not fit the width of its column");
    append_big_endian(out, (moved ^ sign_bit) >> shift, width);
}

inline void append_ordered_natural(std::string& out, cell const& value, std::uint32_t width)
{
    if (width < 8 && (value.bits >> (8 * width)) != 0)
        refuse_ordered("a natural number does not fit the width of its column");
    append_big_endian(out, value.bits, width);
}

inline void append_ordered_real(std::string& out, cell const& value)
{
    auto const number = value.as_real();
    if (std::isnan(number)) refuse_ordered("NaN has no place in an order");
    auto const bits = number == 0.0 ? 0 : value.bits;
    append_big_endian(out, (bits & sign_bit) != 0 ? ~bits : bits | sign_bit, 8);
}

inline void append_ordered_boolean(std::string& out, cell const& value)
{
    if (value.bits > 1) refuse_ordered("a boolean is 0 or 1");
    out.push_back(static_cast<char>(value.bits));
}

inline void append_ordered_varying(std::string& out, std::string_view value)
{
    using namespace std::string_view_literals;
    for (auto nul = value.find('\0'); nul != value.npos; nul = value.find('\0')) {
        out.append(value.substr(0, nul)).append("\0\xFF"sv);
        value.remove_prefix(nul + 1);
    }
    out.append(value).append("\0\1"sv);
}

inline void append_ordered_fixed(std::string& out, cell const& value, std::uint32_t width)
{
    if (value.size != width) refuse_ordered("a byte array does not have the length of its column");
    out.append(value.data, value.size);
}

constexpr bool is_integer_width(std::uint32_t width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

inline void append_ordered_value(std::string& out, cell const& value, column_type type)
{
    if (value.kind != tag_of(type.kind)) refuse_ordered("a value is not of its column's type");
    switch (type.kind) {
    case scalar::boolean: return append_ordered_boolean(out, value);
    case scalar::integer: return append_ordered_integer(out, value, type.width);
    case scalar::natural: return append_ordered_natural(out, value, type.width);
    case scalar::real: return append_ordered_real(out, value);
    case scalar::text: return append_ordered_varying(out, value.as_text());
    case scalar::bytes:
        if (type.width != 0) return append_ordered_fixed(out, value, type.width);
        return append_ordered_varying(out, value.as_text());
    case scalar::none: break;
    }
    refuse_ordered("a member that is no column has no order");
}

inline std::string_view take_ordered(std::string_view& in, std::size_t count)
{
    if (in.size() < count) refuse_ordered("an encoded value ends too early");
    auto const taken = in.substr(0, count);
    in.remove_prefix(count);
    return taken;
}

inline std::uint64_t take_big_endian(std::string_view& in, std::uint32_t width)
{
    auto value = std::uint64_t{0};
    for (char const c : take_ordered(in, width)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

inline cell take_ordered_integer(std::string_view& in, std::uint32_t width)
{
    auto const shift = 64 - 8 * width;
    auto const moved = (take_big_endian(in, width) << shift) ^ sign_bit;
    return cell::of(static_cast<std::int64_t>(moved) >> shift);
}

inline cell take_ordered_boolean(std::string_view& in)
{
    auto const value = take_big_endian(in, 1);
    if (value > 1) refuse_ordered("an encoded boolean is neither 0 nor 1");
    return cell::of(static_cast<std::int64_t>(value));
}

inline cell take_ordered_real(std::string_view& in)
{
    auto const raw = take_big_endian(in, 8);
    auto const bits = (raw & sign_bit) != 0 ? raw ^ sign_bit : ~raw;
    auto const number = std::bit_cast<double>(bits);
    if (std::isnan(number) || bits == sign_bit) refuse_ordered("an encoded real is not canonical");
    return cell::of(number);
}

/// The text before the end mark; a view of the input if nothing in it was escaped.
inline std::string_view take_ordered_varying(std::string_view& in, std::string& scratch)
{
    auto const start = scratch.size();
    for (auto const whole = in;;) {
        auto const nul = in.find('\0');
        if (nul == in.npos || nul + 1 == in.size()) refuse_ordered("an encoded text has no end");
        auto const part = in.substr(0, nul);
        auto const mark = in[nul + 1];
        in.remove_prefix(nul + 2);
        if (mark == '\1' && scratch.size() == start) return part;
        if (mark != '\1' && mark != '\xFF') refuse_ordered("an encoded text has a stray NUL");
        if (scratch.size() == start) scratch.reserve(start + whole.size());
        scratch.append(part);
        if (mark == '\1') return std::string_view{scratch}.substr(start);
        scratch.push_back('\0');
    }
}

inline cell text_or_bytes(std::string_view value, scalar kind)
{
    return {tag_of(kind), 0, value.data(), value.size()};
}

inline cell take_ordered_value(std::string_view& in, column_type type, std::string& scratch)
{
    switch (type.kind) {
    case scalar::boolean: return take_ordered_boolean(in);
    case scalar::integer: return take_ordered_integer(in, type.width);
    case scalar::natural: return cell::of(take_big_endian(in, type.width));
    case scalar::real: return take_ordered_real(in);
    case scalar::text: return text_or_bytes(take_ordered_varying(in, scratch), type.kind);
    case scalar::bytes:
        if (type.width != 0) return text_or_bytes(take_ordered(in, type.width), type.kind);
        return text_or_bytes(take_ordered_varying(in, scratch), type.kind);
    case scalar::none: break;
    }
    refuse_ordered("a member that is no column has no order");
}

inline void require_integer_width(column_type type)
{
    auto const integral = type.kind == scalar::integer || type.kind == scalar::natural;
    if (integral && !is_integer_width(type.width)) refuse_ordered("an integer column has no width");
}

} // namespace detail

CAIRN_INLINE void append_ordered(std::string& out, cell const& value, column_type type)
{
    detail::require_integer_width(type);
    if (!type.nullable) return detail::append_ordered_value(out, value, type);
    if (value.is_null()) return out.push_back('\0');
    auto const start = out.size();
    out.push_back('\1');
    try {
        detail::append_ordered_value(out, value, type);
    } catch (...) {
        out.resize(start);
        throw;
    }
}

CAIRN_INLINE cell read_ordered(std::string_view& in, column_type type, std::string& scratch)
{
    detail::require_integer_width(type);
    if (!type.nullable) return detail::take_ordered_value(in, type, scratch);
    auto const mark = detail::take_big_endian(in, 1);
    if (mark > 1) detail::refuse_ordered("an encoded optional is neither null nor a value");
    return mark == 0 ? cell::null() : detail::take_ordered_value(in, type, scratch);
}

} // namespace cairn::inline v0
