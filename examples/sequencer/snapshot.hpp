// SPDX-License-Identifier: BSL-1.0
// The DAG and the reputation in the compact form of a checkpoint.
#pragma once

#include "ordering.hpp"

#include <cairn/recovery.hpp>

namespace sequencer {

/// How much of a DAG is known already.
struct snapshot_base {
    std::uint64_t nodes = 0;
    std::size_t committed = 0; ///< of the order of commits
};

/// What `graph` has beyond `known`: its further nodes, and the commits of nodes that were known.
///
/// Behind the committee's digest, for each node: its digest; its round, timestamp and position as
/// differences to the node before; its author's index; a bit for each node of the round before,
/// by place, that is a parent; and its older parents, if any, by round and place.
void write_snapshot(cairn::checkpoint_writer& out, dag const& graph, snapshot_base known);

/// Appends to `graph` what `write_snapshot` wrote; `graph` must have what was known.
/// @errors refuses, by the reader, what cannot have been written so.
void read_snapshot(cairn::checkpoint_reader& in, dag& graph);

void write_reputation(
    cairn::checkpoint_writer& out, committee const& members, reputation const& leaders);
[[nodiscard]] reputation read_reputation(
    cairn::checkpoint_reader& in, committee const& members, reputation_config const& config);

} // namespace sequencer
