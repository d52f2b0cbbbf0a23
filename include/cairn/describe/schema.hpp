// SPDX-License-Identifier: BSL-1.0
// A schema names the models of a store; tables and indexes are values that name one of them.
#pragma once

#include <cairn/base/fixed_string.hpp>
#include <cairn/describe/shape_of.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

template <class Model, class... Models>
inline constexpr std::size_t times_among = (std::size_t{0} + ... + std::is_same_v<Model, Models>);

/// The first fault between models; a faulty model has been reported and is left out.
template <class... Models>
constexpr fault find_schema_fault()
{
    constexpr auto size = sizeof...(Models);
    constexpr std::array<std::string_view, size> names{shape_of<Models>.name...};
    constexpr bool repeats = ((times_among < Models, Models... >> 1) || ...);
    if (repeats) return fault::schema_repeats_model;
    constexpr std::array<bool, size> sound{checked<Models>::sound...};
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (sound[i] && sound[j] && alike(names[i], names[j])) {
                return fault::schema_names_alike;
            }
        }
    }
    return fault::none;
}

template <class... Models>
using checked_models = verdict<find_schema_fault<Models...>(), passed<true>, Models...>;

/// The list of models behind a schema, or a member `valid` that says there is none.
template <class... Models>
struct model_list {
    static constexpr bool valid = true;
    static constexpr std::size_t size = sizeof...(Models);
    static constexpr std::array<shape const*, size> shapes{&shape_of<Models>...};

    template <class Model>
    static constexpr std::size_t find()
    {
        constexpr std::array<bool, size> same{std::is_same_v<Model, Models>...};
        for (std::size_t i = 0; i < size; ++i) {
            if (same[i]) return i;
        }
        return size;
    }
};

struct no_models : model_list<> {
    static constexpr bool valid = false;
};

} // namespace detail

/// A list of models, to be given a name: `struct app : cairn::schema<task, account> {};`.
template <class... Models>
struct schema {
    using cairn_models = detail::model_list<Models...>;

    static_assert(((detail::checked<Models>::sound || true) && ...));
    static_assert(detail::checked_models<Models...>::sound || true);
};

namespace detail {

template <class Schema>
struct models_in {
    using type = no_models;
};

template <class Schema>
    requires requires
    {
        requires Schema::cairn_models::valid;
    }
struct models_in<Schema> {
    using type = typename Schema::cairn_models;
};

template <class Schema>
using models_of = typename models_in<Schema>::type;

/// Reports a type that is given as a schema and is none.
template <class Schema>
using checked_schema =
    verdict<models_of<Schema>::valid ? fault::none : fault::not_a_schema, passed<true>, Schema>;

template <class Schema, class Model>
inline constexpr std::size_t place_in = models_of<Schema>::template find<Model>();

template <class Schema, class Model>
inline constexpr bool is_in = place_in<Schema, Model> < models_of<Schema>::size;

/// Reports a model that is not in the schema; has `ordinal`, and `sound`, without which the
/// caller goes on with a stand-in.
template <class Schema, class Model>
using checked_member = verdict<
    models_of<Schema>::valid && !is_in<Schema, Model> ? fault::not_in_schema : fault::none,
    passed<is_in<Schema, Model> && described<Model>, place_in<Schema, Model>>, Model, Schema>;

} // namespace detail

/// The number of models of a schema.
template <class Schema>
inline constexpr std::size_t model_count = detail::checked_schema<Schema>::sound
    ? detail::models_of<Schema>::size
    : 0;

/// The shapes of its models, in the order of the schema.
template <class Schema>
inline constexpr std::array<shape const*, model_count<Schema>> shapes_of =
    detail::models_of<Schema>::shapes;

/// The place of `Model` in the schema; does not compile if it is not there.
template <class Schema, class Model>
inline constexpr std::size_t ordinal_in = detail::checked_member<Schema, Model>::ordinal;

/// The type of `table<Model>`.
template <class Model>
struct table_name {
    using model = Model;
};

/// The table of `Model`, as a value: `inline constexpr auto tasks = cairn::table<task>;`.
template <class Model>
    requires(detail::checked<Model>::sound || true) // reports where the table is named
inline constexpr table_name<Model> table{};

/// The type of `"queue"_by`.
template <fixed_string Name>
struct by_name {
    static constexpr fixed_string name = Name;
};

namespace literals {

/// The name of an index or unique, as a value: `db[tasks].by("queue"_by)`.
// Not consteval: clang 14 without optimisation calls one that a template names, and emits none.
template <fixed_string Name>
constexpr by_name<Name> operator""_by()
{
    return {};
}

} // namespace literals

namespace detail {

constexpr std::size_t find_index(shape const& s, std::string_view name)
{
    for (std::size_t i = 0; i < s.indexes.size(); ++i) {
        if (s.indexes[i].name == name) return i;
    }
    return s.indexes.size();
}

template <class Model, class Name>
inline constexpr std::size_t index_place = find_index(shape_of<Model>, Name::name.view());

template <class Model, class Name>
inline constexpr bool has_index = index_place<Model, Name> < shape_of<Model>.indexes.size();

template <class Name, std::size_t... I>
at<Name::name.text[I]...> index_culprit(std::index_sequence<I...>);

/// Reports an index that the model does not have; has `ordinal`, and `sound`, without which the
/// caller goes on with a stand-in.
template <class Model, class Name>
using checked_index = verdict<
    described<Model> && !has_index<Model, Name> ? fault::no_such_index : fault::none,
    passed<has_index<Model, Name>, index_place<Model, Name>>, Model,
    decltype(index_culprit<Name>(std::make_index_sequence<Name::name.size()>{}))>;

} // namespace detail

/// The place in `shape::indexes` of an index or unique, by its name: `index_ordinal<task,
/// by_name<"queue">>`; does not compile if the model has none of this name.
template <class Model, class Name>
inline constexpr std::size_t index_ordinal = detail::checked_index<Model, Name>::ordinal;

} // namespace cairn::inline v0
