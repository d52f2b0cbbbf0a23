// SPDX-License-Identifier: BSL-1.0
// The columns of a record: what they refuse.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/encode/columns.hpp>

#include <string>

namespace cairn::inline v0::detail {

CAIRN_INLINE void refuse_nan(shape const& model, cells columns)
{
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].kind != cell::tag::real) continue;
        if (columns[i].as_real() == columns[i].as_real()) continue;
        throw invalid_argument{
            {.message = "a column cannot hold NaN",
             .model = std::string{model.name},
             .index = std::string{model.members[model.columns[i]].name}}};
    }
}

} // namespace cairn::inline v0::detail
