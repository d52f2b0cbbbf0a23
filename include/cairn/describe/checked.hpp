// SPDX-License-Identifier: BSL-1.0
// Checks of a descriptor against its model, and the report of what they find.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/diagnosis.hpp>
#include <cairn/describe/elements.hpp>
#include <cairn/describe/stored_type.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

inline constexpr std::size_t max_members = 250;
inline constexpr std::size_t not_found_member = static_cast<std::size_t>(-1);

/// What the checks and the shape need to know of a member.
struct member_fact {
    std::string_view name{};
    column_type type{};
    fault refused = fault::none;
    void const* tag = nullptr;                  ///< `type_tag` of the member's type
    bool is_enum = false;                       ///< not an optional one
    array_view<enumerator_shape> enumerators{}; ///< of an enum or an optional one
};

template <class Model, class T>
constexpr member_fact fact_of(std::string_view name)
{
    return {name,         column_type_of<T>, fault_of_type<T, Model>(),
            &type_tag<T>, std::is_enum_v<T>, enumerators_of<T>()};
}

template <class Model, class Indices>
struct member_facts_in;

template <class Model, std::size_t... I>
struct member_facts_in<Model, std::index_sequence<I...>> {
    static constexpr member_fact facts[sizeof...(I) + 1]{
        fact_of<Model, member_type<Model, I>>(member_name<Model, I>)..., {}};
};

using facts = array_view<member_fact>;

template <class Model>
inline constexpr facts member_facts{
    member_facts_in<Model, std::make_index_sequence<member_count<Model>>>::facts,
    member_count<Model>};

constexpr std::size_t find_member(facts members, std::string_view name)
{
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i].name == name) return i;
    }
    return not_found_member;
}

constexpr bool reserved_member(std::string_view name)
{
    return name.starts_with('_') || alike(name, "rowid") || alike(name, "oid");
}

constexpr diagnosis diagnose_members(facts members)
{
    if (members.size() > max_members) return {fault::too_many_members, {}};
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto const& m = members[i];
        if (reserved_member(m.name)) return {fault::member_name_reserved, m.name};
        for (auto const& before : members.first(i)) {
            if (alike(before.name, m.name)) return {fault::member_names_alike, m.name};
        }
        auto const found = diagnose_enumerators(m.enumerators);
        if (found.code != fault::none) return found;
        if (m.refused != fault::none) return {m.refused, m.name};
    }
    return {};
}

constexpr fault key_fault(member_fact const& m)
{
    if (m.type.nullable) return fault::key_optional;
    if (m.type.kind == scalar::real) return fault::key_real;
    return m.type.kind == scalar::none ? fault::key_type : fault::none;
}

constexpr diagnosis diagnose_key_fields(element const& e, facts members)
{
    auto const key = parse_key_text(e.text);
    for (auto const& name : array_view<std::string_view>{key.fields.data(), key.size}) {
        auto const at = find_member(members, name);
        if (at == not_found_member) return {fault::key_unknown_member, name};
        if (auto const code = key_fault(members[at]); code != fault::none) return {code, name};
    }
    return {};
}

constexpr diagnosis diagnose_member_list(
    element const& e, facts members, fault unknown, fault no_column)
{
    for (auto const& name : e.members) {
        auto const at = find_member(members, name);
        if (at == not_found_member) return {unknown, name};
        if (no_column != fault::none && members[at].type.kind == scalar::none) {
            return {no_column, name};
        }
    }
    return {};
}

constexpr bool names_value(array_view<enumerator_shape> names, std::int64_t value)
{
    for (auto const& one : names) {
        if (one.value == value) return true;
    }
    return names.empty();
}

constexpr bool names_values(array_view<enumerator_shape> names, change_element const& change)
{
    for (auto const to : change.to) {
        if (!names_value(names, to)) return false;
    }
    return names_value(names, change.from);
}

