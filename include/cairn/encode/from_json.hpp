// SPDX-License-Identifier: BSL-1.0
// Records from JSON text that may be hostile.
#pragma once

#include <cairn/encode/json_reader.hpp>
#include <cairn/encode/json_value.hpp>
#include <cairn/encode/read.hpp>
#include <cairn/encode/to_json.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

template <class T>
void parse_json_value(json_reader& in, T& value);

template <class T>
T parse_new(json_reader& in)
{
    auto value = T{};
    parse_json_value(in, value);
    return value;
}

/// The ordinal of the member that the object goes on with. A name that is unknown, or that came
/// before, is an error.
inline std::size_t parse_member_name(
    json_reader& in, std::span<std::string_view const> names, std::span<bool> seen)
{
    auto name = std::string{};
    in.name(name);
    auto const found = std::find(names.begin(), names.end(), name);
    auto const ordinal = static_cast<std::size_t>(found - names.begin());
    if (found == names.end()) in.fail("there is no member of this name");
    if (seen[ordinal]) in.fail("a member comes twice");
    seen[ordinal] = true;
    return ordinal;
}

/// Absent optionals are null; any other absent member is an error.
template <class T>
void settle_member(json_reader& in, T& value, std::string_view name, bool seen)
{
    if (seen) return;
    if constexpr (layout_of<T> == layout::optional)
        value.reset();
    else
        in.fail(std::string{"member '"}.append(name).append("' is missing"));
}

template <class T, std::size_t... I>
void parse_struct(json_reader& in, T& value, std::index_sequence<I...>)
{
    std::array<bool, sizeof...(I) + 1> seen{};
    auto first = true;
    in.open('{');
    while (in.next('}', first)) {
        auto const ordinal = parse_member_name(in, member_names<T>, seen);
        ((ordinal == I ? parse_json_value(in, get_member<I>(value)) : void()), ...);
    }
    (settle_member(in, get_member<I>(value), member_names<T>[I], seen[I]), ...);
}

template <class T, std::size_t... I>
void parse_tuple(json_reader& in, T& value, std::index_sequence<I...>)
{
    auto first = true;
    in.open('[');
    ((require_next(in, first), parse_json_value(in, std::get<I>(value))), ...);
    require_end(in, first);
}

template <class T>
void parse_array(json_reader& in, T& value)
{
    auto first = true;
    in.open('[');
    for (auto& each : value) {
        require_next(in, first);
        parse_json_value(in, each);
    }
    require_end(in, first);
}

template <class T>
void parse_fixed_bytes(json_reader& in, T& value)
{
    auto const bytes = parse_bytes(in);
    if (bytes.size() != std::size(value)) in.fail("a byte array has another length");
    if (!bytes.empty()) std::memcpy(std::data(value), bytes.data(), bytes.size());
}

template <class T>
void parse_varying_bytes(json_reader& in, T& value)
{
    auto const bytes = parse_bytes(in);
    in.charge_bytes(bytes.size());
    auto const* const begin = reinterpret_cast<typename T::value_type const*>(bytes.data());
    value.assign(begin, begin + bytes.size());
}

template <class T>
void parse_optional(json_reader& in, T& value)
{
    if (in.take_word("null")) return value.reset();
    value.emplace();
    if constexpr (null_in_json<typename T::value_type>) {
        auto first = true;
        in.open('[');
        require_next(in, first);
        parse_json_value(in, *value);
        require_end(in, first);
    } else {
        parse_json_value(in, *value);
    }
}

template <class T, std::size_t... I>
void parse_alternative(json_reader& in, T& value, std::size_t index, std::index_sequence<I...>)
{
    if (index >= sizeof...(I)) in.fail("a variant has an alternative that does not exist");
    ((index == I ? parse_json_value(in, value.template emplace<I>()) : void()), ...);
}

template <class T>
void parse_variant(json_reader& in, T& value)
{
    auto first = true;
    in.open('{');
    require_name(in, "index", first);
    auto const index = parse_integer<std::uint32_t>(in);
    require_name(in, "value", first);
    parse_alternative(in, value, index, std::make_index_sequence<std::variant_size_v<T>>{});
    if (in.next('}', first)) in.fail("a variant has only an index and a value");
}

