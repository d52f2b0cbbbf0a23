// SPDX-License-Identifier: BSL-1.0
// Removing what is old.
#pragma once

#include "database.hpp"

namespace executor {

struct removed_records {
    std::uint64_t marks = 0;       ///< of processed tasks
    std::uint64_t deployments = 0; ///< failed ones
    std::uint64_t performers = 0;  ///< failed ones
};

/// Removes marks and failed deployments that are older than configured, and with a deployment the
/// performer that failed with it; by ranges over indexes, in steps short enough that other writers
/// get their turn.
removed_records remove_old(database& db, retention_config const& ages, cairn::timestamp now);

} // namespace executor
