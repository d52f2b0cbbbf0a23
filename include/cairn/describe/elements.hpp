// SPDX-License-Identifier: BSL-1.0
// The words of a descriptor: entity, version, key, index, unique, column, secret, lifecycle.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/base/fixed_string.hpp>
#include <cairn/describe/diagnosis.hpp>
#include <cairn/describe/element.hpp>
#include <cairn/describe/enum_names.hpp>
#include <cairn/describe/report.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

// Arrays end with one element more, because there may be none.

template <fixed_string... Texts>
inline constexpr std::string_view texts[sizeof...(Texts) + 1]{Texts.view()..., {}};

template <fixed_string... Texts>
inline constexpr array_view<std::string_view> text_list{texts<Texts...>, sizeof...(Texts)};

template <std::uint32_t Number>
struct version_element : element_base {
    static constexpr element view() { return {.kind = element_kind::version, .number = Number}; }
};

template <fixed_string Text>
struct key_element : element_base {
    static constexpr element view() { return {.kind = element_kind::key, .text = Text.view()}; }
};

template <element_kind Kind, fixed_string Name, fixed_string... Members>
struct index_element : element_base {
    static constexpr element view()
    {
        return {.kind = Kind, .text = Name.view(), .members = text_list<Members...>};
    }
};

template <element_kind Kind, fixed_string... Members>
struct members_element : element_base {
    static constexpr element view() { return {.kind = Kind, .members = text_list<Members...>}; }
};

#if defined(__GNUC__)
/// "... Value = color::red]" for a declared value, "... Value = (color)17]" for another. What is in
/// front of these may hold parentheses, too: "(anonymous namespace)::color::red".
template <auto Value>
constexpr std::string_view text_of_value()
{
    return __PRETTY_FUNCTION__;
}

inline constexpr std::size_t behind_value = text_of_value<0>().size()
    - text_of_value<0>().rfind('0') - 1;

constexpr bool in_word(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) > 127;
}

/// Whether the last word of `text` is a name, and no number.
constexpr bool ends_with_name(std::string_view text)
{
    auto begin = text.size();
    while (begin > 0 && in_word(text[begin - 1])) --begin;
    return begin != text.size() && !(text[begin] >= '0' && text[begin] <= '9');
}

template <auto Value>
constexpr bool is_enumerator =
    ends_with_name(text_of_value<Value>().substr(0, text_of_value<Value>().size() - behind_value));
#else
template <auto Value>
constexpr bool is_enumerator = true;
#endif

template <class T>
struct is_change {
    static constexpr bool value = false;
};

template <auto From, auto... To>
struct change {
    static constexpr std::int64_t targets[sizeof...(To) + 1]{static_cast<std::int64_t>(To)..., 0};
    static constexpr bool one_type = (std::is_same_v<decltype(From), decltype(To)> && ...);
    static constexpr bool known = (is_enumerator<From> && ... && is_enumerator<To>);

    static constexpr change_element view()
    {
        return {
            &type_tag<decltype(From)>,
            static_cast<std::int64_t>(From),
            {targets, sizeof...(To)},
            known,
            one_type};
    }
};

template <auto From, auto... To>
struct is_change<change<From, To...>> {
    static constexpr bool value = true;
};

template <auto From>
struct change_from {
    template <auto... To>
    static constexpr change<From, To...> to{};
};

template <class... Changes>
inline constexpr change_element changes[sizeof...(Changes) + 1]{Changes::view()..., {}};

template <fixed_string Member, class... Changes>
struct lifecycle_element : element_base {
    static constexpr element view()
    {
        return {
            .kind = element_kind::lifecycle,
            .members = text_list<Member>,
            .changes = {changes<Changes...>, sizeof...(Changes)}};
    }
};

template <fixed_string Member>
struct lifecycle_maker {
    template <class... Changes>
    consteval auto operator()(Changes...) const
    {
        if constexpr ((is_change<Changes>::value && ...)) {
            return lifecycle_element<Member, Changes...>{};
        } else {
            return *this; // no element of a descriptor: `entity` says so
        }
    }
};

template <class T>
constexpr element view_of()
{
    if constexpr (element_type<T>) {
        return T::view();
    } else {
        return {};
    }
}

template <class... Elements>
inline constexpr element element_views[sizeof...(Elements) + 1]{view_of<Elements>()..., {}};

/// A descriptor: what `cairn::descriptor<Model>` holds.
template <fixed_string Name, class... Elements>
struct entity_description {
    static constexpr description view()
    {
        return {Name.view(), {element_views<Elements...>, sizeof...(Elements)}};
    }
};

/// What a descriptor with a fault becomes, so that the fault is reported once.
template <fault Found>
struct faulty_description {
};

template <class Description>
inline constexpr diagnosis found_in = diagnose_description(Description::view());

template <class Description, std::size_t... I>
at<found_in<Description>.culprit[I]...> culprit_of(std::index_sequence<I...>);

template <class Maker, class Description>
using description_verdict = verdict<
    found_in<Description>.code, passed<true>, Maker,
    decltype(culprit_of<Description>(
        std::make_index_sequence<found_in<Description>.culprit.size()>{}))>;

template <fixed_string Name>
struct entity_maker {
    template <class... Elements>
    consteval auto operator()(Elements...) const
    {
        using described_by = entity_description<Name, Elements...>;
        if constexpr (description_verdict<entity_maker, described_by>::sound) {
            return described_by{};
        } else {
            return faulty_description<found_in<described_by>.code>{};
        }
    }
};

} // namespace detail

/// Begins a descriptor: the name of the table, then its elements in any order.
template <fixed_string Name>
inline constexpr detail::entity_maker<Name> entity{};

/// The version of a model, a number from 1 on; without it a model has version 1.
template <std::uint32_t Number>
inline constexpr detail::version_element<Number> version{};

/// The key schema: text in which `{member}` stands for a field, as in `key<"task:{id}">`; without
/// a field the table has at most one record.
template <fixed_string Text>
inline constexpr detail::key_element<Text> key{};

/// An ordered, non-unique index over one to eight members.
template <fixed_string Name, fixed_string... Members>
inline constexpr detail::index_element<detail::element_kind::index, Name, Members...> index{};

/// An ordered index over members whose values no two records share; nothing equals `nullopt`.
template <fixed_string Name, fixed_string... Members>
inline constexpr detail::index_element<detail::element_kind::unique, Name, Members...> unique{};

/// Gives members a column of their own without an index, to be seen from outside by SQL.
template <fixed_string... Members>
inline constexpr detail::members_element<detail::element_kind::column, Members...> column{};

/// Keeps members out of every error, log and path.
template <fixed_string... Members>
inline constexpr detail::members_element<detail::element_kind::secret, Members...> secret{};

/// Names the only changes of an enum member that any verb lets through:
/// `lifecycle<"status">(from<open>.to<closed>, ...)`. The member gets a column.
template <fixed_string Member>
inline constexpr detail::lifecycle_maker<Member> lifecycle{};

/// The first half of a change in a lifecycle: `from<status::open>.to<status::closed>`.
template <auto Value>
inline constexpr detail::change_from<Value> from{};

/// What `descriptor` is for a type that has none.
struct undescribed {};

/// The descriptor of a model. Specialise it at global scope, after the struct is adapted:
///
///     template <>
///     inline constexpr auto cairn::descriptor<task>
///         = cairn::entity<"task">(cairn::version<1>, cairn::key<"task:{id}">);
template <class Model>
inline constexpr auto descriptor = undescribed{};

} // namespace cairn::inline v0
