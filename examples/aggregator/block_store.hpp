// SPDX-License-Identifier: BSL-1.0
// The blocks that are processed, and the tasks that came with them.
#pragma once

#include "chain.hpp"
#include "database.hpp"
#include "watch.hpp"

namespace aggregator {

/// How far a chain is processed. A cursor without a tip follows a reorganisation that went deeper
/// than the kept blocks: the next block is taken as it comes.
struct progress {
    std::optional<chain_cursor> cursor{};
    std::optional<block_record> tip{}; ///< the block at the cursor
};

/// @errors those of the store; an error is never taken for absence.
progress load_progress(database& db, watch const& what);

/// Stores a block, its tasks and the cursor that says so, in one transaction, and drops blocks
/// that are no longer kept. A task left over from an orphaned block is replaced.
/// @errors    `misuse` if the block does not follow the cursor; those of the store.
/// @guarantee Strong.
void save_block(
    database& db, watch const& what, chain_block const& block, std::vector<task> const& found);

} // namespace aggregator
