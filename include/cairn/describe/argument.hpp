// SPDX-License-Identifier: BSL-1.0
// What may be written for a member in a question, and how it becomes a cell.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/describe/shape_of.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// Where an argument goes, for the message if its value does not fit.
struct argument_place {
    shape const* model;
    std::size_t member;
};

[[noreturn]] inline void refuse_argument(argument_place place, char const* message)
{
    throw invalid_argument{
        {.message = message,
         .model = std::string{place.model->name},
         .index = std::string{place.model->members[place.member].name}}};
}

/// How an argument becomes a value of `Field`: the fault if its type is wrong, the types that are
/// right, and the conversion.
template <class Field>
struct argument;

template <>
struct argument<bool> {
    static constexpr fault wrong = fault::argument_not_bool;
    template <class Arg>
    static constexpr bool accepts = std::same_as<Arg, bool>;
    static cell to(bool value, argument_place) { return to_cell(value); }
};

template <plain_integer Field>
struct argument<Field> {
    static constexpr fault wrong = fault::argument_not_integer;
    template <class Arg>
    static constexpr bool accepts = plain_integer<Arg>;
    template <class Arg>
    static cell to(Arg value, argument_place place)
    {
        if (!std::in_range<Field>(value)) {
            refuse_argument(place, "the integer is out of the range of the member");
        }
        return to_cell(static_cast<Field>(value));
    }
};

template <class Field>
    requires std::is_enum_v<Field>
struct argument<Field> {
    static constexpr fault wrong = fault::argument_not_enum;
    template <class Arg>
    static constexpr bool accepts = std::same_as<Arg, Field>;
    static cell to(Field value, argument_place) { return to_cell(value); }
};

template <std::floating_point Field>
struct argument<Field> {
    static constexpr fault wrong = fault::argument_not_number;
    template <class Arg>
    static constexpr bool accepts =
        plain_integer<Arg> || (std::floating_point<Arg> && sizeof(Arg) <= sizeof(Field));
    template <class Arg>
    static cell to(Arg value, argument_place place)
    {
        auto const number = static_cast<Field>(value);
        if (number != number) refuse_argument(place, "not a number (NaN) has no place in an order");
        if constexpr (std::integral<Arg>) {
            constexpr auto exact = std::int64_t{1} << std::numeric_limits<Field>::digits;
            if (std::cmp_greater(value, exact) || std::cmp_less(value, -exact)) {
                refuse_argument(place, "the integer is too large to be exact as the member's type");
            }
        }
        return cell::of(static_cast<double>(number));
    }
};

template <class Field>
    requires(column_type_of<Field>.kind == scalar::text && !column_type_of<Field>.nullable)
struct argument<Field> {
    static constexpr fault wrong = fault::argument_not_text;
    template <class Arg>
    static constexpr bool accepts =
        std::convertible_to<Arg const&, std::string_view> && !std::is_null_pointer_v<Arg>;
    static cell to(std::string_view value, argument_place) { return cell::of(value); }
    static cell to(char const* value, argument_place place)
    {
        if (value == nullptr) refuse_argument(place, "a null pointer is not text");
        return cell::of(std::string_view{value});
    }
};

template <class Field>
    requires(column_type_of<Field>.kind == scalar::bytes && !column_type_of<Field>.nullable)
struct argument<Field> {
    static constexpr fault wrong = fault::argument_not_bytes;
    template <class Arg>
    static constexpr bool accepts =
        std::convertible_to<
            Arg const&,
            std::span<
                std::
                    byte const>> || std::convertible_to<Arg const&, std::span<unsigned char const>>;
    template <class Arg>
    static cell to(Arg const& value, argument_place place)
    {
        if constexpr (std::convertible_to<Arg const&, std::span<std::byte const>>) {
            return sized(std::span<std::byte const>{value}, place);
        } else {
            return sized(std::as_bytes(std::span<unsigned char const>{value}), place);
        }
    }
    static cell sized(std::span<std::byte const> value, argument_place place)
    {
        constexpr auto width = column_type_of<Field>.width;
        if (width != 0 && value.size() != width) {
            refuse_argument(place, "the number of bytes is not that of the member");
        }
        return cell::of_bytes(value);
    }
};

