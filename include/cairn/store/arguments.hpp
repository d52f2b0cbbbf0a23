// SPDX-License-Identifier: BSL-1.0
// Takes the arguments of `update(key..., function)` apart, and looks at the function.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// Calls `use(last, others...)`.
template <class Use, class... Arguments>
decltype(auto) split_last(Use const& use, Arguments&&... arguments)
{
    auto all = std::tuple<Arguments&...>{arguments...};
    return [&]<std::size_t... I>(std::index_sequence<I...>)->decltype(auto)
    {
        return use(std::get<sizeof...(Arguments) - 1>(all), std::get<I>(all)...);
    }
    (std::make_index_sequence<sizeof...(Arguments) - 1>{});
}

template <class Result, class Parameter>
std::type_identity<Parameter> parameter_of(Result (*)(Parameter));
template <class Class, class Result, class Parameter>
std::type_identity<Parameter> parameter_of(Result (Class::*)(Parameter));
template <class Class, class Result, class Parameter>
std::type_identity<Parameter> parameter_of(Result (Class::*)(Parameter) const);
template <class Class, class Result, class Parameter>
std::type_identity<Parameter> parameter_of(Result (Class::*)(Parameter) noexcept);
template <class Class, class Result, class Parameter>
std::type_identity<Parameter> parameter_of(Result (Class::*)(Parameter) const noexcept);

/// The type of the one parameter of a function that is no template and no overload; else void.
template <class Function>
struct parameter_type {
    using type = void;
};
template <class Function>
    requires requires
    {
        parameter_of(&Function::operator());
    }
struct parameter_type<Function> : decltype(parameter_of(&Function::operator())) {};
template <class Function>
    requires requires(Function* fn)
    {
        parameter_of(fn);
    }
struct parameter_type<Function> : decltype(parameter_of(static_cast<Function*>(nullptr))) {};

template <class Model, class Function>
inline constexpr bool can_change =
    std::is_invocable_v<
        Function&,
        Model&> && !std::is_same_v<typename parameter_type<std::remove_pointer_t<Function>>::type, Model>;

/// Calls `fn(record)`; refuses a function that cannot change a record: it takes none, or a copy.
template <class Function, class Model>
void change_by(Function& fn, Model& record)
{
    using function = std::remove_cv_t<Function>;
    static_assert(
        can_change<Model, function>,
        "cairn::update: the last argument is a function that takes the record by reference, to "
        "change it: write [&](auto& record) { ... }");
    if constexpr (can_change<Model, function>) fn(record);
}

} // namespace cairn::inline v0::detail
