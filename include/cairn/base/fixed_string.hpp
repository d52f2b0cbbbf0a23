// SPDX-License-Identifier: BSL-1.0
// Text that can be a template argument.
#pragma once

#include <cstddef>
#include <string_view>

namespace cairn::inline v0 {

/// A string literal as a value of a structural type, so that `index<"queue", "status">` is possible.
template <std::size_t N>
struct fixed_string {
    char text[N + 1]{};

    constexpr fixed_string() = default;

    constexpr fixed_string(char const (&literal)[N + 1]) // NOLINT: implicit, so that literals work
    {
        for (std::size_t i = 0; i <= N; ++i) text[i] = literal[i];
    }

    [[nodiscard]] constexpr std::string_view view() const { return {text, N}; }
    [[nodiscard]] static constexpr std::size_t size() { return N; }

    template <std::size_t M>
    constexpr bool operator==(fixed_string<M> const& other) const
    {
        return view() == other.view();
    }
};

template <std::size_t N>
fixed_string(char const (&)[N]) -> fixed_string<N - 1>;

} // namespace cairn::inline v0
