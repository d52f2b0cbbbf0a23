// SPDX-License-Identifier: BSL-1.0
// The two ends of a run: the committee drives, the node answers.
#pragma once

#include "simulation.hpp"
#include "wire.hpp"
#include "witness.hpp"

#include <functional>

namespace sequencer {

struct drive_report {
    std::vector<std::string> complaints{}; ///< answers that should not have been
    std::uint64_t signed_twice = 0;        ///< rounds with a second certificate of the node
    bool finished = false;                 ///< false: the node was gone before the last round
};

/// Plays the committee's side for the rounds 0 to `rounds` - 1. What node and witness have is made
/// again, but only its last rounds are sent: those that the node may have missed.
drive_report drive(
    channel& to_node, simulation committee_side, witness& seen, std::uint64_t rounds);

/// Plays the node's side until the committee is done; calls `on_round` after each round.
/// False if the committee was gone before.
/// @errors those of the node.
bool serve(
    channel& to_committee, node& self, std::function<void(std::uint64_t round)> const& on_round);

} // namespace sequencer
