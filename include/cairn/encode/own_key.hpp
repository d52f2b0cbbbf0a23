// SPDX-License-Identifier: BSL-1.0
// The key of a record whose type is known by its record type alone.
#pragma once

#include <cairn/encode/record_type.hpp>

#include <array>
#include <cstddef>

namespace cairn::inline v0::detail {

/// A record's key; its cells point into the record.
class own_key {
public:
    own_key(record_type const& type, void const* record) : size_{type.model->key.size}
    {
        type.to_key(record, fields_.data());
    }

    [[nodiscard]] cells view() const { return {fields_.data(), size_}; }

    [[nodiscard]] bool operator==(own_key const& other) const
    {
        auto i = std::size_t{0};
        while (i != size_ && fields_[i] == other.fields_[i]) ++i;
        return i == size_;
    }

private:
    std::size_t size_;
    std::array<cell, max_index_columns> fields_{};
};

} // namespace cairn::inline v0::detail
