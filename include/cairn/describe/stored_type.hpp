// SPDX-License-Identifier: BSL-1.0
// Which types a member may have, in a column or in the body, and why others are refused.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/base/fixed_string.hpp>
#include <cairn/describe/column.hpp>
#include <cairn/describe/enum_names.hpp>
#include <cairn/describe/fault.hpp>
#include <cairn/describe/left_out.hpp>
#include <cairn/describe/reflect.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cairn::inline v0 {

/// The format of a type that its own cereal functions write.
struct foreign_format {
    std::string_view name{};
    std::uint32_t version = 0; ///< 0: there is none
};

template <fixed_string Name, std::uint32_t Version>
inline constexpr foreign_format cereal_format{Name.view(), Version};

/// Declares, at global scope, that the cereal functions of a type are its format; count up its
/// version when they change. Such a type lives in the body of a record.
///
///     template <>
///     inline constexpr auto cairn::foreign<money> = cairn::cereal_format<"money", 1>;
template <class T>
inline constexpr foreign_format foreign{};

namespace detail {

template <class... Ts>
struct type_list {
};

/// A type whose values are stored as their parts: its name and the types of the parts.
template <class T>
struct composite {
    static constexpr bool known = false;
};

template <class... Parts>
struct composite_of {
    static constexpr bool known = true;
    static constexpr std::size_t extent = 0;       ///< of a fixed-size array
    static constexpr bool made_with_parts = false; ///< else each is made when it is read
    using parts = type_list<Parts...>;
};

template <class T>
concept stored_container = requires(T& t, T const& c)
{
    typename T::value_type;
    c.begin() != c.end();
    {
        c.size()
        } -> std::convertible_to<std::size_t>;
    t.clear();
};

template <class T>
concept list_container = stored_container<T> && requires(T& t)
{
    t.emplace_back();
};

template <class T>
concept map_container = stored_container<T> && requires
{
    typename T::mapped_type;
};

template <class T>
concept set_container = stored_container<T> && requires
{
    typename T::key_type;
} && !map_container<T>;

/// Several elements with equal keys.
template <class T>
concept repeating = requires(T& t, typename T::value_type const& v)
{
    {
        t.insert(v)
        } -> std::same_as<typename T::iterator>;
};

template <list_container T>
struct composite<T> : composite_of<typename T::value_type> {
    static constexpr std::string_view name = "vector";
};
template <set_container T>
struct composite<T> : composite_of<typename T::key_type> {
    static constexpr std::string_view name = repeating<T> ? "multiset" : "set";
};
template <map_container T>
struct composite<T> : composite_of<typename T::key_type, typename T::mapped_type> {
    static constexpr std::string_view name = repeating<T> ? "multimap" : "map";
};
template <class T>
struct composite<std::optional<T>> : composite_of<T> {
    static constexpr std::string_view name = "optional";
};
template <class First, class Second>
struct composite<std::pair<First, Second>> : composite_of<First, Second> {
    static constexpr std::string_view name = "tuple";
    static constexpr bool made_with_parts = true;
};
template <class... Ts>
struct composite<std::tuple<Ts...>> : composite_of<Ts...> {
    static constexpr std::string_view name = "tuple";
    static constexpr bool made_with_parts = true;
};
template <class... Ts>
struct composite<std::variant<Ts...>> : composite_of<Ts...> {
    static constexpr std::string_view name = "variant";
};
template <class T, std::size_t N>
struct composite<std::array<T, N>> : composite_of<T> {
    static constexpr std::string_view name = "array";
    static constexpr std::size_t extent = N;
    static constexpr bool made_with_parts = true;
};

template <class T>
struct is_view : std::false_type {
};
template <class C, class Traits>
struct is_view<std::basic_string_view<C, Traits>> : std::true_type {
};
template <class T, std::size_t N>
struct is_view<std::span<T, N>> : std::true_type {
};

template <class T>
struct is_smart_pointer : std::false_type {
};
template <class T, class D>
struct is_smart_pointer<std::unique_ptr<T, D>> : std::true_type {
};
template <class T>
struct is_smart_pointer<std::shared_ptr<T>> : std::true_type {
};
template <class T>
struct is_smart_pointer<std::weak_ptr<T>> : std::true_type {
};

/// A count of ticks that a body can hold; only signed integers are columns.
template <class T>
concept body_ticks = plain_integer<T> || any_of<T, float, double>;

template <class T>
struct chrono_fault {
    static constexpr bool known = false;
    static constexpr fault value = fault::none;
};
template <class Ticks, class Period>
struct chrono_fault<std::chrono::duration<Ticks, Period>> {
    static constexpr bool known = true;
    static constexpr fault value = body_ticks<Ticks> ? fault::none : fault::duration_type;
};
template <class Clock, class Duration>
struct chrono_fault<std::chrono::time_point<Clock, Duration>> {
    static constexpr bool known = true;
    static constexpr fault value = steady<Clock> ? fault::steady_time_type
                                                 : chrono_fault<Duration>::value;
};

template <class T>
concept raw_pointer =
    std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T>;

/// Refers to something that the record does not contain.
template <class T>
concept refers = raw_pointer<T> || std::is_reference_v<T> || is_smart_pointer<T>::value;

#if defined(__SIZEOF_INT128__)
__extension__ using signed_128 = __int128;
__extension__ using unsigned_128 = unsigned __int128;
#else
using signed_128 = long long;
using unsigned_128 = unsigned long long;
#endif

/// A type that its own cereal functions write, whatever it looks like.
template <class T>
concept own_format = foreign<T>
.version != 0 && !(column_value<T> || reflected<T> || chrono_fault<T>::known);

template <template <class...> class Template, class... Args>
Template<Args...> base_of(Template<Args...> const*);

/// The size of the container that a class is derived from, or of `T` if it is not: what is more
/// belongs to the class, and is not stored, unless it is where a container keeps its elements
/// (`left_out` says so). A class template is its own container here.
template <class T>
constexpr std::size_t size_of_container()
{
    if constexpr (requires { detail::base_of(static_cast<T const*>(nullptr)); }) {
        using base = decltype(detail::base_of(static_cast<T const*>(nullptr)));
        if constexpr (stored_container<base> && !std::remove_cv_t<decltype(left_out<T>)>::any)
            return sizeof(base);
    }
    return sizeof(T);
}

/// Why an enum that is no column cannot be stored.
template <class T>
constexpr fault fault_of_enum()
{
    if constexpr (!requires { T{0}; })
        return fault::open_enum_type;
    else if constexpr (character<std::underlying_type_t<T>>)
        return fault::character_type;
    else
        return fault::wide_integer_type;
}

/// Why a type that is no column, composite or adapted struct cannot be stored.
template <class T>
constexpr fault fault_of_leaf()
{
    if constexpr (std::is_const_v<T> || std::is_volatile_v<T>)
        return fault::constant_type;
    else if constexpr (character<T>)
        return fault::character_type;
    else if constexpr (std::same_as<T, long double>)
        return fault::long_double_type;
    else if constexpr (any_of<T, signed_128, unsigned_128>)
        return fault::wide_integer_type;
    else if constexpr (refers<T>)
        return fault::pointer_type;
    else if constexpr (std::is_array_v<T>)
        return fault::c_array_type;
    else if constexpr (is_view<T>::value)
        return fault::view_type;
    else if constexpr (std::is_enum_v<T>)
        return fault_of_enum<T>();
    else if constexpr (chrono_fault<T>::known)
        return chrono_fault<T>::value;
    else
        return foreign<T>.version == 0 ? fault::foreign_type : fault::none;
}

template <class T>
constexpr array_view<enumerator_shape> enumerators_of()
{
    if constexpr (std::is_enum_v<T>)
        return enum_names<T>.view();
    else if constexpr (column_type_of<T>.nullable)
        return enumerators_of<typename T::value_type>();
    else
        return {};
}

template <class T, class... Above>
constexpr fault fault_of_type();

template <class... Above, class... Parts>
constexpr fault fault_of_parts(type_list<Parts...>)
{
    fault found = fault::none;
    static_cast<void>(((found = fault_of_type<Parts, Above...>(), found == fault::none) && ...));
    return found;
}

template <class... Parts>
constexpr bool can_make(type_list<Parts...>)
{
    return (std::is_default_constructible_v<Parts> && ...);
}

template <class T, class... Above>
constexpr fault fault_of_composite()
{
    using parts = typename composite<T>::parts;
    if constexpr (stored_container<T>) {
        if (size_of_container<T>() != sizeof(T)) return fault::container_with_members;
    }
    if constexpr (constexpr auto found = fault_of_parts<T, Above...>(parts{}); found != fault::none)
        return found;
    else
        return composite<T>::made_with_parts || can_make(parts{}) ? fault::none
                                                                  : fault::not_constructible;
}

template <class T, class... Above, std::size_t... I>
constexpr fault fault_of_members(std::index_sequence<I...>)
{
    return fault_of_parts<T, Above...>(type_list<member_type<T, I>...>{});
}

/// Members are looked at before those that are missing: of a struct whose members can be stored
/// it is always known what `{}` makes of it.
template <class T, class... Above>
constexpr fault fault_of_struct()
{
    if constexpr (!std::is_default_constructible_v<T>)
        return fault::not_constructible;
    else {
        auto const found = fault_of_members<T, Above...>(
            std::make_index_sequence<member_count<T>>{});
        if (found != fault::none) return found;
        return leaves_out<T> ? fault::member_left_out : fault::none;
    }
}

/// Why a value of type `T`, found inside the structs `Above`, cannot be stored.
template <class T, class... Above>
constexpr fault fault_of_type()
{
    if constexpr (column_value<T>)
        return diagnose_enumerators(enumerators_of<T>()).code;
    else if constexpr (std::same_as<T, std::monostate> || own_format<T>)
        return fault::none;
    else if constexpr (any_of<T, Above...>)
        return fault::recursive_type;
    else if constexpr (reflected<T>)
        return fault_of_struct<T, Above...>();
    else if constexpr (composite<T>::known)
        return fault_of_composite<T, Above...>();
    else
        return fault_of_leaf<T>();
}

} // namespace detail

} // namespace cairn::inline v0
