// SPDX-License-Identifier: BSL-1.0
// What a state must offer to be recovered, and how one without functions of its own is saved.
#pragma once

#include <cairn/recovery/reader.hpp>
#include <cairn/recovery/report.hpp>
#include <cairn/recovery/writer.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace cairn::inline v0::detail {

template <class State>
concept saves_itself = requires(State const& s, checkpoint_writer& out)
{
    s.save(out);
};
template <class State>
concept loads_itself = requires(State& s, checkpoint_reader& in)
{
    s.load(in);
};

/// The state can be saved as what changed since a mark.
template <class State>
concept has_deltas =
    requires(State& s, State const& c, checkpoint_writer& out, checkpoint_reader& in)
{
    c.save_since(out, c.mark());
    s.load_since(in);
};
template <class State>
concept has_some_of_deltas = requires(State const& c)
{
    c.mark();
}
|| requires(State& s, checkpoint_reader& in)
{
    s.load_since(in);
};

template <class State>
concept has_position = requires(State const& s)
{
    {
        s.position()
        } -> std::convertible_to<std::uint64_t>;
};

template <class State>
concept hears_of_losses = requires(State& s, quarantined_record const& record)
{
    s.lost(record);
};

/// A container whose elements are the same bytes in memory and in a checkpoint.
template <class T>
consteval bool find_blocks()
{
    if constexpr (layout_of<T> == layout::sequence)
        return contiguous<T> && block_element<typename T::value_type>;
    else
        return false;
}
template <class T>
inline constexpr bool is_block = find_blocks<T>();

template <class T>
consteval bool find_streamed()
{
    if constexpr (layout_of<T> == layout::map || layout_of<T> == layout::set)
        return least_bytes<typename T::key_type>() != 0;
    else if constexpr (layout_of<T> == layout::sequence)
        return least_bytes<typename T::value_type>() != 0;
    else
        return false;
}
/// A container whose elements are saved one by one, so that it may be of any size.
template <class T>
inline constexpr bool is_streamed = find_streamed<T>();

template <class T>
void save_value(checkpoint_writer& out, T const& value);

template <class T, std::size_t... I>
void save_members(checkpoint_writer& out, T const& value, std::index_sequence<I...>)
{
    (save_value(out, get_member<I>(value)), ...);
}

template <class T>
void save_elements(checkpoint_writer& out, T const& value)
{
    out.number(value.size());
    if constexpr (is_block<T>) return out.bytes(std::as_bytes(std::span{value}));
    for (auto const& element : value) {
        if constexpr (layout_of<T> == layout::map) {
            out.put(element.first);
            out.put(element.second);
        } else {
            out.put(element);
        }
    }
}

template <class T>
void save_value(checkpoint_writer& out, T const& value)
{
    if constexpr (is_streamed<T>)
        save_elements(out, value);
    else if constexpr (layout_of<T> == layout::reflected)
        save_members(out, value, std::make_index_sequence<member_count<T>>{});
    else
        out.put(value);
}

template <class T>
void load_value(checkpoint_reader& in, T& value);

template <class T, std::size_t... I>
void load_members(checkpoint_reader& in, T& value, std::index_sequence<I...>)
{
    (load_value(in, get_member<I>(value)), ...);
}

template <class T>
void load_element(checkpoint_reader& in, T& value)
{
    if constexpr (layout_of<T> == layout::sequence) {
        in.get(value.emplace_back());
    } else {
        auto key = in.get<typename T::key_type>();
        if constexpr (layout_of<T> == layout::map)
            value.emplace_hint(value.end(), std::move(key), in.get<typename T::mapped_type>());
        else
            value.emplace_hint(value.end(), std::move(key));
    }
}

/// How many elements get memory before one of them is read: their number may not be true.
template <class T>
inline constexpr std::size_t elements_at_once =
    std::max(block_bytes / sizeof(typename T::value_type), std::size_t{1});

template <class T>
void load_block(checkpoint_reader& in, T& value)
{
    value.clear();
    for (auto left = in.count(sizeof(typename T::value_type)); left != 0;) {
        auto const some = std::min(left, elements_at_once<T>);
        auto const at = value.size();
        value.resize(at + some);
        in.bytes(std::as_writable_bytes(std::span{value}.subspan(at)));
        left -= some;
    }
}

/// The least bytes that `put` takes.
template <class T>
consteval std::size_t least_bytes_put()
{
    return least_bytes<T>() + (is_fixed_size<T>() ? 0 : sizeof(std::uint32_t));
}

template <class T>
consteval std::size_t least_bytes_of_saved_element()
{
    if constexpr (layout_of<T> == layout::map)
        return least_bytes_put<typename T::key_type>() + least_bytes_put<typename T::mapped_type>();
    else
        return least_bytes_put<typename T::value_type>();
}

template <class T>
void load_elements(checkpoint_reader& in, T& value)
{
    if constexpr (is_block<T>) return load_block(in, value);
    auto const count = in.count(least_bytes_of_saved_element<T>());
    value.clear();
    if constexpr (requires { value.reserve(count); })
        value.reserve(std::min(count, elements_at_once<T>));
    for (std::size_t i = 0; i != count; ++i) {
        load_element(in, value);
        if (value.size() != i + 1) in.refuse("a key comes twice");
    }
}

template <class T>
void load_value(checkpoint_reader& in, T& value)
{
    if constexpr (is_streamed<T>)
        load_elements(in, value);
    else if constexpr (layout_of<T> == layout::reflected)
        load_members(in, value, std::make_index_sequence<member_count<T>>{});
    else
        in.get(value);
}

template <class State>
void save_state(checkpoint_writer& out, State const& state)
{
    if constexpr (saves_itself<State>)
        state.save(out);
    else
        save_value(out, state);
    out.finish();
}

template <class State>
void load_state(checkpoint_reader& in, State& state)
{
    if constexpr (loads_itself<State>)
        state.load(in);
    else
        load_value(in, state);
    in.finish();
}

} // namespace cairn::inline v0::detail
