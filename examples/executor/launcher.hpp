// SPDX-License-Identifier: BSL-1.0
// How a performer becomes a process.
#pragma once

#include "database.hpp"
#include "performer_link.hpp"

namespace executor {

/// A performer cannot be started, for a reason that is for people.
class launch_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The process that a performer's record names; pid 0 if it has had none.
process_identity identity_of(performer const& who);

/// The way to that process.
performer_link link_to(performer const& who, std::chrono::nanoseconds timeout);

/// Starts processes for performers.
class launcher {
public:
    /// Makes the folder for sockets, journals and logs if it is not there.
    /// @errors `std::filesystem::filesystem_error`.
    explicit launcher(config const& settings);

    /// What the next process of `who` is made of.
    /// @errors `launch_error` if there is no such artifact, its digest differs, its mode is not
    ///         supported, or a variable to copy is not set.
    [[nodiscard]] launch prepare(performer const& who) const;

    /// Makes the next process of `who`, which does not run its program yet, and names it in the
    /// record: to be stored before it is released.
    /// @errors `launch_error`; `std::system_error`.
    [[nodiscard]] std::unique_ptr<gated_process> make_process(performer& who) const;

    /// Waits until the process answers as this performer.
    /// @errors `launch_error` if it ended, says that it is another one, or `start_timeout` passed.
    void wait_until_ready(performer const& who, std::stop_token const& stop) const;

    /// Ends the process, if it runs, and removes its socket.
    void end(performer const& who, int signal) const;

private:
    [[nodiscard]] std::string file(performer const& who, std::string const& suffix) const;

    config const& settings_;
    std::string folder_;
};

} // namespace executor