template <class T>
void parse_sequence(json_reader& in, T& value)
{
    auto first = true;
    value.clear();
    in.open('[');
    while (in.next(']', first)) {
        if constexpr (!text_like<T>) in.charge(value.size(), element_memory<T>());
        if constexpr (layout_of<T> == layout::bits)
            value.push_back(parse_boolean(in));
        else
            parse_json_value(in, value.emplace_back());
    }
}

/// A key before its value. The name of an object's member is a string and nothing else.
template <class T>
void parse_key(json_reader& in, typename T::key_type& key, bool object)
{
    if constexpr (object_like<T>) {
        if (object) {
            in.name(key);
            return in.charge_bytes(sizeof(std::uint32_t) + key.size());
        }
    }
    auto first = true;
    in.open('[');
    require_next(in, first);
    parse_json_value(in, key);
    require_next(in, first);
}

template <class T>
void parse_entry(json_reader& in, T& value, bool object)
{
    auto key = typename T::key_type{};
    if constexpr (!map_like<T>) {
        parse_json_value(in, key);
        value.emplace_hint(value.end(), std::move(key));
    } else {
        parse_key<T>(in, key, object);
        value.emplace_hint(value.end(), std::move(key), parse_new<typename T::mapped_type>(in));
        auto first = false;
        if (!object) require_end(in, first);
    }
}

template <class T>
void parse_associative(json_reader& in, T& value)
{
    auto const object = object_like<T> && in.peek() == '{';
    auto const close = object ? '}' : ']';
    auto first = true;
    value.clear();
    in.open(object ? '{' : '[');
    for (std::size_t count = 0; in.next(close, first);) {
        in.charge(count, element_memory<T>());
        parse_entry(in, value, object);
        if (value.size() != ++count) in.fail("a key comes twice");
    }
}

/// Bytes in JSON that turn out to be no body.
class bad_bytes final : public damage_report {
public:
    explicit bad_bytes(json_reader const& in) : in_{in} {}
    [[noreturn]] void damaged(char const* reason) const override { in_.fail(reason); }

private:
    json_reader const& in_;
};

template <class T>
void parse_foreign(json_reader& in, T& value)
{
    auto const bytes = parse_bytes(in);
    in.charge_bytes(bytes.size());
    auto const report = bad_bytes{in};
    auto from = reader{bytes, in.limits(), report};
    read_value(from, value);
    from.finish();
}

template <class T>
void parse_enum(json_reader& in, T& value)
{
    using number = std::underlying_type_t<T>;
    using readable = std::conditional_t<std::same_as<number, bool>, std::uint8_t, number>;
    if (auto const named = parse_enumerator(in, enum_names<T>.view()))
        value = static_cast<T>(*named);
    else {
        auto const read = parse_integer<readable>(in);
        if (std::same_as<number, bool> && read > 1) in.fail("a number is out of range");
        value = static_cast<T>(read);
    }
}

template <class T>
void parse_number(json_reader& in, T& value)
{
    if constexpr (std::same_as<T, std::byte>)
        value = std::byte{parse_integer<std::uint8_t>(in)};
    else if constexpr (std::is_floating_point_v<T>)
        value = parse_real<T>(in);
    else {
        auto const read = parse_integer<printable<T>>(in);
        value = static_cast<T>(read);
        if (value != read) in.fail("a number is out of range");
    }
}

template <class T>
void parse_dated(json_reader& in, T& value)
{
    auto const ticks = parse_moment<typename T::period>(in);
    auto const narrow = static_cast<typename T::rep>(ticks);
    if (narrow != ticks) in.fail("a number is out of range");
    value = T{typename T::duration{narrow}};
}

template <class T>
void parse_text_of(json_reader& in, T& value)
{
    auto text = std::string{};
    parse_text(in, text);
    in.charge_bytes(text.size());
    if constexpr (std::same_as<T, std::string>)
        value = std::move(text);
    else
        value.assign(text.begin(), text.end());
}

