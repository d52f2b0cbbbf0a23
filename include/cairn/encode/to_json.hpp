// SPDX-License-Identifier: BSL-1.0
// Records as JSON text.
#pragma once

#include <cairn/describe/enum_names.hpp>
#include <cairn/describe/reflect.hpp>
#include <cairn/describe/shape_of.hpp>
#include <cairn/encode/json_value.hpp>
#include <cairn/encode/read.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// How a record is shown.
struct json_options {
    bool secrets = false; ///< show members marked `secret`; else they are "***"
};

namespace detail {

inline constexpr std::string_view masked_text = "***";

template <class T>
concept byte_element = std::same_as<T, std::byte> || std::same_as<T, unsigned char>;

template <class T>
consteval bool is_bytes()
{
    if constexpr (layout_of<T> == layout::array)
        return byte_element<element_of<T>>;
    else if constexpr (layout_of<T> == layout::sequence)
        return contiguous<T> && byte_element<typename T::value_type>;
    else
        return false;
}

/// Whether `null` is a value of this type, so that an optional one has to be set apart from it.
template <class T>
concept null_in_json = layout_of<T>
== layout::nothing || layout_of<T> == layout::optional;

template <class T>
void append_json_value(std::string& out, T const& value);

inline void append_name(std::string& out, std::size_t ordinal, std::string_view name)
{
    if (ordinal != 0) out += ',';
    append_string(out, name);
    out += ':';
}

template <class T, std::size_t... I>
void append_struct(std::string& out, T const& value, std::index_sequence<I...>)
{
    out += '{';
    ((append_name(out, I, member_names<T>[I]), append_json_value(out, get_member<I>(value))), ...);
    out += '}';
}

template <class T, std::size_t... I>
void append_tuple(std::string& out, T const& value, std::index_sequence<I...>)
{
    out += '[';
    ((out += I == 0 ? "" : ",", append_json_value(out, std::get<I>(value))), ...);
    out += ']';
}

template <class T>
void append_optional(std::string& out, T const& value)
{
    constexpr bool boxed = null_in_json<typename T::value_type>;
    if (!value)
        out += "null";
    else {
        if constexpr (boxed) out += '[';
        append_json_value(out, *value);
        if constexpr (boxed) out += ']';
    }
}

template <class T>
void append_variant(std::string& out, T const& value)
{
    append_number(out += "{\"index\":", value.index());
    out += ",\"value\":";
    std::visit([&](auto const& alternative) { append_json_value(out, alternative); }, value);
    out += '}';
}

/// Maps whose keys are the names of an object's members.
template <class T>
concept object_like =
    map_like<T> && !repeating<T> && std::same_as<typename T::key_type, std::string>;

template <class T>
bool keys_are_utf8(T const& map)
{
    for (auto const& entry : map)
        if (!is_utf8(entry.first)) return false;
    return true;
}

template <class T>
void append_entry(std::string& out, typename T::value_type const& entry, bool object)
{
    if constexpr (!map_like<T>)
        return append_json_value(out, entry);
    else {
        if (!object) out += '[';
        append_json_value(out, entry.first);
        append_json_value(out += object ? ':' : ',', entry.second);
        if (!object) out += ']';
    }
}

template <class T>
void append_entries(std::string& out, T const& value, bool object)
{
    if constexpr (unordered<T>) {
        auto entries = std::vector<std::string>{};
        for (auto const& entry : value) append_entry<T>(entries.emplace_back(), entry, object);
        append_sorted(out, entries);
    } else {
        auto between = "";
        for (auto const& entry : value) {
            append_entry<T>(out += between, entry, object);
            between = ",";
        }
    }
}

template <class T>
void append_container(std::string& out, T const& value)
{
    auto object = false;
    if constexpr (object_like<T>) object = keys_are_utf8(value);
    out += object ? '{' : '[';
    append_entries(out, value, object);
    out += object ? '}' : ']';
}

template <class T>
void append_array(std::string& out, T const& value)
{
    auto between = "";
    out += '[';
    for (auto const& each : value) {
        append_json_value(out += between, each);
        between = ",";
    }
    out += ']';
}

/// What only a type's own functions can read is shown as the bytes of its body.
template <class T>
void append_foreign(std::string& out, T const& value)
{
    auto bytes = byte_buffer{};
    auto to = writer{bytes, {}, {}};
    write_value(to, value);
    append_bytes(out, to.written());
}

/// Characters are numbers here.
template <class T>
using printable = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;

/// Moments of the system's clock, which have a date; those of another are counts of ticks.
template <class T>
concept dated = layout_of<T>
== layout::moment&& std::same_as<typename T::clock, std::chrono::system_clock>&&
        std::signed_integral<typename T::rep>;

template <class T>
void append_json_value(std::string& out, T const& value)
{
    constexpr auto kind = layout_of<T>;
    if constexpr (kind == layout::boolean)
        out += value ? "true" : "false";
    else if constexpr (std::same_as<T, std::byte>)
        append_number(out, std::to_integer<unsigned>(value));
    else if constexpr (std::is_floating_point_v<T>)
        append_real(out, value);
    else if constexpr (kind == layout::number)
        append_number(out, printable<T>{value});
    else if constexpr (kind == layout::enumeration)
        append_enumerator(
            out, enum_names<T>.view(), static_cast<std::int64_t>(value),
            std::is_signed_v<std::underlying_type_t<T>>);
    else if constexpr (kind == layout::duration)
        append_json_value(out, value.count());
    else if constexpr (dated<T>)
        append_moment<typename T::period>(out, value.time_since_epoch().count());
    else if constexpr (kind == layout::moment)
        append_json_value(out, value.time_since_epoch());
    else if constexpr (kind == layout::text)
        append_text(out, {reinterpret_cast<char const*>(value.data()), value.size()});
    else if constexpr (kind == layout::nothing)
        out += "null";
    else if constexpr (is_bytes<T>())
        append_bytes(out, bytes_of(std::data(value), std::size(value)));
    else if constexpr (kind == layout::array)
        append_array(out, value);
    else if constexpr (kind == layout::tuple)
        append_tuple(out, value, std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (kind == layout::optional)
        append_optional(out, value);
    else if constexpr (kind == layout::variant)
        append_variant(out, value);
    else if constexpr (
        kind == layout::bits || kind == layout::sequence || kind == layout::set
        || kind == layout::map)
        append_container(out, value);
    else if constexpr (kind == layout::reflected)
        append_struct(out, value, std::make_index_sequence<member_count<T>>{});
    else
        append_foreign(out, value);
}

template <class Model, std::size_t I>
void append_member(std::string& out, Model const& record, json_options const& options)
{
    append_name(out, I, member_names<Model>[I]);
    if (shape_of<Model>.members[I].secret && !options.secrets)
        append_string(out, masked_text);
    else
        append_json_value(out, get_member<I>(record));
}

template <class Model, std::size_t... I>
void append_model(
    std::string& out, Model const& record, json_options const& options, std::index_sequence<I...>)
{
    out += '{';
    (append_member<Model, I>(out, record, options), ...);
    out += '}';
}

} // namespace detail

/// Appends the record as one line of JSON, members in the order of declaration.
///
/// Byte arrays are strings of `0x` and hex digits, enums their declared names (else numbers),
/// moments ISO 8601 in UTC with all digits (numbers beyond the years 0000 to 9999), durations
/// their counts, absent optionals null, variants `{"index":i,"value":v}`, maps with text keys
/// objects and other maps arrays of pairs. Text that is not UTF-8 is `{"hex":"0x.."}`; NaN and
/// infinities are strings. `from_json` reads every such text back to an equal record, unless a
/// secret was masked.
///
/// @guarantee  Basic.
template <described Model>
void append_json(std::string& out, Model const& record, json_options const& options = {})
{
    detail::append_model(out, record, options, std::make_index_sequence<member_count<Model>>{});
}

/// The record as `append_json` writes it.
template <described Model>
[[nodiscard]] std::string to_json(Model const& record, json_options const& options = {})
{
    auto out = std::string{};
    append_json(out, record, options);
    return out;
}

} // namespace cairn::inline v0
