// SPDX-License-Identifier: BSL-1.0
// What the program does: one function for each subcommand.
#pragma once

#include "simulation.hpp"

#include <cairn/recovery.hpp>

#include <string>

namespace sequencer {

/// The exit codes of the program.
enum exit_code : int {
    all_well = 0,
    internal_error = 1,
    wrong_usage = 2,
    store_failed = 3,
    not_sound = 4, ///< violations, quarantined records, or answers that should not have been
    signed_twice = 5,
};

struct command_options {
    std::string file{}; ///< the database; empty: memory
    bool survives_power_loss = true;
    simulation_options committee{};
    std::uint64_t rounds = 1000;
    std::string witness{}; ///< empty: beside the database, in memory if that is
    cairn::checkpoint_options checkpoints{};
    cairn::recovery_strategy strategy = cairn::recovery_strategy::hybrid;
    std::uint64_t first_round = 0;
    std::uint64_t last_round = 20;
    bool as_json = false;
    bool quiet = false;
    int socket = -1; ///< of `committee`
};

/// The node, and the committee in a process of its own.
int run_node(command_options const& options);
/// The committee's side, on a socket that `run` has opened.
int run_committee(command_options const& options);
int recover_store(command_options const& options);
int verify_store(command_options const& options);
int draw_store(command_options const& options);
int show_stats(command_options const& options);

} // namespace sequencer
