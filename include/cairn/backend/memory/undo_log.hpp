// SPDX-License-Identifier: BSL-1.0
// What a transaction in memory has changed, so that it can be taken back without allocating.
#pragma once

#include <cairn/backend/memory/content.hpp>
#include <cairn/backend/memory/entry.hpp>
#include <cairn/backend/memory/order.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace cairn::inline v0::detail {

class memory_engine;

/// A place that an entry gave up: its order and the element taken out of it.
struct memory_place {
    std::size_t order;
    entry_order::node element;
};

/// One change of one table.
struct memory_change {
    enum class kind : std::uint8_t { inserted, erased, replaced, key_order_built, cleared };

    kind what = kind::inserted;
    memory_engine* engine = nullptr;
    memory_entry* entry = nullptr;
    std::unique_ptr<memory_entry> kept{};      ///< the erased entry, or the holder of an old record
    std::vector<memory_place> places{};        ///< that the entry gave up
    std::unique_ptr<memory_content> content{}; ///< of the table before it was cleared
};

/// The changes of the running transaction and its savepoints, innermost last.
class memory_log {
public:
    /// After this, one `push` does not throw.
    void make_room()
    {
        if (changes_.size() == changes_.capacity())
            changes_.reserve(changes_.empty() ? 16 : changes_.size() * 2);
    }
    void push(memory_change change) noexcept { changes_.push_back(std::move(change)); }

    void mark() { marks_.push_back(changes_.size()); }
    void forget_mark() noexcept
    {
        if (!marks_.empty()) marks_.pop_back();
    }
    void undo_to_mark() noexcept
    {
        undo_to(marks_.empty() ? 0 : marks_.back());
        forget_mark();
    }
    void undo_all() noexcept
    {
        undo_to(0);
        forget();
    }
    /// Keeps the changes: what they replaced is destroyed.
    void forget() noexcept
    {
        auto const large = changes_.capacity() > 4096;
        if (large)
            std::vector<memory_change>{}.swap(changes_);
        else
            changes_.clear();
        marks_.clear();
    }

private:
    void undo_to(std::size_t count) noexcept;

    std::vector<memory_change> changes_;
    std::vector<std::size_t> marks_;
};

} // namespace cairn::inline v0::detail