/// Whether a type is a duration whose unit is a multiple of `Period`.
template <class T, class Period>
struct is_multiple : std::false_type {
};
template <stored_ticks T, class P, class Period>
struct is_multiple<std::chrono::duration<T, P>, Period>
    : std::bool_constant<std::ratio_divide<P, Period>::den == 1> {
};

template <class Field, class Ticks, class Period>
cell duration_cell(std::chrono::duration<Ticks, Period> value, argument_place place)
{
    using factor = std::ratio_divide<Period, typename Field::period>;
    std::int64_t count{};
    bool const over = __builtin_mul_overflow(value.count(), std::intmax_t{factor::num}, &count);
    if (over || !std::in_range<typename Field::rep>(count)) {
        refuse_argument(place, "the time is out of the range of the member");
    }
    return cell::of(count);
}

template <class Ticks, class Period>
struct argument<std::chrono::duration<Ticks, Period>> {
    using field = std::chrono::duration<Ticks, Period>;
    static constexpr fault wrong = fault::argument_not_duration;
    template <class Arg>
    static constexpr bool accepts = is_multiple<Arg, Period>::value;
    template <class Arg>
    static cell to(Arg value, argument_place place)
    {
        return duration_cell<field>(value, place);
    }
};

/// The duration in a time point of `Clock`, or void.
template <class T, class Clock>
struct since_epoch {
    using type = void;
};
template <class Clock, class Duration>
struct since_epoch<std::chrono::time_point<Clock, Duration>, Clock> {
    using type = Duration;
};

template <class Clock, class Duration>
struct argument<std::chrono::time_point<Clock, Duration>> {
    static constexpr fault wrong = fault::argument_not_time;
    template <class Arg>
    static constexpr bool accepts =
        argument<Duration>::template accepts<typename since_epoch<Arg, Clock>::type>;
    template <class Arg>
    static cell to(Arg value, argument_place place)
    {
        return duration_cell<Duration>(value.time_since_epoch(), place);
    }
};

template <class T>
struct without_optional {
    using type = T;
};
template <class T>
struct without_optional<std::optional<T>> {
    using type = T;
};

template <class Field>
struct argument<std::optional<Field>> {
    static constexpr fault wrong = argument<Field>::wrong;
    template <class Arg>
    static constexpr bool holds =
        argument<Field>::template accepts<typename without_optional<Arg>::type>;
    template <class Arg>
    static constexpr bool accepts = holds<Arg> || std::same_as<Arg, std::nullopt_t>;

    static cell to(std::nullopt_t, argument_place) { return cell::null(); }
    template <class Arg>
    static cell to(std::optional<Arg> const& value, argument_place place)
    {
        return value ? argument<Field>::to(*value, place) : cell::null();
    }
    template <class Arg>
    static cell to(Arg const& value, argument_place place)
    {
        return argument<Field>::to(value, place);
    }
};

template <class Field, class Arg>
inline constexpr fault argument_fault = argument<Field>::template accepts<Arg>
    ? fault::none
    : argument<Field>::wrong;

template <class Model, std::size_t Member, std::size_t... I>
at<member_names<Model>[Member][I]...> name_culprit(std::index_sequence<I...>);

/// A member's name as a type, for messages.
template <class Model, std::size_t Member>
using member_culprit = decltype(name_culprit<Model, Member>(
    std::make_index_sequence<member_names<Model>[Member].size()>{}));

/// The cell for an argument that stands for member `Member` and is of a right type; it points into
/// `value` if that is text or bytes.
template <class Model, std::size_t Member, class Arg>
cell member_cell(Arg const& value)
{
    return argument<member_type<Model, Member>>::to(value, {&shape_of<Model>, Member});
}

} // namespace cairn::inline v0::detail
