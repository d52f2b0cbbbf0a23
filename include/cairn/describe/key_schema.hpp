// SPDX-License-Identifier: BSL-1.0
// The text of a key schema, taken apart into literals and field names.
#pragma once

#include <cairn/describe/shape.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace cairn::inline v0::detail {

enum class key_text_fault : unsigned char { none, empty, braces, nameless, too_many };

/// Literal 0, field 0, literal 1, ..., literal `size`.
struct key_text {
    key_text_fault fault = key_text_fault::none;
    std::size_t size = 0;
    std::array<std::string_view, max_index_columns> fields{};
    std::array<std::string_view, max_index_columns + 1> literals{};
};

/// Whether a character stands for itself in a field of a key path.
constexpr bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
        || c == '_' || c == '~' || c == '-';
}

/// The first place of a character from `from` on, or `npos`. `std::string_view::find` compares a
/// pointer with null, which g++ with -fsanitize=undefined does not take for a constant.
constexpr std::size_t place_of(char wanted, std::string_view text, std::size_t from = 0)
{
    while (from < text.size() && text[from] != wanted) ++from;
    return from < text.size() ? from : text.npos;
}

constexpr key_text parse_key_text(std::string_view text)
{
    key_text out;
    if (text.empty()) return {.fault = key_text_fault::empty};
    while (true) {
        auto const open = place_of('{', text);
        auto const literal = text.substr(0, open);
        if (place_of('}', literal) != literal.npos) return {.fault = key_text_fault::braces};
        out.literals[out.size] = literal;
        if (open == text.npos) return out;
        if (out.size == max_index_columns) return {.fault = key_text_fault::too_many};
        auto const close = place_of('}', text, open);
        if (close == text.npos) return {.fault = key_text_fault::braces};
        auto const field = text.substr(open + 1, close - open - 1);
        if (place_of('{', field) != field.npos) return {.fault = key_text_fault::braces};
        if (field.empty()) return {.fault = key_text_fault::nameless};
        out.fields[out.size++] = field;
        text.remove_prefix(close + 1);
    }
}

/// Whether a path shows where the field before `literal` ends.
constexpr bool separates(std::string_view literal)
{
    return !literal.empty() && !unreserved(literal.front()) && literal.front() != '%';
}

} // namespace cairn::inline v0::detail
