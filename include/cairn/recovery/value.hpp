// SPDX-License-Identifier: BSL-1.0
// Single values as bytes, in the library's encoding of members.
#pragma once

#include <cairn/describe/reflect.hpp>
#include <cairn/describe/stored_type.hpp>
#include <cairn/encode/buffer.hpp>
#include <cairn/encode/layout.hpp>
#include <cairn/encode/read.hpp>
#include <cairn/encode/write.hpp>
#include <cairn/recovery/refusal.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// The bounds of one value in a checkpoint: wider than those of a record, since its bytes have a
/// checksum of their own before they are looked at, and no length is larger than the bytes left.
inline constexpr auto value_limits = decode_limits{
    .record_bytes = std::size_t{1} << 30,
    .elements = std::size_t{1} << 30,
    .memory = std::size_t{1} << 33,
    .depth = 64};

/// A type whose every value can be a member of a record.
template <class T>
concept storable = fault_of_type<T>()
== fault::none;

template <class T>
consteval bool is_fixed_size();

template <class Tuple, std::size_t... I>
consteval bool are_elements_fixed_size(std::index_sequence<I...>)
{
    return (is_fixed_size<std::tuple_element_t<I, Tuple>>() && ...);
}

template <class T, std::size_t... I>
consteval bool are_members_fixed_size(std::index_sequence<I...>)
{
    return (is_fixed_size<member_type<T, I>>() && ...);
}

/// Every value of the type takes the same number of bytes, `least_bytes<T>()`.
template <class T>
consteval bool is_fixed_size()
{
    constexpr auto kind = layout_of<T>;
    if constexpr (kind == layout::array)
        return is_fixed_size<element_of<T>>();
    else if constexpr (kind == layout::tuple)
        return are_elements_fixed_size<T>(std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (kind == layout::reflected)
        return are_members_fixed_size<T>(std::make_index_sequence<member_count<T>>{});
    else
        return kind == layout::boolean || kind == layout::number || kind == layout::enumeration
            || kind == layout::duration || kind == layout::moment || kind == layout::nothing;
}

/// Appends `value`.
/// @guarantee Strong.
template <class T>
void append_value(byte_buffer& out, T const& value)
{
    auto to = writer{out, value_limits, "checkpoint"};
    write_value(to, value);
    to.check_size();
    to.commit();
}

/// The bytes of a checkpoint are not those of a value.
struct checkpoint_damage final : damage_report {
    [[noreturn]] void damaged(char const* reason) const override
    {
        refuse_checkpoint(std::string{"a value in it is malformed: "}.append(reason));
    }
};

/// Reads the value that is all of `bytes`; throws `checkpoint_refused`.
template <class T>
void parse_value(std::span<std::byte const> bytes, T& value)
{
    auto const report = checkpoint_damage{};
    auto in = reader{bytes, value_limits, report};
    read_value(in, value);
    in.finish();
}

} // namespace cairn::inline v0::detail
