// SPDX-License-Identifier: BSL-1.0
// What a start makes of what the last run left behind.
#pragma once

#include "database.hpp"

#include <set>

namespace aggregator {

struct recovery_report {
    std::uint64_t pending = 0;   ///< tasks that wait for a worker, the requeued ones included
    std::uint64_t requeued = 0;  ///< were interrupted, and wait again
    std::uint64_t exhausted = 0; ///< were interrupted too often, and are failed now
    std::uint64_t expired = 0;   ///< past their deadline, and failed now
    std::uint64_t damaged = 0;   ///< not finished and not to be read, left as they are
    std::set<address20> avss{};  ///< whose tasks these are that wait
    std::vector<chain_cursor> cursors{};
};

/// Puts interrupted tasks back into the queue, one attempt older, and fails those that are past
/// their deadline or out of attempts, all in one transaction. Tasks that cannot be read are named in
/// the log. For a start, before any worker runs.
/// @guarantee Strong; running it twice changes nothing more.
recovery_report recover(database& db, std::uint64_t max_attempts, cairn::timestamp now);

void log_recovery(recovery_report const& report, std::chrono::nanoseconds took);

} // namespace aggregator
