// SPDX-License-Identifier: BSL-1.0
// What the elements of a descriptor say, as plain values.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace cairn::inline v0::detail {

enum class element_kind : std::uint8_t {
    foreign, ///< something that is not an element of a descriptor
    version,
    key,
    index,
    unique,
    column,
    secret,
    lifecycle,
};

/// An object whose address stands for a type, so that types compare as values.
template <class T>
inline constexpr char type_tag = 0;

/// The changes from one value of a lifecycle.
struct change_element {
    void const* type = nullptr; ///< `type_tag` of the enum
    std::int64_t from = 0;
    array_view<std::int64_t> to{};
    bool known = true;    ///< every value is declared by the enum
    bool one_type = true; ///< all of them are of the same enum
};

/// One element of a descriptor.
struct element {
    element_kind kind = element_kind::foreign;
    std::string_view text{};                ///< name of an index, text of a key
    array_view<std::string_view> members{}; ///< of an index, column, secret or lifecycle
    std::uint32_t number = 0;               ///< of a version
    array_view<change_element> changes{};   ///< of a lifecycle
};

/// A whole descriptor.
struct description {
    std::string_view name{};
    array_view<element> elements{};
};

/// The base of every type that `entity` takes.
struct element_base {};

template <class T>
concept element_type = std::is_base_of_v<element_base, T>;

} // namespace cairn::inline v0::detail
