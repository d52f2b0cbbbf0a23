// SPDX-License-Identifier: BSL-1.0
// The validators of one epoch, and how many of them are enough for what.
#pragma once

#include "types.hpp"

#include <optional>
#include <unordered_map>

namespace sequencer {

/// A hash of bytes that are random already: PeerIds end in, and digests are, such bytes.
struct hash_of_random_bytes {
    template <std::size_t N>
    std::size_t operator()(std::array<std::byte, N> const& data) const
    {
        auto result = std::size_t{0};
        for (std::size_t i = N - sizeof result; i < N; ++i)
            result = result << 8U | std::to_integer<std::size_t>(data[i]);
        return result;
    }
};

/// Ordered: the place of a validator is its index, in bitmaps and in checkpoints.
class committee {
public:
    /// @errors `std::invalid_argument` for none, more than 65535, or one validator twice.
    explicit committee(std::vector<peer_id> members, std::uint64_t epoch = 0);

    /// A committee of `size` simulated validators, the same for the same numbers.
    static committee simulated(std::size_t size, std::uint64_t seed);

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    [[nodiscard]] std::vector<peer_id> const& members() const { return members_; }
    [[nodiscard]] peer_id const& member(std::size_t index) const { return members_.at(index); }
    [[nodiscard]] std::optional<std::uint16_t> index_of(peer_id const& id) const;
    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

    /// floor(2n/3)+1: any two quorums share an honest validator.
    [[nodiscard]] std::size_t quorum() const { return 2 * size() / 3 + 1; }

    /// The least number that every quorum meets: so many votes for an anchor are seen by every
    /// later certificate.
    [[nodiscard]] std::size_t votes_to_commit() const { return size() - quorum() + 1; }

private:
    std::vector<peer_id> members_;
    std::unordered_map<peer_id, std::uint16_t, hash_of_random_bytes> indexes_{};
    std::uint64_t epoch_;
};

} // namespace sequencer
