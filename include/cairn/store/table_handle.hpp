// SPDX-License-Identifier: BSL-1.0
// What a repository, and every range made by it, refers to.
#pragma once

#include <cairn/backend/erased.hpp>

#include <cstdint>

namespace cairn::inline v0::detail {

class store_core;

/// The scope that a handle acts in: 0 is the store itself, one operation at a time.
using scope_id = std::uint64_t;

/// A table of a store, seen from a scope.
struct table_handle {
    store_core* core;
    scope_id where;
    any_table* table;

    [[nodiscard]] shape const& model() const { return *table->type().model; }
};

} // namespace cairn::inline v0::detail
