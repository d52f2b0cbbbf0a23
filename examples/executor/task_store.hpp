// SPDX-License-Identifier: BSL-1.0
// The life of a task: received, offered to a performer, started, and marked as processed.
#pragma once

#include "common/work.hpp"
#include "database.hpp"

#include <string_view>

namespace executor {

/// With what the error of a task begins whose fate cannot be known.
inline constexpr std::string_view interrupted_text = "interrupted";

enum class acceptance : std::uint8_t {
    accepted,
    waiting,
    ended,
    conflicting,
    full,        ///< too many are in flight
    full_for_avs ///< too many of this AVS
};

/// What became of a submission, and what is known of its task.
struct submission {
    acceptance what = acceptance::accepted;
    std::optional<in_flight_task> waiting{};
    std::optional<processed_task> ended{};
};

/// Accepts a task once: one that is in flight or processed is left as it is, whoever submits it
/// again and however often. Another payload under the same id is a conflict. As many are in flight
/// as `limits` allows, in all and of one AVS: one whose tasks nobody works on, since it has no
/// performer, must not shut out the others.
submission submit(database& db, in_flight_task const& task, work_config const& limits);

/// What is known of a task, in one moment; neither, if it was never submitted or is long gone.
submission look_up(database& db, hash32 const& task_id);

/// Takes the oldest received task of an AVS for one process of a performer: status `starting`,
/// stored before anything is sent. Each task goes to one caller only; a damaged one to nobody.
std::optional<in_flight_task> claim(
    database& db, address20 const& avs, std::string const& performer_id, std::uint64_t incarnation);

/// Records that the performer has begun the task. From now on nobody starts it again; nor a damaged
/// one, which stays as it is.
void mark_started(database& db, in_flight_task const& claimed);

/// Puts a task back that its performer says it did not begin; false if it is no longer this claim,
/// or damaged: then nobody is offered it any more.
bool give_back(database& db, in_flight_task const& claimed);

/// Marks a task as processed, and takes it out of flight, in one transaction. True for the first
/// caller; later ones change nothing, whatever outcome they bring.
bool conclude(database& db, in_flight_task const& task, outcome const& how, cairn::timestamp now);

/// Concludes a task whose performer is gone: whether it was run to its end cannot be known.
bool interrupt(
    database& db, in_flight_task const& task, std::string_view why, cairn::timestamp now);

/// The tasks that were offered to one performer, in all its processes; those that can be read.
std::vector<in_flight_task> tasks_at(database& db, std::string const& performer_id);

} // namespace executor
