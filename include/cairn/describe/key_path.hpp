// SPDX-License-Identifier: BSL-1.0
// Keys as paths that people read and type: printing, masking, parsing back.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/base/hex.hpp>
#include <cairn/describe/column.hpp>
#include <cairn/describe/key_schema.hpp>
#include <cairn/describe/shape.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// Cells that own what they point to. It can be moved, not copied.
class owned_cells {
public:
    owned_cells() { texts_.reserve(max_index_columns); }
    owned_cells(owned_cells&&) = default;
    owned_cells& operator=(owned_cells&&) = default;

    [[nodiscard]] cells view() const { return cells_; }

    /// Adds a number or null.
    void add(cell value) { cells_.push_back(value); }
    /// Adds text or bytes; at most `max_index_columns` times.
    void add(cell::tag kind, std::string text)
    {
        auto const& kept = texts_.emplace_back(std::move(text)); // never moves: see `reserve`
        cells_.push_back({kind, 0, kept.data(), kept.size()});
    }

private:
    std::vector<std::string> texts_{};
    std::vector<cell> cells_{};
};

namespace detail {

inline void append_percent(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    auto const* kept = text.data(); // what is not appended yet
    auto const* const end = kept + text.size();
    for (auto const* at = kept; at != end; ++at) {
        if (unreserved(*at)) continue;
        auto const byte = static_cast<unsigned char>(*at);
        out.append(kept, at);
        out.push_back('%');
        out.push_back(digits[byte / 16]);
        out.push_back(digits[byte % 16]);
        kept = at + 1;
    }
    out.append(kept, end);
}

inline std::string_view name_of_value(shape const& s, std::size_t member, cell const& value)
{
    for (auto const& named : s.enumerators(member)) {
        if (named.value == value.as_integer()) return named.name;
    }
    return {};
}

inline void append_number(std::string& out, shape const& s, std::size_t member, cell const& value)
{
    if (s.members[member].type.kind == scalar::boolean) {
        out.append(value.bits != 0 ? "true" : "false");
        return;
    }
    auto const name = name_of_value(s, member, value);
    if (!name.empty()) return append_percent(out, name);
    out.append(
        value.kind == cell::tag::integer ? std::to_string(value.as_integer())
                                         : std::to_string(value.as_natural()));
}

inline void append_field(std::string& out, shape const& s, std::size_t member, cell const& value)
{
    switch (value.kind) {
    case cell::tag::null: break;
    case cell::tag::integer:
    case cell::tag::natural: append_number(out, s, member, value); break;
    case cell::tag::real: out.append(std::to_string(value.as_real())); break; // not in keys
    case cell::tag::text: append_percent(out, value.as_text()); break;
    case cell::tag::bytes: out.append(to_hex(value.as_bytes())); break;
    }
}

inline std::string print_key(shape const& s, cells key, bool mask)
{
    auto out = std::string{s.key.literals[0]};
    for (std::size_t i = 0; i < key.size() && i < s.key.size; ++i) {
        auto const member = s.key.members[i];
        if (mask && s.members[member].secret)
            out.append("***");
        else
            append_field(out, s, member, key[i]);
        out.append(s.key.literals[i + 1]);
    }
    return out;
}

/// Reads a path from the left, and knows where it is for the message.
class path_reader {
public:
    path_reader(shape const& s, std::string_view path) : shape_{s}, path_{path} {}

    owned_cells read()
    {
        literal(shape_.key.literals[0]);
        for (std::size_t i = 0; i < shape_.key.size; ++i) {
            auto const& end = shape_.key.literals[i + 1];
            field(shape_.key.members[i], i + 1 == shape_.key.size ? last_field(end) : next_field());
            literal(end);
        }
        if (at_ != path_.size()) fail("the path goes on behind the end of the key schema");
        return std::move(result_);
    }

    [[noreturn]] void fail(std::string_view what) const
    {
        auto message = std::string{what};
        message.append(", at character ").append(std::to_string(at_ + 1));
        message.append(" of the path; the key schema is '").append(shape_.key.text).append("'");
        throw invalid_argument{
            {.message = std::move(message),
             .model = std::string{shape_.name},
             .index = std::string{field_}}};
    }

private:
    void literal(std::string_view expected)
    {
        if (!path_.substr(at_).starts_with(expected)) {
            fail(std::string{"'"}.append(expected).append("' is missing"));
        }
        at_ += expected.size();
    }

    [[nodiscard]] std::string_view next_field() const
    {
        auto end = at_;
        while (end < path_.size() && (unreserved(path_[end]) || path_[end] == '%')) ++end;
        return path_.substr(at_, end - at_);
    }

    [[nodiscard]] std::string_view last_field(std::string_view end) const
    {
        auto const rest = path_.substr(at_);
        return rest.ends_with(end) ? rest.substr(0, rest.size() - end.size()) : next_field();
    }

