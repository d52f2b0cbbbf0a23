// SPDX-License-Identifier: BSL-1.0
// Pauses that grow with each failure, are jittered, and end at once when the service stops.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stop_token>

namespace common {

/// Sleeps for `time`; false if `stop` was requested before or meanwhile.
inline bool pause_for(std::stop_token const& stop, std::chrono::nanoseconds time)
{
    auto guard = std::mutex{};
    auto lock = std::unique_lock{guard};
    auto wake = std::condition_variable_any{};
    wake.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

/// The pauses between attempts: doubling from `least` to `most`, each drawn from its upper half.
class backoff {
public:
    backoff(std::chrono::nanoseconds least, std::chrono::nanoseconds most)
        : least_{least}, most_{most}, next_{least}
    {
    }

    /// Waits out the next pause; false if the service stops.
    bool wait(std::stop_token const& stop) { return pause_for(stop, next()); }

    std::chrono::nanoseconds next()
    {
        auto const whole = next_.count();
        next_ = std::min(most_, next_ * 2);
        auto draw = std::uniform_int_distribution<std::chrono::nanoseconds::rep>{whole / 2, whole};
        return std::chrono::nanoseconds{draw(random_)};
    }

    void reset() { next_ = least_; }

private:
    std::chrono::nanoseconds least_;
    std::chrono::nanoseconds most_;
    std::chrono::nanoseconds next_;
    std::minstd_rand random_{std::random_device{}()};
};

/// Takes as long as real work might, between `least` and `most`; false if `stop` was requested
/// before or meanwhile.
inline bool simulate_effort(
    std::stop_token const& stop, std::chrono::nanoseconds least, std::chrono::nanoseconds most)
{
    if (most.count() == 0) return true;
    thread_local auto random = std::minstd_rand{std::random_device{}()};
    auto draw = std::uniform_int_distribution<std::chrono::nanoseconds::rep>{
        least.count(), most.count()};
    return pause_for(stop, std::chrono::nanoseconds{draw(random)});
}

} // namespace common
