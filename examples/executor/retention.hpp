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
/// get their turn. Those that cannot be read are named in the log and stay: that they are old is
/// not certain.
/// @errors those of the store; `corrupt_store` if an index leads to another record than it says.
removed_records remove_old(database& db, retention_config const& ages, cairn::timestamp now);

} // namespace executor
