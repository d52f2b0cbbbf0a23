// SPDX-License-Identifier: BSL-1.0
// One record in memory, with its places in the orders of its table.
#pragma once

#include <cairn/backend/memory/order.hpp>
#include <cairn/describe/cell.hpp>

#include <cstddef>
#include <cstdint>

namespace cairn::inline v0::detail {

/// What the engine sees of a record; the functions are the model's whole contribution.
struct memory_entry {
    std::size_t hash = 0;
    std::int64_t sequence = 0;
    entry_order::iterator* places = nullptr; ///< one for each order of the table

    memory_entry() = default;
    memory_entry(memory_entry const&) = delete;
    memory_entry& operator=(memory_entry const&) = delete;
    virtual ~memory_entry() = default;

    [[nodiscard]] virtual bool has_key(cells key) const = 0;
    virtual void key(cell* out) const = 0;
    virtual void columns(cell* out) const = 0;
    virtual void swap_record(memory_entry& other) noexcept = 0;
};

} // namespace cairn::inline v0::detail
