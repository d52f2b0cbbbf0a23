// SPDX-License-Identifier: BSL-1.0
// Removing finished tasks that are old enough.
#pragma once

#include "database.hpp"

namespace aggregator {

/// Removes tasks that were completed or failed longer than `age` ago, in steps short enough that
/// other writers get their turn; returns how many. Those that cannot be read are named in the log
/// and stay: that they are old and finished is not certain.
std::uint64_t remove_finished(database& db, std::chrono::nanoseconds age, cairn::timestamp now);

} // namespace aggregator
