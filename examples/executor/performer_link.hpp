// SPDX-License-Identifier: BSL-1.0
// What the executor asks of a performer, and what a performer may answer.
#pragma once

#include "common/work.hpp"
#include "line_socket.hpp"
#include "models.hpp"
#include "process.hpp"

namespace executor {

/// What a performer says of a task.
enum class task_state : std::uint8_t { not_begun, running, ended };

struct task_answer {
    task_state state = task_state::not_begun;
    outcome how{}; ///< if it has ended
};

/// Nothing was asked at all: nobody, or another process, is at the socket.
class unreached_error : public link_error {
public:
    using link_error::link_error;
};

/// One performer's process, over its socket. Each question is a connection of its own, and the
/// process at its other end is the one that is meant or the question fails. Safe from any thread.
class performer_link {
public:
    performer_link(std::string socket, pid_t pid, std::chrono::nanoseconds timeout)
        : socket_{std::move(socket)}, pid_{pid}, timeout_{timeout}
    {
    }

    /// The id that the performer was started with.
    /// @errors `unreached_error`, else `link_error`, as all of these: then what was asked may have
    ///         been heard or not.
    [[nodiscard]] std::string performer_id() const;

    /// Asks the performer to begin a task. `not_begun`: it has no room, or was told never to.
    [[nodiscard]] task_answer begin(in_flight_task const& task) const;

    /// Asks whether the performer has begun the task. If not, it never will for this claim, even
    /// if the request to begin is still on its way.
    [[nodiscard]] task_answer resolve(in_flight_task const& task) const;

    /// Waits up to `time` for the task's end.
    [[nodiscard]] task_answer wait(hash32 const& task, std::chrono::milliseconds time) const;

    /// Says that the outcome is stored.
    void forget(hash32 const& task) const;

private:
    [[nodiscard]] line_socket reach(deadline until) const;
    [[nodiscard]] std::string ask(
        std::string const& request, std::chrono::nanoseconds extra = {}) const;

    std::string socket_;
    pid_t pid_;
    std::chrono::nanoseconds timeout_;
};

/// The longest line that either side accepts: a payload in hexadecimal, and some more.
inline constexpr std::size_t longest_line = 16U << 20U;

} // namespace executor
