// SPDX-License-Identifier: BSL-1.0
// Which tasks a block holds.
#pragma once

#include "chain.hpp"
#include "directory.hpp"
#include "watch.hpp"

namespace aggregator {

/// The tasks of `block`: one for each log of the watched contract, read by the block's hash, or
/// one for each transaction if no contract is watched.
/// @errors `chain_error`.
std::vector<task> tasks_of(
    chain_reader& chain, watch const& what, chain_block const& block, task_terms const& terms,
    cairn::timestamp now);

} // namespace aggregator
