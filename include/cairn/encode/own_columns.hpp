// SPDX-License-Identifier: BSL-1.0
// Room for the columns of a record whose type is known by its record type alone.
#pragma once

#include <cairn/encode/record_type.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace cairn::inline v0::detail {

/// The columns of one record after another; on the stack unless they are many.
class own_columns {
public:
    explicit own_columns(record_type const& type)
        : type_{type}, size_{type.model->columns.size()}, many_(size_ > few_.size() ? size_ : 0)
    {
    }

    /// Cells that point into the record, in column order; until the next call.
    [[nodiscard]] cells of(void const* record)
    {
        auto* const own = many_.empty() ? few_.data() : many_.data();
        type_.to_columns(record, own);
        return {own, size_};
    }

private:
    record_type const& type_;
    std::size_t size_;
    std::array<cell, 16> few_{};
    std::vector<cell> many_;
};

} // namespace cairn::inline v0::detail
