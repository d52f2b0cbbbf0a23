// SPDX-License-Identifier: BSL-1.0
// What can be wrong with a description or a question; the sentence for each is in report.hpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace cairn::inline v0 {

/// The reasons why a description or a use of it is refused at compile time.
enum class fault : std::uint8_t {
    none,
    // entity
    foreign_element,
    entity_name,
    entity_name_reserved,
    no_key,
    // version, key
    version_zero,
    version_twice,
    key_twice,
    key_without_text,
    key_braces,
    key_field_without_name,
    key_too_long,
    key_fields_touch,
    key_repeats_member,
    // index, unique, column, secret
    index_name,
    index_name_twice,
    index_without_members,
    index_too_long,
    index_repeats_member,
    unique_name,
    unique_name_twice,
    unique_without_members,
    unique_too_long,
    unique_repeats_member,
    uniques_alike,
    too_many_indexes,
    column_without_members,
    secret_without_members,
    // lifecycle
    lifecycle_twice,
    lifecycle_mixed,
    lifecycle_unknown_value,
    // the model
    undescribed,
    unadapted,
    not_constructible,
    not_copyable,
    too_many_members,
    member_name_reserved,
    member_names_alike,
    member_left_out,
    // the types of members
    character_type,
    long_double_type,
    wide_integer_type,
    pointer_type,
    c_array_type,
    view_type,
    constant_type,
    open_enum_type,
    steady_time_type,
    duration_type,
    recursive_type,
    container_with_members,
    foreign_type,
    // names of enums
    enum_value_twice,
    enum_name_twice,
    enum_name_bad,
    // elements against members
    key_unknown_member,
    key_real,
    key_optional,
    key_type,
    index_unknown_member,
    index_type,
    unique_unknown_member,
    unique_type,
    column_unknown_member,
    column_type,
    secret_unknown_member,
    lifecycle_unknown_member,
    lifecycle_not_enum,
    lifecycle_other_enum,
    lifecycle_unnamed_value,
    // schemas
    not_a_schema,
    schema_repeats_model,
    schema_names_alike,
    not_in_schema,
    // questions
    no_such_index,
    key_arguments_missing,
    key_arguments_left_over,
    index_arguments_left_over,
    argument_not_bool,
    argument_not_integer,
    argument_not_enum,
    argument_not_number,
    argument_not_text,
    argument_not_bytes,
    argument_not_duration,
    argument_not_time,
};

namespace detail {

/// What a check found, and the word in the description that it found it at.
struct diagnosis {
    fault code = fault::none;
    std::string_view culprit{};
};

/// The culprit as a type, so that the compiler's message spells it.
template <char...>
struct at {
};

} // namespace detail

} // namespace cairn::inline v0
