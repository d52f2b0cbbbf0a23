// SPDX-License-Identifier: BSL-1.0
// One AVS on one chain: what a poller watches.
#pragma once

#include "types.hpp"

#include <cstdint>
#include <optional>

namespace aggregator {

struct watch {
    address20 avs{};
    std::uint64_t chain_id = 0;
    std::optional<address20> contract{};        ///< absent: every transaction is a task
    std::optional<std::uint64_t> start_block{}; ///< absent: the head at the first start
    std::uint64_t blocks_per_poll = 100;
    std::uint64_t reorg_depth = 10;
    std::uint64_t kept_blocks = 100;
};

} // namespace aggregator
