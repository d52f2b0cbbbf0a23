// SPDX-License-Identifier: BSL-1.0
// The logs and journals that performers leave in the folder.
#pragma once

#include "database.hpp"

#include <string>

namespace executor {

/// The longest log of a performer.
inline constexpr std::uint64_t longest_log = 16U << 20U;

struct tidied_files {
    std::uint64_t removed = 0; ///< of performers that are gone
    std::uint64_t cut = 0;     ///< logs that had become too long
};

/// Removes what performers left that have no record any more, as long after its last change as
/// their deployments would be kept; other files are left alone. Moves the newest half of a log
/// that is longer than `longest` to `.log.1`, and empties it: whoever writes to it goes on at its
/// new end. What is written at that moment may be missing in both.
/// @errors `std::system_error`; those of the store.
tidied_files tidy_files(
    database& db, std::string const& folder, retention_config const& ages, cairn::timestamp now,
    std::uint64_t longest = longest_log);

} // namespace executor
