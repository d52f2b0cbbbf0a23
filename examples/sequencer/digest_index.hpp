// SPDX-License-Identifier: BSL-1.0
// From a digest to the number of its node: open addressing in one block of memory.
#pragma once

#include "types.hpp"

#include <bit>
#include <cstring>
#include <limits>

namespace sequencer {

using node_id = std::uint32_t;
inline constexpr auto no_node = std::numeric_limits<node_id>::max();

/// The digests themselves stay with the nodes; what finds them is passed to each function:
/// `digest_at(id)`. They are SHA-256, so their first bytes serve as the hash.
class digest_index {
public:
    template <class DigestAt>
    [[nodiscard]] node_id find(hash32 const& digest, DigestAt const& digest_at) const
    {
        if (places_.empty()) return no_node;
        for (auto at = hash(digest) & mask();; at = (at + 1) & mask()) {
            auto const id = places_[at];
            if (id == no_node || digest_at(id) == digest) return id;
        }
    }

    /// `id` must be new, and one more than any before.
    template <class DigestAt>
    void add(node_id id, DigestAt const& digest_at)
    {
        if (2 * (std::size_t{id} + 1) > places_.size()) grow(id, digest_at);
        place(id, digest_at);
    }

    template <class DigestAt>
    void reserve(std::size_t ids, DigestAt const& digest_at, node_id present)
    {
        if (auto const size = std::bit_ceil(2 * ids + 16); size > places_.size())
            rebuild(size, present, digest_at);
    }

private:
    static std::size_t hash(hash32 const& digest)
    {
        auto result = std::size_t{};
        std::memcpy(&result, digest.data(), sizeof result);
        return result;
    }
    [[nodiscard]] std::size_t mask() const { return places_.size() - 1; }

    template <class DigestAt>
    void place(node_id id, DigestAt const& digest_at)
    {
        auto at = hash(digest_at(id)) & mask();
        while (places_[at] != no_node) at = (at + 1) & mask();
        places_[at] = id;
    }

    template <class DigestAt>
    void grow(node_id present, DigestAt const& digest_at)
    {
        rebuild(std::bit_ceil(4 * (std::size_t{present} + 16)), present, digest_at);
    }

    template <class DigestAt>
    void rebuild(std::size_t size, node_id present, DigestAt const& digest_at)
    {
        places_.assign(size, no_node);
        for (auto id = node_id{0}; id < present; ++id) place(id, digest_at);
    }

    std::vector<node_id> places_{};
};

} // namespace sequencer
