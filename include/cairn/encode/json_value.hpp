// SPDX-License-Identifier: BSL-1.0
// How single values look in JSON: numbers, texts, bytes, names of enums, moments.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/base/hex.hpp>
#include <cairn/describe/shape.hpp>
#include <cairn/encode/iso_time.hpp>
#include <cairn/encode/json_reader.hpp>
#include <cairn/encode/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace cairn::inline v0::detail {

template <class Number>
void append_number(std::string& out, Number value)
{
    char text[64];
    auto const end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(text, end);
}

/// The shortest digits that give the same value back; what is no number in JSON is a string.
template <std::floating_point Real>
void append_real(std::string& out, Real value)
{
    if (std::isnan(value))
        out += "\"NaN\"";
    else if (std::isinf(value))
        out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    else
        append_number(out, value);
}

inline void append_escaped(std::string& out, unsigned char c)
{
    constexpr auto marks = std::string_view{"\"\\\b\f\n\r\t"};
    constexpr auto names = std::string_view{"\"\\bfnrt"};
    auto const which = marks.find(static_cast<char>(c));
    if (which != marks.npos) {
        (out += '\\') += names[which];
        return;
    }
    out += "\\u00";
    (out += hex_digits[c >> 4]) += hex_digits[c & 15];
}

/// Whether a byte of UTF-8 stands for itself in a string.
constexpr bool is_plain(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != '\x7F';
}

/// Text that is UTF-8.
inline void append_string(std::string& out, std::string_view text)
{
    out += '"';
    auto const* plain = text.data(); // what is not appended yet
    auto const* const end = plain + text.size();
    for (auto const* at = plain; at != end; ++at) {
        if (is_plain(*at)) continue;
        out.append(plain, at);
        append_escaped(out, static_cast<unsigned char>(*at));
        plain = at + 1;
    }
    out.append(plain, end) += '"';
}

inline std::span<std::byte const> bytes_of(void const* data, std::size_t size)
{
    return {static_cast<std::byte const*>(data), size};
}

inline void append_bytes(std::string& out, std::span<std::byte const> bytes)
{
    ((out += "\"0x") += to_hex(bytes)) += '"';
}

/// Text as a string, or, if it is not UTF-8, as `{"hex":"0x.."}`.
inline void append_text(std::string& out, std::string_view text)
{
    if (is_utf8(text)) return append_string(out, text);
    append_bytes(out += "{\"hex\":", bytes_of(text.data(), text.size()));
    out += '}';
}

inline void append_enumerator(
    std::string& out, array_view<enumerator_shape> names, std::int64_t value, bool is_signed)
{
    for (auto const& each : names)
        if (each.value == value) return append_string(out, each.name);
    if (is_signed)
        append_number(out, value);
    else
        append_number(out, static_cast<std::uint64_t>(value));
}

template <class Period>
void append_moment(std::string& out, std::int64_t ticks)
{
    constexpr auto digits = fraction_digits<Period>();
    if constexpr (digits >= 0)
        if (auto const time = split_ticks<Period>(ticks))
            return append_string(out, iso_text(*time, digits));
    append_number(out, ticks);
}

template <std::integral Integer>
Integer parse_integer(json_reader& in)
{
    auto const text = in.number();
    auto value = Integer{};
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc::result_out_of_range) in.fail("a number is out of range");
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size())
        in.fail("expected an integer");
    return value;
}

/// The real number that was written as a string, or nothing.
template <std::floating_point Real>
std::optional<Real> real_by_name(std::string_view name)
{
    using limits = std::numeric_limits<Real>;
    if (name == "NaN") return limits::quiet_NaN();
    if (name == "Infinity") return limits::infinity();
    if (name == "-Infinity") return -limits::infinity();
    return std::nullopt;
}

template <std::floating_point Real>
Real parse_real(json_reader& in)
{
    if (in.peek() == '"') {
        auto name = std::string{};
        in.string(name);
        if (auto const value = real_by_name<Real>(name)) return *value;
        in.fail("expected a number");
    }
    auto const text = in.number();
    auto value = Real{};
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{}) in.fail("a number is out of range");
    return value;
}

inline bool parse_boolean(json_reader& in)
{
    if (in.take_word("true")) return true;
    if (!in.take_word("false")) in.fail("expected true or false");
    return false;
}

inline std::vector<std::byte> parse_bytes(json_reader& in)
{
    auto text = std::string{};
    in.string(text);
    auto const digits = std::string_view{text};
    if (digits.substr(0, 2) != "0x") in.fail("bytes are a string that begins with 0x");
    auto bytes = from_hex(digits.substr(2));
    if (!bytes) in.fail("bytes are pairs of hex digits");
    return *std::move(bytes);
}

inline void parse_text(json_reader& in, std::string& out)
{
    if (in.peek() == '"') return in.string(out);
    auto first = true;
    auto name = std::string{};
    in.open('{');
    if (!in.next('}', first)) in.fail("expected a text");
    in.name(name);
    if (name != "hex") in.fail("expected a text");
    auto const bytes = parse_bytes(in);
    if (in.next('}', first)) in.fail("expected the end of a text");
    out.assign(reinterpret_cast<char const*>(bytes.data()), bytes.size());
}

/// The value of an enum by its name; nothing if it is written as a number.
inline std::optional<std::int64_t> parse_enumerator(
    json_reader& in, array_view<enumerator_shape> names)
{
    if (in.peek() != '"') return std::nullopt;
    auto name = std::string{};
    in.string(name);
    for (auto const& each : names)
        if (each.name == name) return each.value;
    in.fail("the enum has no value of this name");
}

template <class Period>
std::int64_t parse_moment(json_reader& in)
{
    if (in.peek() != '"') return parse_integer<std::int64_t>(in);
    auto text = std::string{};
    in.string(text);
    auto const time = parse_iso(text);
    if (!time) in.fail("a time is written 2026-11-20T15:03:24.123456789Z");
    if constexpr (fraction_digits<Period>() >= 0)
        if (auto const ticks = join_ticks<Period>(*time)) return *ticks;
    in.fail("the time is not one that its type can hold");
}

/// Goes to the next element of an array that must have one.
inline void require_next(json_reader& in, bool& first)
{
    if (!in.next(']', first)) in.fail("an array has too few elements");
}

inline void require_end(json_reader& in, bool& first)
{
    if (in.next(']', first)) in.fail("an array has too many elements");
}

inline void require_name(json_reader& in, std::string_view wanted, bool& first)
{
    auto name = std::string{};
    auto const more = in.next('}', first);
    if (more) in.name(name);
    if (!more || name != wanted) in.fail("a variant is written {\"index\":0,\"value\":...}");
}

/// What an unordered container holds, in an order that does not depend on the machine.
inline void append_sorted(std::string& out, std::vector<std::string>& entries)
{
    std::sort(entries.begin(), entries.end());
    auto between = "";
    for (auto const& entry : entries) {
        (out += between) += entry;
        between = ",";
    }
}

} // namespace cairn::inline v0::detail