    void field(std::size_t member, std::string_view text)
    {
        auto const& m = shape_.members[member];
        field_ = m.name;
        switch (m.type.kind) {
        case scalar::boolean: boolean(text); break;
        case scalar::integer:
        case scalar::natural: number(member, text); break;
        case scalar::bytes: bytes(m.type.width, text); break;
        default: result_.add(cell::tag::text, decode(text)); break;
        }
        at_ += text.size();
        field_ = {};
    }

    void boolean(std::string_view text)
    {
        if (text != "true" && text != "false") fail("neither true nor false");
        result_.add(cell::of(std::int64_t{text == "true"}));
    }

    void number(std::size_t member, std::string_view text)
    {
        auto const type = shape_.members[member].type;
        auto const names = shape_.enumerators(member);
        auto const word = names.empty() ? std::string{text} : decode(text);
        for (auto const& named : names) {
            if (named.name == word) return result_.add(of_value(type, named.value));
        }
        if (type.kind == scalar::integer)
            integer(type.width, text, !names.empty());
        else
            natural(type.width, text, !names.empty());
    }

    static cell of_value(column_type type, std::int64_t value)
    {
        return type.kind == scalar::integer ? cell::of(value)
                                            : cell::of(static_cast<std::uint64_t>(value));
    }

    void integer(std::uint32_t width, std::string_view text, bool has_names)
    {
        auto const value = decimal<std::int64_t>(text, has_names);
        if (!fits_signed(value, width)) fail("the number is out of the range of the field");
        result_.add(cell::of(value));
    }

    void natural(std::uint32_t width, std::string_view text, bool has_names)
    {
        auto const value = decimal<std::uint64_t>(text, has_names);
        if (!fits_unsigned(value, width)) fail("the number is out of the range of the field");
        result_.add(cell::of(value));
    }

    template <class Number>
    [[nodiscard]] Number decimal(std::string_view text, bool has_names) const
    {
        Number value{};
        auto const end = text.data() + text.size();
        auto const [stop, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc::result_out_of_range && stop == end) {
            fail("the number is out of the range of the field");
        }
        if (error != std::errc{} || stop != end) {
            fail(
                has_names ? "neither a declared name nor a decimal number"
                          : "not a decimal number");
        }
        return value;
    }

    void bytes(std::uint32_t width, std::string_view text)
    {
        auto const value = from_hex(text);
        if (!value) fail("not pairs of hex digits");
        if (width != 0 && value->size() != width) {
            fail(std::string{"not "}.append(std::to_string(2 * width)).append(" hex digits"));
        }
        result_.add(
            cell::tag::bytes,
            std::string{reinterpret_cast<char const*>(value->data()), value->size()});
    }

    /// The byte that the two hex digits at `at` stand for.
    [[nodiscard]] char encoded_byte(std::string_view text, std::size_t at) const
    {
        if (text.size() < at + 2) fail("a '%' without two hex digits");
        auto const high = digit(hex_value, text[at]);
        auto const low = digit(hex_value, text[at + 1]);
        if (high > 15 || low > 15) fail("a '%' without two hex digits");
        return static_cast<char>(high << 4 | low);
    }

    [[nodiscard]] std::string decode(std::string_view text) const
    {
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (unreserved(text[i])) {
                out.push_back(text[i]);
                continue;
            }
            if (text[i] != '%') fail("a character that must be written as % and two hex digits");
            out.push_back(encoded_byte(text, i + 1));
            i += 2;
        }
        return out;
    }

    shape const& shape_;
    std::string_view path_;
    std::size_t at_ = 0;
    std::string_view field_{}; ///< the member being read
    owned_cells result_{};
};

} // namespace detail

/// A key as its path, `***` in place of secret fields; leading fields alone give the beginning of a
/// path.
///
/// Integers are decimal, times and durations a decimal count of their unit, bytes hex, enums their
/// declared name or else a number; in all else any character but letters, digits and . _ ~ - is
/// percent-encoded.
[[nodiscard]] inline std::string key_path(shape const& s, cells key)
{
    return detail::print_key(s, key, true);
}

/// The same with everything in clear: not for messages and logs.
///
/// @guarantee Two keys never have the same path, and `parse_key_path` gives the key back.
[[nodiscard]] inline std::string key_path_with_secrets(shape const& s, cells key)
{
    return detail::print_key(s, key, false);
}

/// The key that `path` stands for. Every key has one path; other spellings of it are refused.
///
/// @errors `invalid_argument`, naming the place, the member and what is expected there.
[[nodiscard]] inline owned_cells parse_key_path(shape const& s, std::string_view path)
{
    auto reader = detail::path_reader{s, path};
    auto key = reader.read();
    if (key_path_with_secrets(s, key.view()) != path) {
        throw invalid_argument{
            {.message = "this is not how the path of a key is written: leading zeros, capital hex "
                        "digits or needless percent signs; the path is '"
                 + key_path(s, key.view()) + "'",
             .model = std::string{s.name}}};
    }
    return key;
}

} // namespace cairn::inline v0
