// SPDX-License-Identifier: BSL-1.0
// Processes that outlive the one that started them, told apart by more than their number.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace executor {

/// One process and no other: numbers are used again, so the moment of its start belongs to it, in
/// clock ticks since the machine started, and so does the run of the machine.
struct process_identity {
    pid_t pid = 0;
    std::uint64_t start_time = 0;
    std::string boot_id{};

    friend bool operator==(process_identity const&, process_identity const&) = default;
};

/// The process that has this number now; nothing if there is none, or it has ended and only waits
/// to be collected.
/// @errors `std::system_error` if that cannot be found out, which is not absence.
std::optional<process_identity> identify(pid_t pid);

/// Whether this very process runs. Collects it if it is an ended child of ours.
/// @errors as `identify`.
bool is_running(process_identity const& who);

/// Sends a signal to this very process, waits until it has ended, and does the same with SIGKILL
/// if it has not after `patience`. Nothing happens if it has ended already.
/// @errors `std::system_error`, also if it cannot be ended.
void end_process(process_identity const& who, int signal, std::chrono::nanoseconds patience);

/// What a new process is made of.
struct launch {
    std::string program{};
    std::vector<std::string> arguments{};   ///< without the program's name
    std::vector<std::string> environment{}; ///< "NAME=value", complete
    std::string log{};                      ///< file that its output is appended to
};

/// A child process that exists and can be identified, but does not run its program before
/// `release`: so it can be recorded first. If we die before, it ends by itself.
class gated_process {
public:
    /// @errors `std::system_error`.
    explicit gated_process(launch const& what);
    /// Ends the child if it was not released.
    ~gated_process();
    gated_process(gated_process const&) = delete;
    gated_process& operator=(gated_process const&) = delete;

    [[nodiscard]] process_identity const& identity() const { return identity_; }

    void release();

private:
    int gate_ = -1;
    process_identity identity_{};
};

} // namespace executor
