// SPDX-License-Identifier: BSL-1.0
// Names for the values of an enum, declared once beside it.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/fault.hpp>
#include <cairn/describe/shape.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace cairn::inline v0 {

/// A value of an enum and how people write it.
template <class Enum>
struct named_value {
    Enum value;
    std::string_view name;
};

/// What `cairn::enum_names` is for an enum without declared names.
struct unnamed {
    static constexpr array_view<enumerator_shape> view() { return {}; }
};

/// The declared names of an enum.
template <class Enum, std::size_t N>
struct declared_names {
    std::array<enumerator_shape, N> values{};

    [[nodiscard]] constexpr array_view<enumerator_shape> view() const { return values; }
};

/// Names the values of `Enum`: `cairn::names<color>({{color::red, "red"}, {color::blue, "blue"}})`.
template <class Enum, std::size_t N>
consteval declared_names<Enum, N> names(named_value<Enum> const (&list)[N])
{
    static_assert(std::is_enum_v<Enum>, "cairn::names: only an enum has names: cairn::names<E>");
    declared_names<Enum, N> result;
    for (std::size_t i = 0; i < N; ++i) {
        result.values[i] = {static_cast<std::int64_t>(list[i].value), list[i].name};
    }
    return result;
}

/// The names of an enum's values, for key paths, JSON and tools. To declare them, specialise it
/// beside the enum, at global scope:
///
///     template <>
///     inline constexpr auto cairn::enum_names<color> = cairn::names<color>({{color::red, "red"}});
///
/// A value without a name prints as a number.
template <class Enum>
inline constexpr auto enum_names = unnamed{};

namespace detail {

constexpr bool reads_as_number(std::string_view name)
{
    return name.empty() || name.front() == '-' || name.front() == '+'
        || (name.front() >= '0' && name.front() <= '9');
}

constexpr diagnosis diagnose_enumerators(array_view<enumerator_shape> names)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (reads_as_number(names[i].name)) return {fault::enum_name_bad, names[i].name};
        for (auto const& before : names.first(i)) {
            if (before.value == names[i].value) return {fault::enum_value_twice, names[i].name};
            if (before.name == names[i].name) return {fault::enum_name_twice, names[i].name};
        }
    }
    return {};
}

} // namespace detail

} // namespace cairn::inline v0