/// What a value takes in a body beside what is charged for its parts.
template <class T>
consteval std::size_t own_bytes()
{
    switch (layout_of<T>) {
    case layout::array: return is_bytes<T>() ? least_bytes<T>() : 0;
    case layout::moment: return dated<T> ? least_bytes<T>() : 0;
    case layout::duration:
    case layout::tuple:
    case layout::reflected: return 0;
    default: return least_bytes<T>();
    }
}

template <class T>
void parse_json_value(json_reader& in, T& value)
{
    constexpr auto kind = layout_of<T>;
    if constexpr (own_bytes<T>() != 0) in.charge_bytes(own_bytes<T>());
    if constexpr (kind == layout::boolean)
        value = parse_boolean(in);
    else if constexpr (kind == layout::number)
        parse_number(in, value);
    else if constexpr (kind == layout::enumeration)
        parse_enum(in, value);
    else if constexpr (kind == layout::duration)
        value = T{parse_new<typename T::rep>(in)};
    else if constexpr (dated<T>)
        parse_dated(in, value);
    else if constexpr (kind == layout::moment)
        value = T{parse_new<typename T::duration>(in)};
    else if constexpr (kind == layout::text)
        parse_text_of(in, value);
    else if constexpr (kind == layout::nothing) {
        if (!in.take_word("null")) in.fail("expected null");
    } else if constexpr (is_bytes<T>() && kind == layout::array)
        parse_fixed_bytes(in, value);
    else if constexpr (is_bytes<T>())
        parse_varying_bytes(in, value);
    else if constexpr (kind == layout::array)
        parse_array(in, value);
    else if constexpr (kind == layout::tuple)
        parse_tuple(in, value, std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (kind == layout::optional)
        parse_optional(in, value);
    else if constexpr (kind == layout::variant)
        parse_variant(in, value);
    else if constexpr (kind == layout::bits || kind == layout::sequence)
        parse_sequence(in, value);
    else if constexpr (kind == layout::set || kind == layout::map)
        parse_associative(in, value);
    else if constexpr (kind == layout::reflected)
        parse_struct(in, value, std::make_index_sequence<member_count<T>>{});
    else
        parse_foreign(in, value);
}

inline void refuse_mask(json_reader const& before)
{
    auto in = before;
    auto text = std::string{};
    if (in.peek() != '"') return;
    in.string(text);
    if (text == masked_text) in.fail("a secret is masked; write the record with its secrets");
}

template <class Model, std::size_t I>
void parse_member(json_reader& in, Model& record)
{
    in.at_member(member_names<Model>[I]);
    if constexpr (shape_of<Model>.members[I].secret) refuse_mask(in);
    parse_json_value(in, get_member<I>(record));
    in.at_member({});
}

template <class Model, std::size_t... I>
void parse_model(json_reader& in, Model& record, std::index_sequence<I...>)
{
    std::array<bool, sizeof...(I) + 1> seen{};
    auto first = true;
    in.open('{');
    while (in.next('}', first)) {
        auto const ordinal = parse_member_name(in, member_names<Model>, seen);
        ((ordinal == I ? parse_member<Model, I>(in, record) : void()), ...);
    }
    (settle_member(in, get_member<I>(record), member_names<Model>[I], seen[I]), ...);
}

} // namespace detail

/// The record that `text` describes, in the form that `to_json` writes; members in any order,
/// those that are optional may be absent.
///
/// @errors     `invalid_argument` for text that is not exactly one such record: malformed or not
///             UTF-8, a member unknown, missing or twice, a number out of range, a masked
///             secret, or more than `limits` allow. `index()` names the member; no values are
///             told.
template <described Model>
[[nodiscard]] Model from_json(std::string_view text, decode_limits const& limits = {})
{
    auto in = detail::json_reader{text, limits};
    auto record = Model{};
    try {
        detail::parse_model(in, record, std::make_index_sequence<member_count<Model>>{});
        in.finish();
    } catch (invalid_argument const& e) {
        auto told = e.details();
        told.model = shape_of<Model>.name;
        throw invalid_argument{std::move(told)};
    }
    return record;
}

} // namespace cairn::inline v0
