// SPDX-License-Identifier: BSL-1.0
// Whether a struct has members that Boost.Hana was not told about.
#pragma once

#include <cairn/describe/reflect.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

template <class T>
struct pointed_owner;
template <class T, class Owner>
struct pointed_owner<T Owner::*> {
    using type = Owner;
};

} // namespace detail

/// Members of a struct that are not stored, on purpose.
template <auto... Pointers>
struct unstored {
    static constexpr bool any = false;
    static constexpr std::size_t size = sizeof...(Pointers);

    /// How many of them `T` itself declares.
    template <class T>
    static constexpr std::size_t of =
        (std::size_t{0} + ...
         + std::is_same_v<typename detail::pointed_owner<decltype(Pointers)>::type, T>);
};

template <auto... Pointers>
inline constexpr unstored<Pointers...> members{};

struct unstored_any {
    static constexpr bool any = true;
};
/// Instead of `members`, where one has no address: a bit field, a reference.
inline constexpr unstored_any any_members{};

/// Names the members of a struct that `BOOST_HANA_ADAPT_STRUCT` leaves out on purpose. Specialise
/// it beside the struct, at global scope:
///
///     template <>
///     inline constexpr auto cairn::left_out<task> = cairn::members<&task::cached_size>;
template <class T>
inline constexpr unstored<> left_out{};

namespace detail {

// Whether `T{{}, {}, ...}` with `Count` pairs of braces compiles. A pair takes exactly one base or
// member of an aggregate whatever its type is (an array too: braces are never elided for it), and
// asks no more of it than a default constructor that is not explicit: no conversion, no overloads.
template <class T, std::size_t Count>
inline constexpr bool takes = false;

#define CAIRN_1 \
    {           \
    }
#define CAIRN_2 CAIRN_1, CAIRN_1
#define CAIRN_4 CAIRN_2, CAIRN_2
#define CAIRN_8 CAIRN_4, CAIRN_4
#define CAIRN_16 CAIRN_8, CAIRN_8
#define CAIRN_32 CAIRN_16, CAIRN_16
#define CAIRN_TAKES(count, ...) \
    template <class T>          \
        requires requires       \
        {                       \
            T{__VA_ARGS__};     \
        }                       \
    inline constexpr bool takes<T, count> = true;
#define CAIRN_TAKES_8(base, ...)                                 \
    CAIRN_TAKES(base + 1, __VA_ARGS__ CAIRN_1)                   \
    CAIRN_TAKES(base + 2, __VA_ARGS__ CAIRN_2)                   \
    CAIRN_TAKES(base + 3, __VA_ARGS__ CAIRN_2, CAIRN_1)          \
    CAIRN_TAKES(base + 4, __VA_ARGS__ CAIRN_4)                   \
    CAIRN_TAKES(base + 5, __VA_ARGS__ CAIRN_4, CAIRN_1)          \
    CAIRN_TAKES(base + 6, __VA_ARGS__ CAIRN_4, CAIRN_2)          \
    CAIRN_TAKES(base + 7, __VA_ARGS__ CAIRN_4, CAIRN_2, CAIRN_1) \
    CAIRN_TAKES(base + 8, __VA_ARGS__ CAIRN_8)
CAIRN_TAKES_8(0, )
CAIRN_TAKES_8(8, CAIRN_8, )
CAIRN_TAKES_8(16, CAIRN_16, )
CAIRN_TAKES_8(24, CAIRN_16, CAIRN_8, )
CAIRN_TAKES_8(32, CAIRN_32, )
CAIRN_TAKES_8(40, CAIRN_32, CAIRN_8, )
CAIRN_TAKES_8(48, CAIRN_32, CAIRN_16, )
CAIRN_TAKES_8(56, CAIRN_32, CAIRN_16, CAIRN_8, )
#undef CAIRN_TAKES_8
#undef CAIRN_TAKES
#undef CAIRN_32
#undef CAIRN_16
#undef CAIRN_8
#undef CAIRN_4
#undef CAIRN_2
#undef CAIRN_1

/// Becomes any base of `T`, and nothing else.
template <class T>
struct any_base {
    template <class Base>
        requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
    operator Base() const;
};
/// Becomes a base of `T` that has members.
template <class T>
struct filled_base {
    template <class Base>
        requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T> && !std::is_empty_v<Base>)
    operator Base() const;
};
/// Becomes nothing: what takes it takes everything, and tells nothing.
struct no_base {};

/// Whether the first elements of an aggregate are what these become.
template <class T, class... Firsts>
concept takes_first = requires
{
    T{Firsts{}...};
};

/// The number of bases of an aggregate. Asked only where something seems to be left out.
template <class T, class... Firsts>
constexpr std::size_t count_bases()
{
    if constexpr (takes_first<T, Firsts..., any_base<T>> && !takes_first<T, Firsts..., no_base>)
        return count_bases<T, Firsts..., any_base<T>>();
    else
        return sizeof...(Firsts);
}

template <std::size_t, class T>
using base_at = any_base<T>;

template <class T, std::size_t... Before>
constexpr bool is_filled_base(std::index_sequence<Before...>)
{
    return takes_first<T, base_at<Before, T>..., filled_base<T>>;
}

/// Whether one of the first `Bases` elements of `T` has members.
template <class T, std::size_t... Base>
constexpr bool has_filled_base(std::index_sequence<Base...>)
{
    return (is_filled_base<T>(std::make_index_sequence<Base>{}) || ...);
}

/// The adapted members that `T` itself declares; others are of its bases.
template <class T, std::size_t... I>
constexpr std::size_t count_own(std::index_sequence<I...>)
{
    return (
        std::size_t{0} + ...
        + std::is_same_v<
            typename pointed_owner<std::remove_cv_t<decltype(getter_of<T, I>::place)>>::type, T>);
}

template <class T>
constexpr bool find_left_out()
{
    using unstored = std::remove_cv_t<decltype(left_out<T>)>;
    if constexpr (std::is_aggregate_v<T> && !unstored::any) {
        constexpr auto own = count_own<T>(std::make_index_sequence<member_count<T>>{})
            + unstored::template of<T>;
        if constexpr (takes<T, own + 1>) {
            constexpr auto bases = count_bases<T>();
            constexpr bool only_own = own == member_count<T> + unstored::size;
            return takes<
                       T,
                       own + bases
                           + 1> || (only_own && has_filled_base<T>(std::make_index_sequence<bases>{}));
        }
    }
    return false;
}

/// Whether `T` has a member that is neither adapted nor named by `left_out`, or a base with members
/// of which none is. False where that cannot be told: of a class with constructors or private
/// members, of more than 63 members, or with a member that `{}` does not make.
template <class T>
inline constexpr bool leaves_out = find_left_out<T>();

} // namespace detail

} // namespace cairn::inline v0
