// SPDX-License-Identifier: BSL-1.0
// The members of a struct that Boost.Hana was told about: their names, types and places.
#pragma once

#include <boost/hana/accessors.hpp>
#include <boost/hana/adapt_struct.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

template <class Getter>
struct getter_traits {
    static constexpr bool valid = false;
};

template <class Pointer, Pointer Place>
struct getter_traits<boost::hana::struct_detail::member_ptr<Pointer, Place>> {
    static constexpr bool valid = true;
    static constexpr Pointer place = Place;
};

template <std::size_t I, class Getter>
struct member_slot {
};

template <class Indices, class... Getters>
struct member_slots;

template <std::size_t... I, class... Getters>
struct member_slots<std::index_sequence<I...>, Getters...> : member_slot<I, Getters>... {
};

template <class Accessors>
struct member_table {
    static constexpr bool valid = false;
};

template <class... Names, class... Getters>
struct member_table<boost::hana::tuple<boost::hana::pair<Names, Getters>...>> {
    static constexpr bool valid = (getter_traits<Getters>::valid && ...);
    static constexpr std::size_t size = sizeof...(Names);
    using slots = member_slots<std::index_sequence_for<Names...>, Getters...>;

    static constexpr std::size_t text_size()
    {
        return (std::size_t{1} + ... + std::string_view{Names::c_str()}.size());
    }

    // Names are copied together, because the type of a Hana string spells every character in the
    // symbol of its storage.
    static constexpr std::array<char, text_size()> text()
    {
        std::array<char, text_size()> out{};
        std::size_t at = 0;
        auto const append = [&](std::string_view name) {
            for (char const c : name) out[at++] = c;
        };
        (append(Names::c_str()), ...);
        return out;
    }

    static constexpr std::array<std::string_view, size> names(char const* text)
    {
        std::array<std::string_view, size> out{};
        [[maybe_unused]] std::size_t i = 0;
        ((out[i] = {text, std::string_view{Names::c_str()}.size()}, text += out[i].size(), ++i),
         ...);
        return out;
    }
};

template <class T>
using member_table_of = member_table<decltype(boost::hana::accessors_impl<T>::apply())>;

template <std::size_t I, class Getter>
getter_traits<Getter> getter_at(member_slot<I, Getter> const*);

template <class T, std::size_t I>
using getter_of = decltype(getter_at<I>(static_cast<typename member_table_of<T>::slots*>(nullptr)));

template <class Pointer>
struct pointed;

template <class T, class Owner>
struct pointed<T Owner::*> {
    using type = T;
};

template <class T>
inline constexpr auto member_text = member_table_of<T>::text();

} // namespace detail

/// A struct whose members are known by `BOOST_HANA_ADAPT_STRUCT` or `BOOST_HANA_DEFINE_STRUCT`.
template <class T>
concept reflected = std::is_class_v<T> && requires
{
    boost::hana::accessors_impl<T>::apply();
} && detail::member_table_of<T>::valid;

/// The number of members of `T` that were adapted.
template <reflected T>
inline constexpr std::size_t member_count = detail::member_table_of<T>::size;

/// The names of the members of `T`, in the order of declaration.
template <reflected T>
inline constexpr std::array<std::string_view, member_count<T>> member_names =
    detail::member_table_of<T>::names(detail::member_text<T>.data());

/// The name of member `I`.
template <reflected T, std::size_t I>
inline constexpr std::string_view member_name = member_names<T>[I];

/// The declared type of member `I`.
template <reflected T, std::size_t I>
using member_type =
    typename detail::pointed<std::remove_cv_t<decltype(detail::getter_of<T, I>::place)>>::type;

/// Member `I` of `object`, const if the object is.
template <std::size_t I, class T>
constexpr auto& get_member(T& object)
{
    return object.*(detail::getter_of<std::remove_const_t<T>, I>::place);
}

} // namespace cairn::inline v0
