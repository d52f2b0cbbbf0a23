// SPDX-License-Identifier: BSL-1.0
// Lets any number of threads hear that something has changed, without missing it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace common {

/// How it is used: read `edition()`, look whether there is something to do, and if not, wait for
/// the next edition; what is published in between ends the wait at once.
class bulletin {
public:
    [[nodiscard]] std::uint64_t edition() const
    {
        auto const lock = std::lock_guard{guard_};
        return edition_;
    }

    void publish()
    {
        auto const lock = std::lock_guard{guard_};
        ++edition_;
        changed_.notify_all();
    }

    /// Returns when an edition after `seen` is there, at the latest after `time`, or when stopping.
    void wait_beyond(std::uint64_t seen, std::stop_token const& stop, std::chrono::nanoseconds time)
    {
        auto lock = std::unique_lock{guard_};
        changed_.wait_for(lock, stop, time, [&] { return edition_ != seen; });
    }

private:
    mutable std::mutex guard_{};
    std::condition_variable_any changed_{};
    std::uint64_t edition_ = 0;
};

} // namespace common
