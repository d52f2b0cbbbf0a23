// SPDX-License-Identifier: BSL-1.0
// The plain values of a committee and its DAG, without anything of how they are stored.
#pragma once

#include <cairn/base/timestamp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sequencer {

using bytes = std::vector<std::byte>;
using byte_view = std::span<std::byte const>;
using hash32 = std::array<std::byte, 32>;

/// Who a validator is: the multihash of an Ed25519 public key, as libp2p writes it.
using peer_id = std::array<std::byte, 38>;

/// The digest of no batch: a certificate that carries none has it.
inline constexpr hash32 no_batch{};

/// One piece of work of one validator, and the earlier pieces that it stands on.
struct certificate {
    std::uint64_t round = 0;
    hash32 digest{};
    peer_id author{};
    hash32 batch_digest{}; ///< `no_batch`, or of a batch that is stored
    std::vector<hash32> parents{};
    cairn::timestamp timestamp{};
    bytes aggregated_signature{}; ///< 48 or 96 bytes; carried, not verified
    bytes signers{};              ///< a bit for each member of the committee
    bool committed = false;
    std::optional<std::uint64_t> committed_at_round{}; ///< the round of the anchor that did it
    std::optional<std::uint64_t> commit_position{};    ///< in the one order of all committed
    cairn::timestamp created_at{};                     ///< when this node stored it
};

/// The part of a certificate that its author wrote alone, before the others signed.
struct header {
    hash32 batch_digest{};
    std::vector<hash32> parents{};
    cairn::timestamp timestamp{};

    friend bool operator==(header const&, header const&) = default;
};

struct batch_transaction {
    bytes data{};
    cairn::timestamp timestamp{};

    friend bool operator==(batch_transaction const&, batch_transaction const&) = default;
};

/// Transactions that a worker of one validator collected.
struct batch {
    hash32 digest{};
    std::uint32_t worker_id = 0;
    peer_id author{};
    std::vector<batch_transaction> transactions{};
    std::uint64_t transaction_count = 0;
    cairn::timestamp timestamp{};
    std::uint64_t size_bytes = 0;
    std::optional<hash32> referenced_by_certificate{};
    cairn::timestamp created_at{};
};

inline constexpr std::size_t most_batch_transactions = 1000;
inline constexpr std::size_t most_batch_bytes = 512 * 1024;

/// How one leader did in one round.
struct performance {
    peer_id validator{};
    std::uint64_t round = 0;
    std::uint32_t latency_ms = 0;
    bool success = false;
    cairn::timestamp timestamp{};

    friend bool operator==(performance const&, performance const&) = default;
};

} // namespace sequencer
