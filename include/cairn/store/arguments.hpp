// SPDX-License-Identifier: BSL-1.0
// Takes the arguments of `update(key..., function)` apart.
#pragma once

#include <cstddef>
#include <tuple>
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

} // namespace cairn::inline v0::detail
