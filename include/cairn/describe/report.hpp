// SPDX-License-Identifier: BSL-1.0
// The sentence for each fault, and how a check reports it at compile time.
#pragma once

#include <cairn/describe/fault.hpp>

#include <cstddef>
#include <type_traits>

namespace cairn::inline v0 {

namespace detail {

/// Instantiated for what a check found: stops the compiler with the sentence for it. `Where` only
/// has to appear in the message. A function, because clang takes no constant from a class in which
/// an assertion failed, and would complain again.
template <fault Found, class... Where>
    requires(Found != fault::none)
constexpr bool report()
{
    using enum fault;

    static_assert(
        Found != foreign_element,
        "cairn::entity: every argument is an element of a descriptor: write version<1>, "
        "key<\"task:{id}\">, index<\"name\", \"member\">, unique<\"name\", \"member\">, "
        "column<\"member\">, secret<\"member\"> or lifecycle<\"member\">(from<a>.to<b>)");
    static_assert(
        Found != entity_name,
        "cairn::entity: the name is 1 to 64 letters, digits, '_' or '-' and begins with a letter: "
        "write entity<\"task\">");
    static_assert(
        Found != entity_name_reserved,
        "cairn::entity: names that begin with sqlite_ belong to SQLite: choose another name");
    static_assert(
        Found != no_key,
        "cairn::entity: a descriptor needs a key: add cairn::key<\"task:{member}\">");

    static_assert(
        Found != version_zero, "cairn::version: versions count from 1: write cairn::version<1>");
    static_assert(
        Found != version_twice,
        "cairn::version: a descriptor has one version: keep the highest and remove the others");
    static_assert(
        Found != key_twice,
        "cairn::key: a descriptor has one key: keep one and write the others as cairn::unique");
    static_assert(
        Found != key_without_text,
        "cairn::key: the key schema is empty: write its path, such as cairn::key<\"task:{id}\">");
    static_assert(
        Found != key_braces,
        "cairn::key: the braces do not match: write each field as {member}, without braces "
        "elsewhere");
    static_assert(
        Found != key_field_without_name,
        "cairn::key: a field has no name: write the member between the braces, such as {id}");
    static_assert(Found != key_too_long, "cairn::key: a key has at most 8 fields: leave some out");
    static_assert(
        Found != key_fields_touch,
        "cairn::key: two fields touch: put a literal between them that begins with a character "
        "other than letters, digits and . _ ~ - %, such as \"{a}/{b}\"");
    static_assert(
        Found != key_repeats_member, "cairn::key: a member stands twice: name each member once");

    static_assert(
        Found != index_name,
        "cairn::index: the name is 1 to 64 letters, digits, '_' or '-' and begins with a letter: "
        "write index<\"name\", \"member\">");
    static_assert(
        Found != index_name_twice,
        "cairn::index: another index or unique has this name: give each a name of its own");
    static_assert(
        Found != index_without_members,
        "cairn::index: an index needs members: write index<\"name\", \"member\">");
    static_assert(
        Found != index_too_long, "cairn::index: an index has at most 8 members: leave some out");
    static_assert(
        Found != index_repeats_member,
        "cairn::index: a member stands twice: name each member once");
    static_assert(
        Found != unique_name,
        "cairn::unique: the name is 1 to 64 letters, digits, '_' or '-' and begins with a letter: "
        "write unique<\"name\", \"member\">");
    static_assert(
        Found != unique_name_twice,
        "cairn::unique: another index or unique has this name: give each a name of its own");
    static_assert(
        Found != unique_without_members,
        "cairn::unique: a unique needs members: write unique<\"name\", \"member\">");
    static_assert(
        Found != unique_too_long, "cairn::unique: a unique has at most 8 members: leave some out");
    static_assert(
        Found != unique_repeats_member,
        "cairn::unique: a member stands twice: name each member once");
    static_assert(
        Found != uniques_alike,
        "cairn::unique: another unique has the same members, so both say the same: remove one, or "
        "make it a cairn::index");
    static_assert(
        Found != too_many_indexes,
        "cairn::index: a model has at most 64 indexes and uniques: remove some");
    static_assert(
        Found != column_without_members,
        "cairn::column: a column needs a member: write column<\"member\">");
    static_assert(
        Found != secret_without_members,
        "cairn::secret: a secret needs a member: write secret<\"member\">");

    static_assert(
        Found != lifecycle_twice,
        "cairn::lifecycle: a model has one lifecycle: put all changes into one, or remove the "
        "others");
    static_assert(
        Found != lifecycle_mixed,
        "cairn::lifecycle: all values of a change are of one enum: write from<e::a>.to<e::b>");
    static_assert(
        Found != lifecycle_unknown_value,
        "cairn::lifecycle: the enum does not declare this value: write from<e::a>.to<e::b> with "
        "enumerators of the member's enum");

    static_assert(
        Found != undescribed,
        "cairn::descriptor: this type has no descriptor: write, at global scope, template <> "
        "inline constexpr auto cairn::descriptor<T> = cairn::entity<\"name\">"
        "(cairn::key<\"name:{member}\">);");
    static_assert(
        Found != unadapted,
        "cairn::descriptor: the members of this type are not known: write, at global scope, "
        "BOOST_HANA_ADAPT_STRUCT(T, member, member);");
    static_assert(
        Found != not_constructible,
        "cairn::descriptor: a model is made before it is read, so it and the types in it need a "
        "default constructor: give it one");
    static_assert(
        Found != not_copyable,
        "cairn::descriptor: a model is copied in and out, so it and its members must be copyable "
        "and assignable: remove or replace the member that is not");
    static_assert(
        Found != too_many_members,
        "cairn::descriptor: a model has at most 250 members: group some in a nested struct");
    static_assert(
        Found != member_name_reserved,
        "cairn::descriptor: members beginning with '_' and the names rowid and oid belong to the "
        "database: rename the member");
    static_assert(
        Found != member_names_alike,
        "cairn::descriptor: two members differ only in the case of letters, which SQL does not "
        "see: rename one");
    static_assert(
        Found != member_left_out,
        "cairn::descriptor: a member of the struct is not adapted: add it to "
        "BOOST_HANA_ADAPT_STRUCT, or say that it is not stored: template <> inline constexpr auto "
        "cairn::left_out<T> = cairn::members<&T::member>;");

    static_assert(
        Found != character_type,
        "cairn::descriptor: a character type has another size or sign on another machine: use "
        "std::string, std::int8_t or std::uint8_t");
    static_assert(
        Found != long_double_type,
        "cairn::descriptor: long double has another size on another machine: use double");
    static_assert(
        Found != wide_integer_type,
        "cairn::descriptor: integers have at most 64 bits: use std::array<std::byte, 16>");
    static_assert(
        Found != pointer_type,
        "cairn::descriptor: pointers and references mean nothing once the program has ended: use "
        "the value itself, std::optional, or the key of the other record");
    static_assert(
        Found != c_array_type,
        "cairn::descriptor: a C array cannot be assigned or returned: use std::array");
    static_assert(
        Found != view_type,
        "cairn::descriptor: a view does not own what it shows: use std::string or std::vector");
    static_assert(
        Found != constant_type,
        "cairn::descriptor: a const or volatile member cannot be read back: remove the qualifier");
    static_assert(
        Found != open_enum_type,
        "cairn::descriptor: the compiler chooses the size of this enum: fix its type, as in "
        "enum class e : std::uint8_t { ... }");
    static_assert(
        Found != steady_time_type,
        "cairn::descriptor: a steady clock starts anew with the machine: use cairn::timestamp");
    static_assert(
        Found != duration_type,
        "cairn::descriptor: durations and times count in integers of at most 64 bits, float or "
        "double: use std::chrono::nanoseconds, cairn::timestamp or the like");
    static_assert(
        Found != recursive_type,
        "cairn::descriptor: a struct cannot contain itself: keep the parts in records of their own "
        "and store their keys");
    static_assert(
        Found != container_with_members,
        "cairn::descriptor: a class derived from a container has members of its own, which would "
        "not be stored: write an adapted struct with the container as a member, or template <> "
        "inline constexpr auto cairn::foreign<T> = cairn::cereal_format<\"name\", 1>;");
    static_assert(
        Found != foreign_type,
        "cairn::descriptor: a member is of a type that cannot be stored: for a struct write "
        "BOOST_HANA_ADAPT_STRUCT(T, member, member); for a type with cereal functions of its own "
        "write template <> inline constexpr auto cairn::foreign<T> = "
        "cairn::cereal_format<\"name\", 1>;");

    static_assert(
        Found != enum_value_twice,
        "cairn::enum_names: a value has two names: name each value once");
    static_assert(
        Found != enum_name_twice,
        "cairn::enum_names: two values have one name: give each a name of its own");
    static_assert(
        Found != enum_name_bad,
        "cairn::enum_names: a name that is empty or begins like a number reads as something else: "
        "begin it with a letter");

    static_assert(
        Found != key_unknown_member,
        "cairn::key: the model has no member of this name: write a member between the braces, as "
        "BOOST_HANA_ADAPT_STRUCT spells it");
    static_assert(
        Found != key_real,
        "cairn::key: floating point numbers are not exact enough for a key: use an integer, or a "
        "cairn::index for its order");
    static_assert(
        Found != key_optional,
        "cairn::key: a key field always has a value: use the type without std::optional");
    static_assert(
        Found != key_type,
        "cairn::key: a key field is a bool, integer, enum, string, byte array or vector, duration "
        "or time point: choose another member");
    static_assert(
        Found != index_unknown_member,
        "cairn::index: the model has no member of this name: write index<\"name\", \"member\"> "
        "with members as BOOST_HANA_ADAPT_STRUCT spells them");
    static_assert(
        Found != index_type,
        "cairn::index: a member of this type has no order in the database: index a bool, number, "
        "enum, string, byte array or vector, duration, time point, or an optional of one");
    static_assert(
        Found != unique_unknown_member,
        "cairn::unique: the model has no member of this name: write unique<\"name\", \"member\"> "
        "with members as BOOST_HANA_ADAPT_STRUCT spells them");
    static_assert(
        Found != unique_type,
        "cairn::unique: a member of this type has no order in the database: use a bool, number, "
        "enum, string, byte array or vector, duration, time point, or an optional of one");
    static_assert(
        Found != column_unknown_member,
        "cairn::column: the model has no member of this name: write column<\"member\"> with a "
        "member as BOOST_HANA_ADAPT_STRUCT spells it");
    static_assert(
        Found != fault::column_type,
        "cairn::column: a member of this type cannot be a column: use a bool, number, enum, "
        "string, byte array or vector, duration, time point, or an optional of one");
    static_assert(
        Found != secret_unknown_member,
        "cairn::secret: the model has no member of this name: write secret<\"member\"> with a "
        "member as BOOST_HANA_ADAPT_STRUCT spells it");
    static_assert(
        Found != lifecycle_unknown_member,
        "cairn::lifecycle: the model has no member of this name: write lifecycle<\"member\">(...) "
        "with a member as BOOST_HANA_ADAPT_STRUCT spells it");
    static_assert(
        Found != lifecycle_not_enum,
        "cairn::lifecycle: only an enum has a lifecycle: name a member whose type is an enum");
    static_assert(
        Found != lifecycle_other_enum,
        "cairn::lifecycle: the changes are not of the member's type: write from<e::a>.to<e::b> "
        "with the enum of the member");
    static_assert(
        Found != lifecycle_unnamed_value,
        "cairn::lifecycle: cairn::enum_names does not name this value: add it there, or write "
        "from<e::a>.to<e::b> with values that it names");

    static_assert(
        Found != not_a_schema,
        "cairn::schema: a store takes a schema: write struct app : cairn::schema<model, model> "
        "{};");
    static_assert(
        Found != schema_repeats_model, "cairn::schema: a model stands twice: name each model once");
    static_assert(
        Found != schema_names_alike,
        "cairn::schema: two models have the same entity name, or one that differs only in the case "
        "of letters: rename one in its cairn::entity");
    static_assert(
        Found != not_in_schema,
        "cairn::schema: the model is not in this schema: add it, as in "
        "struct app : cairn::schema<..., model> {};");

    static_assert(
        Found != no_such_index,
        "cairn::repository::by: the model has no index or unique of this name: add cairn::index or "
        "cairn::unique to its descriptor, or use the name of one that is there");
    static_assert(
        Found != key_arguments_missing,
        "cairn::key: an argument is missing: give one for each field of the key, in its order, or "
        "use prefix for the leading ones");
    static_assert(
        Found != key_arguments_left_over,
        "cairn::key: more arguments than the key has fields: give one for each field, in the order "
        "of the key schema");
    static_assert(
        Found != index_arguments_left_over,
        "cairn::index: more arguments than the index has members: give at most one for each, in "
        "the order of the index");
    static_assert(
        Found != argument_not_bool,
        "cairn::key, cairn::index: the member is a bool: write true, false or a bool");
    static_assert(
        Found != argument_not_integer,
        "cairn::key, cairn::index: the member is an integer: write an integer");
    static_assert(
        Found != argument_not_enum,
        "cairn::key, cairn::index: the member is an enum: write a value of the same enum");
    static_assert(
        Found != argument_not_number,
        "cairn::key, cairn::index: the member is a floating point number: write a number");
    static_assert(
        Found != argument_not_text,
        "cairn::key, cairn::index: the member is text: write a std::string, std::string_view or "
        "string literal");
    static_assert(
        Found != argument_not_bytes,
        "cairn::key, cairn::index: the member is bytes: write a std::array, std::vector or "
        "std::span of std::byte or unsigned char");
    static_assert(
        Found != argument_not_duration,
        "cairn::key, cairn::index: the member is a duration: write a std::chrono duration of the "
        "same or a coarser unit");
    static_assert(
        Found != argument_not_time,
        "cairn::key, cairn::index: the member is a point in time: write a time point of the same "
        "clock and of the same or a coarser unit");
    return false;
}

template <fault Found, class... Where>
    requires(Found == fault::none)
constexpr bool report()
{
    return true;
}

/// What a check leaves that found something; to name a member reports it.
template <fault Found, class... Where>
struct failed {
    static constexpr bool sound = report<Found, Where...>();
    static constexpr std::size_t ordinal = sound ? 1 : 0;
};

/// What a check leaves that found nothing. `sound` is false if the fault was reported elsewhere.
template <bool Sound, std::size_t Ordinal = 0>
struct passed {
    static constexpr bool sound = Sound;
    static constexpr std::size_t ordinal = Ordinal;
};

/// A check: to name a member of it reports the fault, once in a translation unit, and tells
/// whether to go on or to take a stand-in. An alias, to keep the compiler's message short.
template <fault Found, class Passed, class... Where>
using verdict = std::conditional_t<Found == fault::none, Passed, failed<Found, Where...>>;

} // namespace detail

} // namespace cairn::inline v0
