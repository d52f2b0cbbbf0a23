// SPDX-License-Identifier: BSL-1.0
// Keys and index values as cells, made from what a caller writes.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/argument.hpp>
#include <cairn/describe/schema.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

/// Some cells in a row. They point into the arguments they were made from.
template <std::size_t N>
struct cell_row {
    std::array<cell, N> values{};

    [[nodiscard]] constexpr cells view() const { return values; }
    constexpr operator cells() const { return values; } // NOLINT: implicit by design
};

namespace detail {

template <class Model, std::size_t... I>
std::tuple<member_type<Model, shape_of<Model>.key.members[I]>...> key_tuple(
    std::index_sequence<I...>);

template <class Model>
inline constexpr std::size_t key_size = shape_of<Model>.key.size;

/// What a list of arguments is checked against: an ordered list of members.
struct key_order {
    template <class Model>
    static constexpr array_view<std::uint8_t> members = shape_of<Model>.key.columns();
    static constexpr fault left_over = fault::key_arguments_left_over;
};

template <std::size_t Index>
struct index_order {
    template <class Model>
    static constexpr array_view<std::uint8_t> members = shape_of<Model>.indexes[Index].columns();
    static constexpr fault left_over = fault::index_arguments_left_over;
};

/// The first wrong argument; if there is none, `member` says nothing.
struct argument_finding {
    fault code = fault::none;
    std::size_t member = 0;
};

template <class Model, class Order, class... Args, std::size_t... I>
constexpr argument_finding find_wrong_argument(std::index_sequence<I...>)
{
    constexpr auto members = Order::template members<Model>;
    constexpr std::array<fault, sizeof...(Args)> faults{
        argument_fault<member_type<Model, members[I]>, Args>...};
    for (std::size_t i = 0; i < faults.size(); ++i) {
        if (faults[i] != fault::none) return {faults[i], members[i]};
    }
    return {};
}

template <class Model, class Order, bool Whole, class... Args>
constexpr argument_finding check_arguments()
{
    if constexpr (described<Model>) {
        constexpr auto size = Order::template members<Model>.size();
        if constexpr (sizeof...(Args) > size)
            return {Order::left_over, 0};
        else if constexpr (Whole && sizeof...(Args) < size)
            return {fault::key_arguments_missing, 0};
        else
            return find_wrong_argument<Model, Order, Args...>(std::index_sequence_for<Args...>{});
    } else {
        return {};
    }
}

template <class Model, class Order, bool Whole, class... Args>
inline constexpr argument_finding finding = check_arguments<Model, Order, Whole, Args...>();

template <class Model, fault Code, std::size_t Member>
constexpr auto finding_culprit()
{
    if constexpr (Code >= fault::argument_not_bool) {
        return std::type_identity<member_culprit<Model, Member>>{};
    } else {
        return std::type_identity<at<>>{};
    }
}

/// The member that a wrong argument is for, in a message.
template <class Model, fault Code, std::size_t Member>
using finding_at = typename decltype(finding_culprit<Model, Code, Member>())::type;

template <class Model, class Order, class... Args, std::size_t... I>
cell_row<sizeof...(Args)> make_row(std::index_sequence<I...>, Args const&... args)
{
    return {{member_cell<Model, Order::template members<Model>[I]>(args)...}};
}

} // namespace detail

/// The types of the fields of a key, in the order of the key schema.
template <class Model>
using key_of = decltype(detail::key_tuple<Model>(
    std::make_index_sequence<detail::key_size<Model>>{}));

/// A whole key of `Model`.
template <class Model>
using key_cells = cell_row<detail::key_size<Model>>;

/// The key made of one argument for each field, or of one `key_of<Model>`.
///
/// @errors `invalid_argument` if an integer, time or number of bytes does not fit the field. An
///         argument of a wrong type does not compile.
template <class Model, class... Args>
[[nodiscard]] key_cells<Model> make_key(Args const&... args)
{
    using order = detail::key_order;
    constexpr auto& found = detail::finding<Model, order, true, Args...>;
    using where = detail::finding_at<Model, found.code, found.member>;
    if constexpr (!detail::report<found.code, Model, where, Args...>() || !described<Model>)
        return {};
    else
        return detail::make_row<Model, order>(std::index_sequence_for<Args...>{}, args...);
}

template <class Model, class... Fields>
[[nodiscard]] key_cells<Model> make_key(std::tuple<Fields...> const& key)
{
    return std::apply([](auto const&... fields) { return make_key<Model>(fields...); }, key);
}

/// The leading fields of a key, as a `cell_row`. (Deduced types make a compiler look into the body
/// at once, and say where the question was asked.)
template <class Model, class... Args>
[[nodiscard]] auto make_prefix(Args const&... args)
{
    using order = detail::key_order;
    constexpr auto& found = detail::finding<Model, order, false, Args...>;
    using where = detail::finding_at<Model, found.code, found.member>;
    if constexpr (!detail::report<found.code, Model, where, Args...>() || !described<Model>)
        return cell_row<sizeof...(Args)>{};
    else
        return detail::make_row<Model, order>(std::index_sequence_for<Args...>{}, args...);
}

/// Values of the leading members of index `Index` (a place in `shape::indexes`), as a `cell_row`.
///
/// @errors As `make_key`.
template <class Model, std::size_t Index, class... Args>
[[nodiscard]] auto make_index_row(Args const&... args)
{
    using order = detail::index_order<Index>;
    constexpr auto& found = detail::finding<Model, order, false, Args...>;
    using where = detail::finding_at<Model, found.code, found.member>;
    if constexpr (!detail::report<found.code, Model, where, Args...>() || !described<Model>)
        return cell_row<sizeof...(Args)>{};
    else
        return detail::make_row<Model, order>(std::index_sequence_for<Args...>{}, args...);
}

namespace detail {

template <class Model, std::size_t Member, class Arg>
constexpr fault check_value()
{
    if constexpr (described<Model>)
        return argument_fault<member_type<Model, Member>, Arg>;
    else
        return fault::none;
}

} // namespace detail

/// The value of member `Member` (an ordinal in `shape::members`), for a bound or a comparison.
///
/// @errors As `make_key`.
template <class Model, std::size_t Member, class Arg>
[[nodiscard]] cell make_value(Arg const& value)
{
    constexpr auto found = detail::check_value<Model, Member, Arg>();
    using where = detail::finding_at<Model, found, Member>;
    if constexpr (!detail::report<found, Model, where, Arg>() || !described<Model>)
        return cell{};
    else
        return detail::member_cell<Model, Member>(value);
}

/// Reads a key back into values that own what they hold. False if a cell does not fit its field.
template <class Model>
[[nodiscard]] bool read_key(cells from, key_of<Model>& out)
{
    if (from.size() != detail::key_size<Model>) return false;
    std::size_t i = 0;
    return std::apply([&](auto&... fields) { return (from_cell(from[i++], fields) && ...); }, out);
}

} // namespace cairn::inline v0
