// SPDX-License-Identifier: BSL-1.0
// SHA-256 and what is derived from it: task ids and the results of tasks.
#pragma once

#include "types.hpp"

#include <span>

namespace aggregator {

/// SHA-256 of `data`.
hash32 sha256(std::span<std::byte const> data);

/// The id of a task that carries none of its own: SHA-256 of chain id (8 bytes, big-endian),
/// transaction hash, log index (8 bytes, big-endian; 0 for a transaction) and AVS address.
hash32 derive_task_id(
    std::uint64_t chain_id, hash32 const& transaction, std::uint64_t index, address20 const& avs);

} // namespace aggregator