constexpr diagnosis diagnose_lifecycle_member(element const& e, facts members)
{
    auto const name = e.members.front();
    auto const at = find_member(members, name);
    if (at == not_found_member) return {fault::lifecycle_unknown_member, name};
    if (!members[at].is_enum) return {fault::lifecycle_not_enum, name};
    for (auto const& change : e.changes) {
        if (change.type != members[at].tag) return {fault::lifecycle_other_enum, name};
        if (!names_values(members[at].enumerators, change)) {
            return {fault::lifecycle_unnamed_value, name};
        }
    }
    return {};
}

constexpr diagnosis diagnose_against(element const& e, facts members)
{
    switch (e.kind) {
    case element_kind::key: return diagnose_key_fields(e, members);
    case element_kind::index:
        return diagnose_member_list(e, members, fault::index_unknown_member, fault::index_type);
    case element_kind::unique:
        return diagnose_member_list(e, members, fault::unique_unknown_member, fault::unique_type);
    case element_kind::column:
        return diagnose_member_list(e, members, fault::column_unknown_member, fault::column_type);
    case element_kind::secret:
        return diagnose_member_list(e, members, fault::secret_unknown_member, fault::none);
    case element_kind::lifecycle: return diagnose_lifecycle_member(e, members);
    default: return {};
    }
}

constexpr diagnosis diagnose_model(description const& d, facts members)
{
    if (auto const found = diagnose_members(members); found.code != fault::none) return found;
    for (auto const& e : d.elements) {
        auto const found = diagnose_against(e, members);
        if (found.code != fault::none) return found;
    }
    return {};
}

template <class Model>
using descriptor_of = std::remove_cv_t<decltype(descriptor<Model>)>;

template <class Description>
struct reported_fault {
    static constexpr fault value = fault::none;
};

template <fault Found>
struct reported_fault<faulty_description<Found>> {
    static constexpr fault value = Found;
};

template <class Model>
inline constexpr bool copyable =
    std::is_copy_constructible_v<Model>&& std::is_copy_assignable_v<Model>;

// The descriptor comes as a type: clang takes no constant from a function that names a variable in
// whose initializer a fault was reported.
template <class Model, class Descriptor>
constexpr diagnosis find_fault()
{
    if constexpr (std::same_as<Descriptor, undescribed>)
        return {fault::undescribed, {}};
    else if constexpr (reported_fault<Descriptor>::value != fault::none)
        return {reported_fault<Descriptor>::value, {}};
    else if constexpr (!reflected<Model>)
        return {fault::unadapted, {}};
    else if constexpr (!std::is_default_constructible_v<Model>)
        return {fault::not_constructible, {}};
    else {
        auto const found = diagnose_model(Descriptor::view(), member_facts<Model>);
        if (found.code != fault::none) return found;
        if (!copyable<Model>) return {fault::not_copyable, {}};
        return {leaves_out<Model> ? fault::member_left_out : fault::none, {}};
    }
}

template <class Model>
inline constexpr diagnosis diagnosis_of = find_fault<Model, descriptor_of<Model>>();

/// What is left to report: faults of a descriptor by itself were, where it is written.
template <class Model>
inline constexpr fault unreported = reported_fault<descriptor_of<Model>>::value == fault::none
    ? diagnosis_of<Model>.code
    : fault::none;

template <class Model, std::size_t... I>
at<diagnosis_of<Model>.culprit[I]...> model_culprit(std::index_sequence<I...>);

/// Reports what is wrong with a model's description; `sound` is a member.
template <class Model>
using checked = verdict<
    unreported<Model>, passed<diagnosis_of<Model>.code == fault::none>, Model,
    decltype(model_culprit<Model>(std::make_index_sequence<diagnosis_of<Model>.culprit.size()>{}))>;

} // namespace detail

/// What is wrong with the description of `Model`, as a value; compiles whatever it is.
template <class Model>
[[nodiscard]] consteval fault diagnose()
{
    return detail::diagnosis_of<Model>.code;
}

/// A type with a descriptor in which nothing is wrong.
template <class Model>
concept described = detail::diagnosis_of<Model>
.code == fault::none;

} // namespace cairn::inline v0
