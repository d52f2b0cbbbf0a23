// SPDX-License-Identifier: BSL-1.0
// One order of a table in memory: byte strings that sort as the columns do, each with its entry.
#pragma once

#include <cairn/backend/memory/byte_key.hpp>
#include <cairn/backend/seam.hpp>

#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace cairn::inline v0::detail {

struct memory_entry;

/// A cut between keys: before or behind every key that begins with `bytes`.
struct edge {
    std::string bytes;
    bool behind = false;
};

/// The part of an order that a question asks for.
struct edges {
    edge from;
    edge to;
};

/// The edges of `asked`, whose next column after the fixed ones may be null: no bound admits it.
[[nodiscard]] inline edges edges_of(question const& asked, bool nullable)
{
    auto result = edges{{asked.equal, false}, {asked.equal, true}};
    if (asked.lower) {
        result.from.bytes.append(asked.lower->value);
        result.from.behind = !asked.lower->inclusive;
    } else if (asked.upper && nullable) {
        result.from.bytes.push_back('\x01'); // behind every null
    }
    if (asked.upper) {
        result.to.bytes.append(asked.upper->value);
        result.to.behind = asked.upper->inclusive;
    }
    return result;
}

/// A set of byte strings in order. Taking an element out and putting it back never throws.
class entry_order {
    struct element {
        byte_key key;
        memory_entry* entry;

        element(std::string_view bytes, memory_entry* target) : key{bytes}, entry{target} {}
    };

    struct cut {
        std::string_view bytes;
        std::uint64_t lead;
        bool behind;
    };

    struct less {
        using is_transparent = void;

        bool operator()(element const& a, element const& b) const { return a.key < b.key; }
        bool operator()(element const& a, cut const& b) const
        {
            auto const order = a.key.against(b.bytes, b.lead);
            return order < 0 || (order == 0 && b.behind);
        }
    };

    using elements = std::set<element, less>;

public:
    using iterator = elements::const_iterator;
    using node = elements::node_type;

    /// Two places in an order, the first not behind the second.
    struct stretch {
        iterator first;
        iterator last;
    };

    iterator insert(std::string_view bytes, memory_entry* entry)
    {
        return elements_.emplace(bytes, entry).first;
    }
    iterator append(std::string_view bytes, memory_entry* entry)
    {
        return elements_.emplace_hint(elements_.end(), bytes, entry);
    }
    void erase(iterator place) noexcept { elements_.erase(place); }
    [[nodiscard]] node take(iterator place) noexcept { return elements_.extract(place); }
    iterator put_back(node taken) noexcept { return elements_.insert(std::move(taken)).position; }
    void clear() noexcept { elements_.clear(); }

    [[nodiscard]] static memory_entry* entry(iterator place) { return place->entry; }
    [[nodiscard]] static std::string bytes(iterator place) { return place->key.bytes(); }
    [[nodiscard]] stretch all() const { return {elements_.begin(), elements_.end()}; }

    [[nodiscard]] iterator find(edge const& at) const
    {
        auto const bytes = std::string_view{at.bytes};
        return elements_.lower_bound(
            cut{bytes, bytes.empty() ? 0 : leading_bytes(bytes), at.behind});
    }
    /// The entry of the first key that begins with `bytes`, or null.
    [[nodiscard]] memory_entry* beginning_with(std::string_view bytes) const
    {
        auto const lead = bytes.empty() ? 0 : leading_bytes(bytes);
        auto const found = elements_.lower_bound(cut{bytes, lead, false});
        auto const matches = found != elements_.end() && found->key.against(bytes, lead) == 0;
        return matches ? found->entry : nullptr;
    }

    /// What lies between two edges and, in the direction of travel, behind `after`.
    [[nodiscard]] stretch between(edges const& wanted, position const* after, bool reversed) const
    {
        auto first = find(wanted.from);
        auto last = find(wanted.to);
        if (after != nullptr && !reversed) first = later(first, find({*after, true}));
        if (after != nullptr && reversed) last = earlier(last, find({*after, false}));
        if (later(first, last) == first) first = last;
        return {first, last};
    }

private:
    [[nodiscard]] bool is_behind(iterator a, iterator b) const
    {
        if (a == b || b == elements_.end()) return false;
        return a == elements_.end() || b->key < a->key;
    }
    [[nodiscard]] iterator later(iterator a, iterator b) const { return is_behind(a, b) ? a : b; }
    [[nodiscard]] iterator earlier(iterator a, iterator b) const { return is_behind(a, b) ? b : a; }

    elements elements_;
};

} // namespace cairn::inline v0::detail
