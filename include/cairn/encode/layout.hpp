// SPDX-License-Identifier: BSL-1.0
// How a type lies in a body: which of a few layouts it has, and the least bytes that it takes.
#pragma once

#include <cairn/describe/reflect.hpp>
#include <cairn/describe/stored_type.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cairn::inline v0::detail {

/// The layouts of docs/design.md, "Body".
enum class layout : std::uint8_t {
    boolean,     ///< one byte, 0 or 1
    number,      ///< fixed width, little-endian
    enumeration, ///< its underlying type
    duration,    ///< its count
    moment,      ///< its duration since the epoch of its clock
    text,        ///< length, bytes
    nothing,     ///< std::monostate: no bytes
    array,       ///< the elements
    tuple,       ///< the elements
    optional,    ///< a boolean, then the value if there is one
    variant,     ///< index in one byte, then the alternative
    bits,        ///< std::vector<bool>: length, one byte each
    sequence,    ///< length, elements
    set,         ///< length, elements; sorted by their bytes if the container has no order
    map,         ///< length, keys each with its value; sorted likewise
    reflected,   ///< its members in the order of declaration
    foreign,     ///< what the type's own cereal functions say
    refused,     ///< cannot be stored
};

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_a<Template<Args...>, Template> = true;

/// What `T[N]` and `std::array<T, N>` are made of.
template <class T>
struct array_parts {
    using item = void;
};
template <class T, std::size_t N>
struct array_parts<T[N]> {
    using item = T;
    static constexpr std::size_t count = N;
};
template <class T, std::size_t N>
struct array_parts<std::array<T, N>> : array_parts<T[N]> {
};
template <class T>
struct array_parts<std::array<T, 0>> {
    using item = T;
    static constexpr std::size_t count = 0;
};

template <class T>
concept fixed_array = !std::is_void_v<typename array_parts<T>::item>;

template <class T>
using element_of = typename array_parts<T>::item;

template <class T>
inline constexpr bool is_moment = false;
template <class Clock, class Duration>
inline constexpr bool is_moment<std::chrono::time_point<Clock, Duration>> = true;

/// An enum whose underlying type is written down: every value of that type is one of the enum.
template <class T>
concept ranged_enum = std::is_enum_v<T> && requires
{
    T{std::underlying_type_t<T>{}};
};

/// Numbers that have one width everywhere.
template <class T>
concept portable_number =
    std::is_arithmetic_v<T> && !std::same_as<
        T, bool> && !std::same_as<T, wchar_t> && !std::same_as<T, long double> && sizeof(T) <= 8;

template <class T>
concept pointer_like = std::is_pointer_v<T> || std::is_member_pointer_v<T> || requires(T const& p)
{
    typename T::element_type;
    p.get();
    p.operator->();
};

template <class T>
concept iterable = requires(T& t, T const& c)
{
    typename T::value_type;
    c.begin() != c.end();
    {
        c.size()
        } -> std::convertible_to<std::size_t>;
    t.clear();
};

template <class T>
concept sequence = iterable<T> && requires(T& t)
{
    t.emplace_back();
};

template <class T>
concept set_like = iterable<T> && requires(T& t, typename T::key_type&& key)
{
    t.emplace_hint(t.end(), std::move(key));
} && std::same_as<typename T::key_type, typename T::value_type>;

template <class T>
concept map_like =
    iterable<T> && requires(T& t, typename T::key_type&& key, typename T::mapped_type&& value)
{
    t.emplace_hint(t.end(), std::move(key), std::move(value));
};

/// Kept in buckets: the order of its elements means nothing.
template <class T>
concept unordered = requires
{
    typename T::hasher;
};

template <class T>
consteval layout layout_of_scalar()
{
    if constexpr (std::same_as<T, bool>)
        return layout::boolean;
    else if constexpr (portable_number<T> || std::same_as<T, std::byte>)
        return layout::number;
    else if constexpr (ranged_enum<T>)
        return layout::enumeration;
    else
        return layout::refused;
}

