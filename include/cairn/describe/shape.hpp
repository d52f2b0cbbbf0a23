// SPDX-License-Identifier: BSL-1.0
// A model's description as plain data, so that most of the library is not a template.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/cell.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cairn::inline v0 {

/// The most columns that a key, an index or a unique may have.
inline constexpr std::size_t max_index_columns = 8;

/// One member of a model.
struct member_shape {
    std::string_view name;
    column_type type{};  ///< `scalar::none` if it can only live in the body
    bool column = false; ///< has a column of its own: key, indexed, unique, or `column<...>`
    bool key = false;    ///< part of the key
    bool secret = false; ///< never shown in an error, a log or a path
    std::string_view type_text{}; ///< the whole type in words, e.g. "vector<optional<u32>>"
};

/// An index or a unique, as ordinals of members.
struct index_shape {
    std::string_view name;
    bool unique = false;
    std::uint8_t size = 0;
    std::array<std::uint8_t, max_index_columns> members{};

    [[nodiscard]] constexpr array_view<std::uint8_t> columns() const
    {
        return {members.data(), size};
    }
};

/// A key schema: literal 0, field 0, literal 1, field 1, ..., literal n.
struct key_shape {
    std::string_view text; ///< as written in the descriptor
    std::uint8_t size = 0; ///< number of fields; 0 for a singleton
    std::array<std::uint8_t, max_index_columns> members{};
    std::array<std::string_view, max_index_columns + 1> literals{};
    bool is_sequence = false; ///< one signed integer: the key is the rowid, and the order of ties

    [[nodiscard]] constexpr array_view<std::uint8_t> columns() const
    {
        return {members.data(), size};
    }
};

/// One permitted change of a lifecycle member; the values are those of the enum's underlying type.
struct transition_shape {
    std::int64_t from;
    std::int64_t to;
};

/// A name declared for a value of an enum.
struct enumerator_shape {
    std::int64_t value;
    std::string_view name;
};

/// Everything that the descriptor of one model says.
struct shape {
    std::string_view name;
    std::uint32_t version = 1;
    array_view<member_shape> members; ///< in the order of declaration
    array_view<index_shape> indexes;  ///< indexes and uniques in the order of the descriptor
    key_shape key;
    array_view<std::uint8_t> columns; ///< ordinals of members with a column, ascending
    int lifecycle = -1;               ///< ordinal of the lifecycle member, or -1
    array_view<transition_shape> transitions;
    /// Names declared for the enum of member `m` (empty: none, it prints as a number).
    array_view<enumerator_shape> (*enumerators)(std::size_t member) = nullptr;
};

} // namespace cairn::inline v0
