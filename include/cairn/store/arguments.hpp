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

/// Whether a parameter is the record, but not the one that will be stored: a copy, or one that
/// cannot be changed. What is no record (a base of it, any type at all) is not looked at.
template <class Model, class Parameter>
inline constexpr bool is_other_record =
    std::is_same_v<std::remove_cvref_t<Parameter>, Model> && !std::is_same_v<Parameter, Model&>;

template <class Model, class Function>
inline constexpr bool can_change = std::conjunction_v<
    std::is_invocable<std::add_lvalue_reference_t<Function>, Model&>,
    std::bool_constant<
        !is_other_record<Model, typename parameter_type<std::remove_pointer_t<Function>>::type>>>;

/// The type of the last of several arguments; void of none.
template <class... Arguments>
struct last_argument {
    using type = void;
};
template <class First, class... Rest>
struct last_argument<First, Rest...> {
    using type =
        std::remove_reference_t<std::tuple_element_t<sizeof...(Rest), std::tuple<First, Rest...>>>;
};

/// Whether a function can change a record; refuses one that takes none, a copy, or one to read.
template <class Model, class Function>
consteval bool check_change()
{
    static_assert(
        can_change<Model, Function>,
        "cairn::update: the last argument is a function that takes the record by reference, not "
        "const, to change it: write [&](auto& record) { ... }");
    return can_change<Model, Function>;
}

/// Calls `fn(record)`, if it can change the record.
template <class Function, class Model>
void change_by(Function& fn, Model& record)
{
    if constexpr (check_change<Model, std::remove_cv_t<Function>>()) fn(record);
}

template <class Model, class Function>
inline constexpr bool can_look_at =
    std::is_invocable_v<std::add_lvalue_reference_t<Function>, Model const&>;

/// Whether a function can look at a record; refuses one that cannot.
template <class Model, class Function>
consteval bool check_look()
{
    static_assert(
        can_look_at<Model, Function>,
        "cairn::visit: the last argument is a function that takes the record, which it cannot "
        "change: write [&](auto const& record) { ... }");
    return can_look_at<Model, Function>;
}

} // namespace cairn::inline v0::detail
