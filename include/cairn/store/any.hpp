// SPDX-License-Identifier: BSL-1.0
// How a store opens its backend: one that is fixed, or one of several chosen at run time.
#pragma once

#include <cairn/backend/adapt.hpp>
#include <cairn/backend/erased.hpp>
#include <cairn/describe/schema.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace cairn::inline v0 {

namespace detail {

/// A backend whose tables need no type: it opens itself.
template <class Backend>
concept opens_itself = requires(typename Backend::options how, record_types models)
{
    {
        Backend::open(std::move(how), models)
        } -> std::same_as<opened_backend>;
};

} // namespace detail

/// What a store can be opened over: a model of the seam, or an engine that brings its tables behind
/// virtual calls and without types, so that they are compiled once.
template <class Backend>
concept store_backend = detail::opens_itself<Backend> || backend<Backend>;

/// A choice, made when the store is opened, between backends: its options are those of one of
/// them. `cairn::any` is `one_of<memory, sqlite>`.
///
///     using database = cairn::store<app, cairn::any>;
///     auto db = persistent ? database{cairn::sqlite_options{.path = "state.db"}}
///                          : database{cairn::memory_options{}};
template <store_backend... Backends>
struct one_of {
    using options = std::variant<typename Backends::options...>;
};

namespace detail {

template <class Models, class Backend>
struct opening;

/// Opens nothing where a description is faulty: that is reported, and would be only repeated here.
template <class... Models, class Backend>
struct opening<model_list<Models...>, Backend> {
    static opened_backend open(typename Backend::options&& how)
    {
        if constexpr (!(described<Models> && ...)) {
            static_cast<void>(how);
            return {};
        } else if constexpr (opens_itself<Backend>) {
            static constexpr record_type const* types[] = {&record_type_of<Models>..., nullptr};
            return Backend::open(std::move(how), {types, sizeof...(Models)});
        } else {
            return open_erased<Backend, Models...>(std::move(how));
        }
    }
};

template <class Backend>
struct opening<no_models, Backend> : opening<model_list<>, Backend> {
};

/// Of what is no backend: says so, and is otherwise like one, so that this error is the only one.
template <class Backend>
struct opener {
    static_assert(
        store_backend<Backend>,
        "cairn::store: the second argument is no backend: use cairn::memory, cairn::sqlite, "
        "cairn::any, or a type that models cairn::backend");
    struct options {
        std::string path{};
    };

    static commit_options commit(options const&) { return {}; }

    template <class Schema>
    static opened_backend open(options&&)
    {
        return {};
    }
};

template <store_backend Backend>
struct opener<Backend> {
    using options = typename Backend::options;

    static commit_options commit(options const& how) { return how.commit; }

    template <class Schema>
    static opened_backend open(options&& how)
    {
        return opening<models_of<Schema>, Backend>::open(std::move(how));
    }
};

template <class Backend>
inline constexpr bool is_choice = false;
template <class... Backends>
inline constexpr bool is_choice<one_of<Backends...>> = true;

/// A choice has no default: it would be kept nowhere, or in a file that nobody named.
template <class Backend>
constexpr void require_chosen()
{
    static_assert(
        !is_choice<Backend>,
        "cairn::store: the backend is chosen when the store is opened: give it the options of one, "
        "such as cairn::sqlite_options{.path = \"state.db\"} or cairn::memory_options{}");
}

template <class... Backends>
struct opener<one_of<Backends...>> {
    using options = typename one_of<Backends...>::options;

    static commit_options commit(options const& how)
    {
        return std::visit([](auto const& chosen) { return chosen.commit; }, how);
    }

    template <class Schema>
    static opened_backend open(options&& how)
    {
        auto opened = opened_backend{};
        auto const try_one = [&]<class Backend>(std::type_identity<Backend>) {
            auto* chosen = std::get_if<typename Backend::options>(&how);
            if (chosen != nullptr)
                opened = opener<Backend>::template open<Schema>(std::move(*chosen));
        };
        (try_one(std::type_identity<Backends>{}), ...);
        return opened;
    }
};

} // namespace detail

} // namespace cairn::inline v0
