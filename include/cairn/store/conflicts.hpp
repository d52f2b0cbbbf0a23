// SPDX-License-Identifier: BSL-1.0
// What the verbs say about one record, and how they ask who holds a unique value.
#pragma once

#include <cairn/backend/seam.hpp>
#include <cairn/base/array_view.hpp>
#include <cairn/base/config.hpp>

namespace cairn::inline v0::detail {

/// Where in an array of all columns, in column order, the column of member `m` stands.
constexpr std::size_t column_position(shape const& s, std::uint8_t m)
{
    auto column = std::size_t{0};
    while (s.columns[column] != m) ++column;
    return column;
}

/// Details of an error about one record.
error_details about(shape const& s, cells key, char const* message);

/// The question that finds the records with the same values in one unique; false if one of the
/// values is null, which conflicts with nothing.
bool ask_for_equals(question& q, shape const& s, std::size_t index, array_view<cell> columns);

[[noreturn]] void refuse_absent(shape const& s, cells key);
[[noreturn]] void refuse_transition(shape const& s, cells key);
[[noreturn]] void refuse_changed_key(shape const& s, cells key);
[[noreturn]] void refuse_taken_key(shape const& s, cells key);
[[noreturn]] void refuse_taken_unique(shape const& s, cells key, std::size_t index);
[[noreturn]] void refuse_without_reason(shape const& s, cells key);

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/conflicts.ipp>
#endif
