// SPDX-License-Identifier: BSL-1.0
// Reads values of every storable type from bytes that may be hostile.
#pragma once

#include <cairn/encode/layout.hpp>
#include <cairn/encode/reader.hpp>
#include <cairn/encode/write.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

template <class T>
void read_value(reader& in, T& value);

template <class T>
T read_new(reader& in)
{
    auto value = T{};
    read_value(in, value);
    return value;
}

template <class T, std::size_t... I>
void read_members(reader& in, T& value, std::index_sequence<I...>)
{
    (read_value(in, get_member<I>(value)), ...);
}

template <class Tuple, std::size_t... I>
void read_elements(reader& in, Tuple& value, std::index_sequence<I...>)
{
    (read_value(in, std::get<I>(value)), ...);
}

template <class T>
void read_array(reader& in, T& value)
{
    if constexpr (block_element<element_of<T>>) {
        if constexpr (array_parts<T>::count != 0)
            std::memcpy(std::data(value), in.take(sizeof value), sizeof value);
    } else {
        for (auto& element : value) read_value(in, element);
    }
}

template <class T>
void read_optional(reader& in, T& value)
{
    if (!in.flag()) return value.reset();
    if (!value) value.emplace();
    read_value(in, *value);
}

template <class T, std::size_t... I>
void read_variant(reader& in, T& value, std::index_sequence<I...>)
{
    auto index = std::uint8_t{};
    in.number(index);
    if (index >= sizeof...(I)) in.fail("a variant has an alternative that does not exist");
    auto const read = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
        if (index == J) read_value(in, value.template emplace<J>());
    };
    (read(std::integral_constant<std::size_t, I>{}), ...);
}

template <class T>
bool has_room(T const& value, std::size_t count)
{
    if constexpr (requires { value.capacity(); })
        return value.capacity() >= count;
    else
        return true;
}

template <class T>
void read_text(reader& in, T& value)
{
    using item = typename T::value_type;
    auto const bytes = in.text();
    auto const* const first = reinterpret_cast<item const*>(bytes.data());
    if (has_room(value, bytes.size()))
        value.assign(first, first + bytes.size());
    else // nothing is kept of what is there, so it is made anew instead of grown
        value = T(first, first + bytes.size());
}

template <class T>
void read_block(reader& in, T& value)
{
    using item = typename T::value_type;
    auto const count = in.length(sizeof(item), sizeof(item));
    auto const* const begin = in.take(count * sizeof(item));
    if constexpr (std::same_as<item, std::byte> || std::same_as<item, unsigned char>) {
        auto const* const first = reinterpret_cast<item const*>(begin);
        value.assign(first, first + count); // unlike resize it writes each byte once
    } else {
        value.resize(count);
        if (count != 0) std::memcpy(static_cast<void*>(value.data()), begin, count * sizeof(item));
    }
}

/// How many elements memory is reserved for at once: an element of no bytes may be a lie.
inline std::size_t believable(reader const& in, std::size_t count)
{
    return count < in.left() ? count : in.left();
}

template <class T>
void read_sequence(reader& in, T& value)
{
    auto const level = deeper{in};
    auto const count = in.length(element_memory<T>(), least_bytes<typename T::value_type>());
    value.clear();
    if constexpr (requires { value.reserve(count); }) value.reserve(believable(in, count));
    for (std::size_t i = 0; i < count; ++i) {
        if constexpr (layout_of<T> == layout::bits)
            value.push_back(in.flag());
        else
            read_value(in, value.emplace_back());
    }
}

template <class T>
consteval std::size_t least_bytes_of_entry()
{
    if constexpr (layout_of<T> == layout::map)
        return least_bytes<typename T::key_type>() + least_bytes<typename T::mapped_type>();
    else
        return least_bytes<typename T::key_type>();
}

template <class T>
void read_entry(reader& in, T& value)
{
    auto key = read_new<typename T::key_type>(in);
    if constexpr (layout_of<T> == layout::map)
        value.emplace_hint(value.end(), std::move(key), read_new<typename T::mapped_type>(in));
    else
        value.emplace_hint(value.end(), std::move(key));
}

template <class T>
void read_associative(reader& in, T& value)
{
    auto const level = deeper{in};
    auto const count = in.length(element_memory<T>(), least_bytes_of_entry<T>());
    value.clear();
    if constexpr (requires { value.reserve(count); }) value.reserve(believable(in, count));
    for (std::size_t i = 0; i < count; ++i) {
        read_entry(in, value);
        if (value.size() != i + 1) in.fail("a key comes twice");
    }
}

template <class T>
void read_container(reader& in, T& value)
{
    using item = typename T::value_type;
    if constexpr (layout_of<T> == layout::set || layout_of<T> == layout::map)
        read_associative(in, value);
    else if constexpr (!contiguous<T> || !block_element<item>)
        read_sequence(in, value);
    else if constexpr (sizeof(item) == 1)
        read_text(in, value);
    else
        read_block(in, value);
}

template <class T>
void read_foreign(reader& in, T& value)
{
    if constexpr (foreign_codec<T>::known) foreign_codec<T>::read(in, value);
}

/// Reads `value` in the layout of its type. What `write_value` made gives an equal value; anything
/// else an error or some value, in memory and time bounded by the limits.
template <class T>
void read_value(reader& in, T& value)
{
    constexpr auto kind = layout_of<T>;
    if constexpr (kind == layout::boolean)
        value = in.flag();
    else if constexpr (kind == layout::number)
        in.number(value);
    else if constexpr (kind == layout::enumeration)
        value = static_cast<T>(read_new<std::underlying_type_t<T>>(in));
    else if constexpr (kind == layout::duration)
        value = T{read_new<typename T::rep>(in)};
    else if constexpr (kind == layout::moment)
        value = T{read_new<typename T::duration>(in)};
    else if constexpr (kind == layout::text)
        read_text(in, value);
    else if constexpr (kind == layout::array)
        read_array(in, value);
    else if constexpr (kind == layout::tuple)
        read_elements(in, value, std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (kind == layout::optional)
        read_optional(in, value);
    else if constexpr (kind == layout::variant)
        read_variant(in, value, std::make_index_sequence<std::variant_size_v<T>>{});
    else if constexpr (kind == layout::bits)
        read_sequence(in, value);
    else if constexpr (kind == layout::sequence || kind == layout::set || kind == layout::map)
        read_container(in, value);
    else if constexpr (kind == layout::reflected)
        read_members(in, value, std::make_index_sequence<member_count<T>>{});
    else if constexpr (kind == layout::foreign)
        read_foreign(in, value);
}

} // namespace cairn::inline v0::detail
