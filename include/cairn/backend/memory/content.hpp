// SPDX-License-Identifier: BSL-1.0
// All entries of a table in memory: a hash table by key, and the orders.
#pragma once

#include <cairn/backend/memory/entry.hpp>
#include <cairn/backend/memory/order.hpp>
#include <cairn/describe/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::inline v0::detail {

[[nodiscard]] inline std::size_t hash_of(cell const& value)
{
    if (value.kind == cell::tag::text || value.kind == cell::tag::bytes)
        return std::hash<std::string_view>{}(value.as_text()); // empty ones with null or without
    auto mixed = value.bits * 0x9E3779B97F4A7C15U; // 2^64 / golden ratio: spreads small numbers
    mixed ^= mixed >> 32U;
    return static_cast<std::size_t>(mixed);
}

[[nodiscard]] inline std::size_t hash_of(cells key)
{
    auto hash = std::size_t{0};
    for (auto const& field : key) hash = hash * 0x9E3779B97F4A7C15U + hash_of(field);
    return hash;
}

/// Asks for the first lines of an entry while its key is compared: its members are read next, and
/// each line would be waited for in turn.
inline void fetch_ahead([[maybe_unused]] memory_entry const& entry)
{
#if defined(__GNUC__)
    auto const* const begin = reinterpret_cast<char const*>(&entry);
    for (std::size_t line = 1; line != 6; ++line) __builtin_prefetch(begin + line * 64);
#endif
}

/// Entries by the hash of their key. The hashes stand beside the pointers, so that a lookup
/// touches one entry. Only `make_room` allocates; taking an entry out and putting it back never
/// throws.
class memory_buckets {
public:
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] memory_entry* find(std::size_t hash, cells key) const
    {
        if (slots_.empty()) return nullptr;
        for (auto at = home_of(hash); slots_[at].entry != nullptr; at = behind(at)) {
            if (slots_[at].hash != hash) continue;
            fetch_ahead(*slots_[at].entry);
            if (slots_[at].entry->has_key(key)) return slots_[at].entry;
        }
        return nullptr;
    }

    /// Makes sure that one more entry can be linked and a third of the slots stays empty.
    void make_room()
    {
        if ((size_ + 1) * 3 <= slots_.size() * 2) return;
        auto grown = memory_buckets{};
        grown.slots_.resize(slots_.empty() ? 16 : slots_.size() * 2);
        for (auto const& s : slots_)
            if (s.entry != nullptr) grown.put(s);
        slots_.swap(grown.slots_);
    }

    void link(memory_entry& entry) noexcept
    {
        put({entry.hash, &entry});
        ++size_;
    }

    /// Moves up what lies behind the freed slot and belongs there or before.
    void unlink(memory_entry const& entry) noexcept
    {
        auto hole = home_of(entry.hash);
        while (slots_[hole].entry != &entry) hole = behind(hole);
        for (auto at = behind(hole); slots_[at].entry != nullptr; at = behind(at)) {
            auto const way = distance(home_of(slots_[at].hash), at);
            if (way < distance(hole, at)) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = {};
        --size_;
    }

    void destroy_all() noexcept
    {
        for (auto const& s : slots_) delete s.entry;
        slots_.clear();
        size_ = 0;
    }

private:
    struct slot {
        std::size_t hash = 0;
        memory_entry* entry = nullptr;
    };

    [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
    [[nodiscard]] std::size_t home_of(std::size_t hash) const { return hash & mask(); }
    [[nodiscard]] std::size_t behind(std::size_t at) const { return (at + 1) & mask(); }
    [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const
    {
        return (to - from) & mask();
    }
    void put(slot const& s) noexcept
    {
        auto at = home_of(s.hash);
        while (slots_[at].entry != nullptr) at = behind(at);
        slots_[at] = s;
    }

    std::vector<slot> slots_; // none, or a power of two, never full
    std::size_t size_ = 0;
};

/// The entries of a table and its orders: by sequence, by key, then the indexes.
struct memory_content {
    memory_buckets buckets{};
    std::vector<entry_order> orders;

    explicit memory_content(std::size_t count) : orders(count) {}
    memory_content(memory_content const&) = delete;
    memory_content& operator=(memory_content const&) = delete;
    ~memory_content() { buckets.destroy_all(); }
};

} // namespace cairn::inline v0::detail
