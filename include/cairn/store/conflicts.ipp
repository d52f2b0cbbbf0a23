// SPDX-License-Identifier: BSL-1.0
// What the verbs say about one record.
#pragma once

#include <cairn/describe/key_path.hpp>
#include <cairn/encode/ordered.hpp>
#include <cairn/store/conflicts.hpp>

namespace cairn::inline v0::detail {

CAIRN_INLINE error_details about(shape const& s, cells key, char const* message)
{
    return {.message = message, .model = std::string{s.name}, .key = key_path(s, key)};
}

CAIRN_INLINE bool ask_for_equals(
    question& q, shape const& s, std::size_t index, array_view<cell> columns)
{
    auto const& unique = s.indexes[index];
    q = {.order = ordering::index, .index = static_cast<std::uint8_t>(index)};
    q.equal_columns = unique.size;
    for (auto const m : unique.columns()) {
        auto const& value = columns[column_position(s, m)];
        if (value.is_null()) return false;
        append_ordered(q.equal, value, s.members[m].type);
    }
    return true;
}

CAIRN_INLINE void refuse_absent(shape const& s, cells key)
{
    raise(errc::not_found, about(s, key, "there is no such record"));
}

CAIRN_INLINE void refuse_transition(shape const& s, cells key)
{
    auto details = about(s, key, "its lifecycle does not have this change");
    details.index = s.members[static_cast<std::size_t>(s.lifecycle)].name;
    raise(errc::invalid_transition, std::move(details));
}

CAIRN_INLINE void refuse_changed_key(shape const& s, cells key)
{
    raise(
        errc::invalid_argument,
        about(s, key, "an update may not change the key: erase the record and insert another"));
}

CAIRN_INLINE void refuse_taken_key(shape const& s, cells key)
{
    raise(errc::already_exists, about(s, key, "its key is taken"));
}

CAIRN_INLINE void refuse_taken_unique(shape const& s, cells key, std::size_t index)
{
    auto details = about(s, key, "another record has this unique value");
    details.index = s.indexes[index].name;
    raise(errc::unique_conflict, std::move(details));
}

CAIRN_INLINE void refuse_without_reason(shape const& s, cells key)
{
    raise(
        errc::corrupt_store,
        about(s, key, "refused as a duplicate, but no other record has its values"));
}

} // namespace cairn::inline v0::detail
