// SPDX-License-Identifier: BSL-1.0
// Writes values of every storable type in their layouts.
#pragma once

#include <cairn/encode/layout.hpp>
#include <cairn/encode/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// How types with cereal functions of their own are written and read; `<cairn/cereal.hpp>` makes
/// it known for them.
template <class T>
struct foreign_codec {
    static constexpr bool known = false;
};

template <class T>
void write_value(writer& out, T const& value);

template <class T, std::size_t... I>
void write_members(writer& out, T const& value, std::index_sequence<I...>)
{
    (write_value(out, get_member<I>(value)), ...);
}

template <class Tuple, std::size_t... I>
void write_elements(writer& out, Tuple const& value, std::index_sequence<I...>)
{
    (write_value(out, std::get<I>(value)), ...);
}

template <class T>
void write_array(writer& out, T const& value)
{
    if constexpr (block_element<element_of<T>>) {
        if constexpr (array_parts<T>::count != 0) out.bytes(std::data(value), sizeof value);
    } else {
        for (auto const& element : value) write_value(out, element);
    }
}

template <class T>
void write_variant(writer& out, T const& value)
{
    constexpr auto numbered = std::variant_size_v<T> < 256;
    static_assert(
        numbered,
        "cairn::descriptor: a variant in a record has at most 255 alternatives: group them in "
        "structs, or in variants of variants");
    if constexpr (numbered) {
        if (value.valueless_by_exception()) out.refuse_value("a variant has no value");
        out.number(static_cast<std::uint8_t>(value.index()));
        std::visit([&](auto const& alternative) { write_value(out, alternative); }, value);
    }
}

/// The elements of a contiguous container as one block.
template <class T>
void write_block(writer& out, T const& value)
{
    using item = typename T::value_type;
    if constexpr (sizeof(item) == 1) return out.text(value.data(), value.size());
    out.length(value.size(), sizeof(item));
    out.bytes(value.data(), value.size() * sizeof(item));
}

template <class T>
void write_entry(writer& out, typename T::value_type const& entry)
{
    if constexpr (layout_of<T> == layout::map) {
        write_value(out, entry.first);
        write_value(out, entry.second);
    } else {
        write_value(out, entry);
    }
}

template <class T>
void write_one_by_one(writer& out, T const& value)
{
    auto const level = deeper{out};
    out.length(value.size(), element_memory<T>());
    for (auto const& element : value) write_entry<T>(out, element);
}

template <class T>
void write_sorted(writer& out, T const& value)
{
    auto const level = deeper{out};
    out.length(value.size(), element_memory<T>());
    auto entries = sorted_entries{out, value.size()};
    for (auto const& element : value) {
        write_entry<T>(out, element);
        entries.end_one();
    }
    entries.sort();
}

template <class T>
void write_container(writer& out, T const& value)
{
    if constexpr (unordered<T>)
        write_sorted(out, value);
    else if constexpr (contiguous<T> && block_element<typename T::value_type>)
        write_block(out, value);
    else
        write_one_by_one(out, value);
}

template <class T>
void write_foreign(writer& out, T const& value)
{
    static_assert(
        foreign_codec<T>::known,
        "cairn::foreign: no cereal functions are known for a type of a member: include "
        "<cairn/cereal.hpp>, and give the type a serialize function, or save and load");
    if constexpr (foreign_codec<T>::known) foreign_codec<T>::write(out, value);
}

template <class T>
void write_optional(writer& out, T const& value)
{
    out.number(static_cast<std::uint8_t>(value ? 1 : 0));
    if (value) write_value(out, *value);
}

/// Writes `value` in the layout of its type.
template <class T>
void write_value(writer& out, T const& value)
{
    constexpr auto kind = layout_of<T>;
    static_assert(
        kind != layout::refused,
        "cairn::descriptor: a record cannot store this type: store integers, enums with an "
        "underlying type, bool, float, double, std::string, chrono types, and containers or "
        "structs of these");
    if constexpr (kind == layout::boolean)
        out.number(static_cast<std::uint8_t>(value ? 1 : 0));
    else if constexpr (kind == layout::number)
        out.number(value);
    else if constexpr (kind == layout::enumeration)
        write_value(out, static_cast<std::underlying_type_t<T>>(value));
    else if constexpr (kind == layout::duration)
        out.number(value.count());
    else if constexpr (kind == layout::moment)
        out.number(value.time_since_epoch().count());
    else if constexpr (kind == layout::text)
        out.text(value.data(), value.size());
    else if constexpr (kind == layout::array)
        write_array(out, value);
    else if constexpr (kind == layout::tuple)
        write_elements(out, value, std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (kind == layout::optional)
        write_optional(out, value);
    else if constexpr (kind == layout::variant)
        write_variant(out, value);
    else if constexpr (kind == layout::bits)
        write_one_by_one(out, value);
    else if constexpr (kind == layout::sequence || kind == layout::set || kind == layout::map)
        write_container(out, value);
    else if constexpr (kind == layout::reflected)
        write_members(out, value, std::make_index_sequence<member_count<T>>{});
    else if constexpr (kind == layout::foreign)
        write_foreign(out, value);
}

} // namespace cairn::inline v0::detail
