// SPDX-License-Identifier: BSL-1.0
// Checks of what a descriptor says by itself, before the model is looked at.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/element.hpp>
#include <cairn/describe/fault.hpp>
#include <cairn/describe/key_schema.hpp>

#include <cstddef>
#include <string_view>

namespace cairn::inline v0::detail {

inline constexpr std::size_t max_name_length = 64;
inline constexpr std::size_t max_indexes = 64;

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool alike(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

constexpr bool begins_alike(std::string_view text, std::string_view beginning)
{
    return alike(text.substr(0, beginning.size()), beginning);
}

constexpr bool letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

constexpr bool good_name(std::string_view name)
{
    if (name.empty() || name.size() > max_name_length || !letter(name.front())) return false;
    for (char const c : name) {
        if (!letter(c) && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
    }
    return true;
}

constexpr bool contains(array_view<std::string_view> names, std::string_view name)
{
    for (auto const& one : names) {
        if (one == name) return true;
    }
    return false;
}

constexpr std::string_view repeated(array_view<std::string_view> names)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (contains(names.first(i), names[i])) return names[i];
    }
    return {};
}

constexpr bool same_members(element const& a, element const& b)
{
    if (a.members.size() != b.members.size()) return false;
    for (auto const& name : a.members) {
        if (!contains(b.members, name)) return false;
    }
    return true;
}

constexpr bool is_index(element const& e)
{
    return e.kind == element_kind::index || e.kind == element_kind::unique;
}

constexpr diagnosis diagnose_key(std::string_view text)
{
    auto const key = parse_key_text(text);
    switch (key.fault) {
    case key_text_fault::none: break;
    case key_text_fault::empty: return {fault::key_without_text, text};
    case key_text_fault::braces: return {fault::key_braces, text};
    case key_text_fault::nameless: return {fault::key_field_without_name, text};
    case key_text_fault::too_many: return {fault::key_too_long, text};
    }
    for (std::size_t i = 1; i < key.size; ++i) {
        if (!separates(key.literals[i])) return {fault::key_fields_touch, text};
    }
    auto const twice = repeated({key.fields.data(), key.size});
    return {twice.empty() ? fault::none : fault::key_repeats_member, twice};
}

constexpr diagnosis diagnose_index(element const& e)
{
    bool const unique = e.kind == element_kind::unique;
    auto const either = [&](fault of_index, fault of_unique, std::string_view culprit) {
        return diagnosis{unique ? of_unique : of_index, culprit};
    };
    if (!good_name(e.text)) return either(fault::index_name, fault::unique_name, e.text);
    if (e.members.empty()) {
        return either(fault::index_without_members, fault::unique_without_members, e.text);
    }
    if (e.members.size() > max_index_columns) {
        return either(fault::index_too_long, fault::unique_too_long, e.text);
    }
    auto const twice = repeated(e.members);
    if (twice.empty()) return {};
    return either(fault::index_repeats_member, fault::unique_repeats_member, twice);
}

constexpr diagnosis diagnose_lifecycle(element const& e)
{
    for (auto const& change : e.changes) {
        if (!change.one_type || change.type != e.changes.front().type) {
            return {fault::lifecycle_mixed, e.members.front()};
        }
        if (!change.known) return {fault::lifecycle_unknown_value, e.members.front()};
    }
    return {};
}

/// Checks an element by itself.
constexpr diagnosis diagnose_element(element const& e)
{
    switch (e.kind) {
    case element_kind::foreign: return {fault::foreign_element, {}};
    case element_kind::version: return {e.number == 0 ? fault::version_zero : fault::none, {}};
    case element_kind::key: return diagnose_key(e.text);
    case element_kind::index:
    case element_kind::unique: return diagnose_index(e);
    case element_kind::column:
        return {e.members.empty() ? fault::column_without_members : fault::none, {}};
    case element_kind::secret:
        return {e.members.empty() ? fault::secret_without_members : fault::none, {}};
    case element_kind::lifecycle: return diagnose_lifecycle(e);
    }
    return {};
}

/// Checks `e` against an element before it.
constexpr diagnosis diagnose_pair(element const& before, element const& e)
{
    if (is_index(before) && is_index(e) && alike(before.text, e.text)) {
        return {
            e.kind == element_kind::unique ? fault::unique_name_twice : fault::index_name_twice,
            e.text};
    }
    if (before.kind != e.kind) return {};
    switch (e.kind) {
    case element_kind::version: return {fault::version_twice, {}};
    case element_kind::key: return {fault::key_twice, e.text};
    case element_kind::lifecycle: return {fault::lifecycle_twice, e.members.front()};
    case element_kind::unique:
        return {same_members(before, e) ? fault::uniques_alike : fault::none, e.text};
    default: return {};
    }
}

constexpr diagnosis diagnose_name(std::string_view name)
{
    if (!good_name(name)) return {fault::entity_name, name};
    return {begins_alike(name, "sqlite_") ? fault::entity_name_reserved : fault::none, name};
}

/// The first fault of a descriptor that shows without its model.
constexpr diagnosis diagnose_description(description const& d)
{
    if (auto const found = diagnose_name(d.name); found.code != fault::none) return found;
    std::size_t keys = 0;
    std::size_t indexes = 0;
    for (std::size_t i = 0; i < d.elements.size(); ++i) {
        auto const& e = d.elements[i];
        auto found = diagnose_element(e);
        for (std::size_t j = 0; j < i && found.code == fault::none; ++j) {
            found = diagnose_pair(d.elements[j], e);
        }
        if (found.code != fault::none) return found;
        if (e.kind == element_kind::key) ++keys;
        if (is_index(e)) ++indexes;
    }
    if (keys == 0) return {fault::no_key, d.name};
    if (indexes > max_indexes) return {fault::too_many_indexes, d.name};
    return {};
}

} // namespace cairn::inline v0::detail
