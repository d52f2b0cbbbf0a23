// SPDX-License-Identifier: BSL-1.0
// Ids of tasks that carry none of their own.
#pragma once

#include "types.hpp"

#include <cstdint>

namespace aggregator {

/// SHA-256 of chain id (8 bytes, big-endian), transaction hash, log index (8 bytes, big-endian; 0
/// for a transaction) and AVS address.
hash32 derive_task_id(
    std::uint64_t chain_id, hash32 const& transaction, std::uint64_t index, address20 const& avs);

} // namespace aggregator
