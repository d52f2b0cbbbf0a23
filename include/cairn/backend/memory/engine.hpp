// SPDX-License-Identifier: BSL-1.0
// A table in memory without its model: entries, their orders, and how each change is undone.
#pragma once

#include <cairn/backend/memory/content.hpp>
#include <cairn/backend/memory/entry.hpp>
#include <cairn/backend/memory/order.hpp>
#include <cairn/backend/memory/undo_log.hpp>
#include <cairn/backend/seam.hpp>
#include <cairn/base/config.hpp>
#include <cairn/base/sync.hpp>
#include <cairn/describe/shape.hpp>
#include <cairn/encode/ordered.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cairn::inline v0::detail {

/// Every function that changes something takes the log of the transaction, keeps the strong
/// guarantee, and expects the writer's lock; the others expect at least a reader's.
class memory_engine {
public:
    static constexpr std::size_t by_sequence = 0;
    static constexpr std::size_t by_key = 1;
    static constexpr std::size_t first_index = 2;

    explicit memory_engine(shape const& model)
        : shape_{model}, content_{std::make_unique<memory_content>(order_count(model))},
          old_columns_(model.columns.size()), new_columns_(model.columns.size())
    {
    }

    [[nodiscard]] static constexpr std::size_t order_count(shape const& model)
    {
        return first_index + model.indexes.size();
    }

    [[nodiscard]] memory_entry* find(cells key) const
    {
        return content_->buckets.find(hash_of(key), key);
    }
    [[nodiscard]] memory_entry* at(std::int64_t sequence) const
    {
        auto bytes = std::string{};
        append_sequence(bytes, sequence);
        return content_->orders[by_sequence].beginning_with(bytes);
    }
    [[nodiscard]] std::uint64_t size() const { return content_->buckets.size(); }

    /// Adds `fresh`, whose key no other entry has; false if a unique value is taken.
    [[nodiscard]] bool add(memory_log& log, std::unique_ptr<memory_entry>& fresh, cells key);

    /// Gives `entry` the record of `holder`, which takes the old one; false if a unique value is
    /// taken.
    [[nodiscard]] bool replace(
        memory_log& log, memory_entry& entry, std::unique_ptr<memory_entry> holder);

    [[nodiscard]] bool has_columns(memory_entry const& entry, cells columns)
    {
        entry.columns(old_columns_.data());
        return std::equal(columns.begin(), columns.end(), old_columns_.begin());
    }

    void erase(memory_log& log, memory_entry& entry);
    std::uint64_t clear(memory_log& log);

    /// The first `limit` entries behind `after`, in the order of `asked`.
    struct found {
        std::vector<memory_entry*> entries{};
        position last{};
        bool more = false;
    };
    /// `log`: the transaction's, null for a reader.
    [[nodiscard]] found select(
        memory_log* log, question const& asked, position const* after, std::size_t limit);
    [[nodiscard]] std::uint64_t count(memory_log* log, question const& asked);

    /// Takes back the last change that was made to this table.
    void take_back(memory_change& change) noexcept;

private:
    using kind = memory_change::kind;

    static void append_sequence(std::string& out, std::int64_t sequence)
    {
        append_ordered(out, cell::of(sequence), {scalar::integer, 8, false});
    }
    [[nodiscard]] bool has(std::size_t order) const
    {
        return order != by_key || key_order_built_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t column_of(std::uint8_t member) const;
    bool append_index(std::string& out, index_shape const& index, cell const* columns) const;
    void append_key(std::string& out, memory_entry const& entry) const;
    std::string const& bytes_for(std::size_t order, memory_entry const& entry, cell const* columns);
    [[nodiscard]] bool is_taken(index_shape const& index, cell const* columns);
    [[nodiscard]] bool differs(index_shape const& index) const;
    void enter(memory_entry& entry);
    void leave(memory_entry& entry, std::size_t orders) noexcept;
    [[nodiscard]] std::vector<std::size_t> changed_orders() const;
    void write_changed(
        memory_entry& entry, std::vector<std::size_t> const& changed,
        std::vector<entry_order::iterator>& fresh);
    entry_order const& order_for(memory_log* log, question const& asked);
    [[nodiscard]] edges edges_for(question const& asked) const;
    void build_key_order(memory_log* log);

    shape const& shape_;
    std::unique_ptr<memory_content> content_;
    std::int64_t next_sequence_ = 1;
    std::atomic<bool> key_order_built_{false};
    mutex building_{};
    std::vector<cell> old_columns_; // the writer's scratch space, as is all below
    std::vector<cell> new_columns_;
    std::string bytes_{};
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/backend/memory/engine.ipp>
#endif
