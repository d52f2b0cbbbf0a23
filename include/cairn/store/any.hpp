// SPDX-License-Identifier: BSL-1.0
// How a store opens its backend: one that is fixed, or one of several chosen at run time.
#pragma once

#include <cairn/describe/schema.hpp>
#include <cairn/store/erased.hpp>

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

namespace cairn::inline v0 {

/// A choice, made when the store is opened, between backends: its options are those of one of
/// them. `cairn::any` is `one_of<memory, sqlite>`.
///
///     using database = cairn::store<app, cairn::any>;
///     auto db = persistent ? database{cairn::sqlite_options{.path = "state.db"}}
///                          : database{cairn::memory_options{}};
template <backend... Backends>
struct one_of {
    using options = std::variant<typename Backends::options...>;
};

namespace detail {

template <class Models, class Backend>
struct opening;

template <class... Models, class Backend>
struct opening<model_list<Models...>, Backend> {
    template <class Options>
    static std::unique_ptr<any_database> open(
        Options how, std::span<shape const* const> shapes,
        std::vector<std::unique_ptr<any_table_base>>& tables)
    {
        return open_erased<Backend, Models...>(std::move(how), shapes, tables);
    }
};

template <class Backend>
struct opening<no_models, Backend> : opening<model_list<>, Backend> {
};

template <class Backend>
struct opener {
    static_assert(
        backend<Backend>,
        "cairn::store: the second argument is no backend: use cairn::memory, cairn::sqlite, "
        "cairn::any, or a type that models cairn::backend");
    using options = typename Backend::options;

    static commit_options commit(options const& how) { return how.commit; }

    template <class Schema>
    static std::unique_ptr<any_database> open(
        options how, std::vector<std::unique_ptr<any_table_base>>& tables)
    {
        return opening<models_of<Schema>, Backend>::open(std::move(how), shapes_of<Schema>, tables);
    }
};

template <class... Backends>
struct opener<one_of<Backends...>> {
    using options = typename one_of<Backends...>::options;

    static commit_options commit(options const& how)
    {
        return std::visit([](auto const& chosen) { return chosen.commit; }, how);
    }

    template <class Schema>
    static std::unique_ptr<any_database> open(
        options how, std::vector<std::unique_ptr<any_table_base>>& tables)
    {
        auto database = std::unique_ptr<any_database>{};
        auto const try_one = [&]<class Backend>(std::type_identity<Backend>) {
            auto* chosen = std::get_if<typename Backend::options>(&how);
            if (chosen == nullptr) return;
            database = opener<Backend>::template open<Schema>(std::move(*chosen), tables);
        };
        (try_one(std::type_identity<Backends>{}), ...);
        return database;
    }
};

} // namespace detail

} // namespace cairn::inline v0
