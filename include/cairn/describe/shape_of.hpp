// SPDX-License-Identifier: BSL-1.0
// Makes the shape of a model out of its descriptor, while the program is compiled.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/checked.hpp>
#include <cairn/describe/type_text.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

/// How much room the parts of a shape take.
struct shape_sizes {
    std::size_t text = 0;
    std::size_t indexes = 0;
    std::size_t columns = 0;
    std::size_t transitions = 0;
};

constexpr void mark(element const& e, facts members, member_shape* out)
{
    auto const set = [&](std::string_view name, bool member_shape::*flag) {
        out[find_member(members, name)].*flag = true;
    };
    if (e.kind == element_kind::key) {
        auto const key = parse_key_text(e.text);
        for (auto const& name : array_view<std::string_view>{key.fields.data(), key.size}) {
            set(name, &member_shape::key);
            set(name, &member_shape::column);
        }
        return;
    }
    bool const secret = e.kind == element_kind::secret;
    for (auto const& name : e.members) {
        set(name, secret ? &member_shape::secret : &member_shape::column);
    }
}

constexpr void mark_all(description const& d, facts members, member_shape* out)
{
    for (std::size_t i = 0; i < members.size(); ++i) {
        out[i].name = members[i].name;
        out[i].type = members[i].type;
    }
    for (auto const& e : d.elements) mark(e, members, out);
}

constexpr shape_sizes measure(description const& d, array_view<member_shape> members)
{
    shape_sizes sizes{.text = d.name.size()};
    for (auto const& e : d.elements) {
        if (is_index(e)) ++sizes.indexes;
        if (is_index(e) || e.kind == element_kind::key) sizes.text += e.text.size();
        for (auto const& change : e.changes) sizes.transitions += change.to.size();
    }
    for (auto const& m : members) sizes.columns += m.column ? 1 : 0;
    return sizes;
}

template <class Model>
constexpr auto marked_members()
{
    std::array<member_shape, member_count<Model>> out{};
    mark_all(descriptor_of<Model>::view(), member_facts<Model>, out.data());
    return out;
}

template <class Model>
inline constexpr auto marked = marked_members<Model>();

template <class Model>
inline constexpr shape_sizes sizes_of = measure(descriptor_of<Model>::view(), marked<Model>);

/// Name, key and index names in one array: the parameters of the descriptor would put their whole
/// text into the names of symbols.
constexpr void gather_text(description const& d, text_writer& out)
{
    out.add(d.name);
    for (auto const& e : d.elements) {
        if (is_index(e) || e.kind == element_kind::key) out.add(e.text);
    }
}

template <class Model>
constexpr auto gathered_text()
{
    std::array<char, sizes_of<Model>.text> out{};
    text_writer writer{out.data()};
    gather_text(descriptor_of<Model>::view(), writer);
    return out;
}

template <class Model>
inline constexpr auto text_of = gathered_text<Model>();

template <class Model, std::size_t... I>
constexpr std::size_t write_member_types(
    text_writer& out, std::array<std::size_t, member_count<Model>>& ends, std::index_sequence<I...>)
{
    ((write_type<member_type<Model, I>>(out), ends[I] = out.size), ...);
    return out.size;
}

template <class Model>
constexpr std::size_t type_text_size()
{
    std::array<std::size_t, member_count<Model>> ends{};
    text_writer counter;
    return write_member_types<Model>(
        counter, ends, std::make_index_sequence<member_count<Model>>{});
}

/// The type texts of all members in one array, and where each ends.
template <class Model>
struct type_texts {
    std::array<char, type_text_size<Model>()> text{};
    std::array<std::size_t, member_count<Model>> ends{};

    constexpr type_texts()
    {
        text_writer writer{text.data()};
        write_member_types<Model>(writer, ends, std::make_index_sequence<member_count<Model>>{});
    }
    [[nodiscard]] constexpr std::string_view of(std::size_t i) const
    {
        auto const begin = i == 0 ? 0 : ends[i - 1];
        return {text.data() + begin, ends[i] - begin};
    }
};

template <class Model>
inline constexpr type_texts<Model> type_texts_of{};

/// Everything a shape refers to.
template <std::size_t Members, shape_sizes Sizes>
struct shape_parts {
    std::array<member_shape, Members> members{};
    std::array<index_shape, Sizes.indexes> indexes{};
    std::array<std::uint8_t, Sizes.columns> columns{};
    std::array<transition_shape, Sizes.transitions> transitions{};
    shape rest{}; ///< without the spans
};

