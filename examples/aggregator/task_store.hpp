// SPDX-License-Identifier: BSL-1.0
// The life of a stored task: claimed, then finished, released or expired. One that cannot be read is
// named in the log and left as it is.
#pragma once

#include "common/work.hpp"
#include "database.hpp"

#include <string_view>

namespace aggregator {

inline constexpr std::string_view expired_text = "the deadline has passed";
inline constexpr std::string_view exhausted_text = "interrupted too often";

/// Whether the task's deadline has passed.
[[nodiscard]] inline bool is_expired(task const& t, cairn::timestamp now)
{
    return t.deadline && *t.deadline <= now;
}

/// Takes up to `limit` pending tasks of an AVS in the order of their creation, each for this caller
/// alone. Tasks past their deadline become failed instead and are not returned.
std::vector<task> claim(
    database& db, address20 const& avs, std::size_t limit, cairn::timestamp now);

/// Records how a claimed task ended. False, and nothing is changed, if it cannot be read any more,
/// or is no longer this claim: a reorganisation removed the task, and perhaps brought it back in
/// another block.
bool finish(database& db, task const& claimed, outcome const& ended, cairn::timestamp now);

/// Puts a claimed task back that was never begun; false as for `finish`.
bool release(database& db, task const& claimed, cairn::timestamp now);

/// Makes pending tasks past their deadline failed; returns how many.
std::size_t expire(database& db, cairn::timestamp now);

/// Sets what a failed task says of itself.
void mark_failed(task& t, std::string_view reason, cairn::timestamp now);

} // namespace aggregator
