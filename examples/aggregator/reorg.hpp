// SPDX-License-Identifier: BSL-1.0
// Reorganisations: finding where a chain left what is stored, and undoing what came after.
#pragma once

#include "block_store.hpp"

namespace aggregator {

/// The chain genuinely is another one: even the stored genesis block is not its own.
class another_chain : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct reorganisation {
    std::uint64_t first_orphan = 0; ///< processed blocks from here on are not the chain's any more
    std::uint64_t last_orphan = 0;  ///< the cursor
    bool beyond_depth = false;      ///< deeper than expected
    std::optional<unverified_range> lost{}; ///< deeper even than the kept blocks
};

/// Compares the stored tip with the chain and, where they differ, walks back over the kept blocks
/// to their common ancestor. Writes nothing. Only a block above `head` may be absent: without one
/// below it, nothing is concluded.
///
/// If no kept block is the chain's any more, the oldest becomes the base: everything from it on is
/// orphaned. How far below it the chain differs is told by the tasks still stored from there;
/// their range is `lost`.
///
/// @errors `chain_error`; `another_chain`; those of the store.
std::optional<reorganisation> find_reorganisation(
    database& db, chain_reader& reader, watch const& what, progress const& known,
    std::uint64_t head, cairn::timestamp now);

struct undone {
    std::uint64_t blocks = 0;
    std::uint64_t tasks = 0;
};

/// Deletes the orphaned blocks and the tasks that came from them, and moves the cursor back, in
/// one transaction, which also records the lost range. A task goes because of what it says itself,
/// or, if it can no longer be read, of what its columns say; one of another block whose columns
/// have it among these is stored anew. An orphan whose columns say an earlier block is not met.
/// @errors    those of the store; `corrupt_store` if an index leads to a task of another block.
/// @guarantee Strong.
undone undo(database& db, watch const& what, reorganisation const& found);

} // namespace aggregator