constexpr std::uint8_t ordinal(facts members, std::string_view name)
{
    return static_cast<std::uint8_t>(find_member(members, name));
}

constexpr bool is_sequence(facts members, key_shape const& key)
{
    if (key.size != 1) return false;
    auto const& field = members[key.members[0]];
    return field.type.kind == scalar::integer;
}

constexpr key_shape make_key_shape(std::string_view text, facts members)
{
    auto const parsed = parse_key_text(text);
    key_shape key{.text = text, .size = static_cast<std::uint8_t>(parsed.size)};
    key.literals = parsed.literals;
    for (std::size_t i = 0; i < parsed.size; ++i) {
        key.members[i] = ordinal(members, parsed.fields[i]);
    }
    key.is_sequence = is_sequence(members, key);
    return key;
}

constexpr index_shape make_index_shape(element const& e, std::string_view name, facts members)
{
    index_shape index{.name = name, .unique = e.kind == element_kind::unique};
    for (auto const& member : e.members) index.members[index.size++] = ordinal(members, member);
    return index;
}

/// Fills the parts of a shape; `text` is what `gather_text` gathered.
template <class Parts>
constexpr void fill(Parts& parts, description const& d, facts members, char const* text)
{
    auto const take = [&](std::string_view original) {
        std::string_view const copy{text, original.size()};
        text += copy.size();
        return copy;
    };
    std::size_t indexes = 0;
    std::size_t transitions = 0;
    parts.rest.name = take(d.name);
    for (auto const& e : d.elements) {
        if (e.kind == element_kind::version) parts.rest.version = e.number;
        if (e.kind == element_kind::key) parts.rest.key = make_key_shape(take(e.text), members);
        if (is_index(e)) parts.indexes[indexes++] = make_index_shape(e, take(e.text), members);
        if (e.kind != element_kind::lifecycle) continue;
        parts.rest.lifecycle = static_cast<int>(find_member(members, e.members.front()));
        for (auto const& change : e.changes) {
            for (auto const to : change.to) parts.transitions[transitions++] = {change.from, to};
        }
    }
    std::size_t columns = 0;
    for (std::size_t i = 0; i < parts.members.size(); ++i) {
        if (parts.members[i].column) parts.columns[columns++] = static_cast<std::uint8_t>(i);
    }
}

template <class Model>
constexpr auto make_parts()
{
    shape_parts<member_count<Model>, sizes_of<Model>> parts;
    parts.members = marked<Model>;
    for (std::size_t i = 0; i < parts.members.size(); ++i) {
        parts.members[i].type_text = type_texts_of<Model>.of(i);
    }
    fill(parts, descriptor_of<Model>::view(), member_facts<Model>, text_of<Model>.data());
    return parts;
}

template <class Model>
inline constexpr auto parts_of = make_parts<Model>();

template <class Model, std::size_t... I>
constexpr std::array<array_view<enumerator_shape>, sizeof...(I)> all_enumerators(
    std::index_sequence<I...>)
{
    return {enumerators_of<member_type<Model, I>>()...};
}

template <class Model>
array_view<enumerator_shape> enumerators_of_member(std::size_t member)
{
    static constexpr auto all = all_enumerators<Model>(
        std::make_index_sequence<member_count<Model>>{});
    return all[member];
}

template <class Model>
constexpr shape make_shape()
{
    auto const& parts = parts_of<Model>;
    shape result = parts.rest;
    result.members = parts.members;
    result.indexes = parts.indexes;
    result.columns = parts.columns;
    result.transitions = parts.transitions;
    result.enumerators = &enumerators_of_member<Model>;
    return result;
}

constexpr array_view<enumerator_shape> no_enumerators(std::size_t)
{
    return {};
}

/// The shape of a model with a fault: that of a table without members.
constexpr shape make_stand_in()
{
    shape result;
    result.name = result.key.text = result.key.literals[0] = "faulty";
    result.enumerators = &no_enumerators;
    return result;
}

template <class Model, bool Sound = checked<Model>::sound>
inline constexpr shape checked_shape = make_shape<Model>();

template <class Model>
inline constexpr shape checked_shape<Model, false> = make_stand_in();

} // namespace detail

/// What the descriptor of `Model` says, as data that lives as long as the program. A descriptor
/// with a fault does not compile.
template <class Model>
inline constexpr shape shape_of = detail::checked_shape<Model>;

} // namespace cairn::inline v0