template <class T>
consteval layout layout_of_class()
{
    if constexpr (is_a<T, std::basic_string>)
        return sizeof(typename T::value_type) == 1 ? layout::text : layout::refused;
    else if constexpr (is_a<T, std::optional>)
        return layout::optional;
    else if constexpr (is_a<T, std::variant>)
        return layout::variant;
    else if constexpr (is_a<T, std::pair> || is_a<T, std::tuple>)
        return layout::tuple;
    else if constexpr (is_a<T, std::chrono::duration>)
        return portable_number<typename T::rep> ? layout::duration : layout::refused;
    else if constexpr (is_moment<T>)
        return portable_number<typename T::rep> ? layout::moment : layout::refused;
    else if constexpr (std::same_as<T, std::monostate>)
        return layout::nothing;
    else if constexpr (reflected<T>)
        return layout::reflected;
    else if constexpr (sequence<T>)
        return std::same_as<typename T::value_type, bool> ? layout::bits : layout::sequence;
    else if constexpr (map_like<T>)
        return layout::map;
    else if constexpr (set_like<T>)
        return layout::set;
    else if constexpr (pointer_like<T>)
        return layout::refused;
    else
        return layout::foreign;
}

template <class T>
consteval layout find_layout()
{
    if constexpr (own_format<T>)
        return layout::foreign;
    else if constexpr (fixed_array<T>)
        return layout::array;
    else if constexpr (std::is_class_v<T>)
        return layout_of_class<T>();
    else
        return layout_of_scalar<T>();
}

/// The layout of `T`; found once for each type.
template <class T>
inline constexpr layout layout_of = find_layout<T>();

template <class T>
consteval bool is_block_element()
{
    if constexpr (std::is_enum_v<T>) {
        return !std::same_as<
                   std::underlying_type_t<T>,
                   bool> && is_block_element<std::underlying_type_t<T>>();
    } else if constexpr (layout_of<T> == layout::number) {
        return std::endian::native == std::endian::little || sizeof(T) == 1;
    } else if constexpr (layout_of<T> == layout::duration || layout_of<T> == layout::moment) {
        return sizeof(T) == sizeof(typename T::rep) && is_block_element<typename T::rep>();
    } else if constexpr (fixed_array<T>) {
        return sizeof(T) == array_parts<T>::count * sizeof(element_of<T>)
            && is_block_element<element_of<T>>();
    } else {
        return false;
    }
}

/// Elements of this type are the same bytes in memory and in a body: many of them are one block.
template <class T>
concept block_element = is_block_element<T>();

template <class T>
concept contiguous = requires(T& t)
{
    {
        t.data()
        } -> std::same_as<typename T::value_type*>;
    t.resize(std::size_t{});
};

/// Elements of one byte that lie in a body like a text: only their bytes count.
template <class T>
concept text_like =
    contiguous<T> && block_element<typename T::value_type> && sizeof(typename T::value_type) == 1;

/// The least bytes that a value takes: what bounds the elements of a container by the bytes left.
template <class T>
consteval std::size_t least_bytes();

template <class Tuple, std::size_t... I>
consteval std::size_t least_bytes_of_elements(std::index_sequence<I...>)
{
    return (std::size_t{0} + ... + least_bytes<std::tuple_element_t<I, Tuple>>());
}

template <class T, std::size_t... I>
consteval std::size_t least_bytes_of_members(std::index_sequence<I...>)
{
    return (std::size_t{0} + ... + least_bytes<member_type<T, I>>());
}

template <class T>
consteval std::size_t least_bytes()
{
    switch (layout_of<T>) {
    case layout::boolean:
    case layout::optional:
    case layout::variant: return 1;
    case layout::number:
    case layout::enumeration:
    case layout::duration:
    case layout::moment: return sizeof(T);
    case layout::text:
    case layout::bits:
    case layout::sequence:
    case layout::set:
    case layout::map: return sizeof(std::uint32_t);
    case layout::array:
        if constexpr (fixed_array<T>) return array_parts<T>::count * least_bytes<element_of<T>>();
        break;
    case layout::tuple:
        if constexpr (layout_of<T> == layout::tuple)
            return least_bytes_of_elements<T>(std::make_index_sequence<std::tuple_size_v<T>>{});
        break;
    case layout::reflected:
        if constexpr (layout_of<T> == layout::reflected)
            return least_bytes_of_members<T>(std::make_index_sequence<member_count<T>>{});
        break;
    case layout::nothing:
    case layout::foreign:
    case layout::refused: break;
    }
    return 0;
}

/// What an element of container `T` takes of the memory limit: itself, and its node if it has one.
template <class T>
consteval std::size_t element_memory()
{
    constexpr auto node = std::size_t{48};
    return sizeof(typename T::value_type) + (contiguous<T> ? 0 : node);
}

} // namespace cairn::inline v0::detail
