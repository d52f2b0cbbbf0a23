// SPDX-License-Identifier: BSL-1.0
// Lets one thread tell another that there may be something to do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace common {

class wakeup {
public:
    void notify()
    {
        auto const lock = std::lock_guard{guard_};
        pending_ = true;
        changed_.notify_all();
    }

    /// Returns after a notification, at the latest after `time`, or when stopping.
    void wait_for(std::stop_token const& stop, std::chrono::nanoseconds time)
    {
        auto lock = std::unique_lock{guard_};
        changed_.wait_for(lock, stop, time, [&] { return pending_; });
        pending_ = false;
    }

private:
    std::mutex guard_;
    std::condition_variable_any changed_;
    bool pending_ = false;
};

} // namespace common
