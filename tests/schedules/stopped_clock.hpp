// SPDX-License-Identifier: BSL-1.0
// The library's clock, which stands still until a test moves it, and the conditions that wait by
// it, whose waiting a test can hold.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace cairn::inline v0::detail {

using mutex = std::mutex;
using shared_mutex = std::shared_mutex;
using thread = std::thread;

/// Begins at 0.
struct steady_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<steady_clock>;
    static constexpr bool is_steady = true;

    static time_point now() { return time_point{duration{elapsed.load()}}; }
    static void advance(duration by) { elapsed += by.count(); }

    static inline std::atomic<rep> elapsed{0};
};

class condition_variable : public std::condition_variable_any {
public:
    /// While set, no wait with a deadline returns, whatever comes.
    static inline std::atomic<bool> held{false};
    /// How many such waits there have been.
    static inline std::atomic<int> waits{0};

    template <class Lock>
    std::cv_status wait_until(Lock& lock, steady_clock::time_point deadline)
    {
        ++waits;
        do wait_for(lock, std::chrono::milliseconds{1});
        while (held);
        return steady_clock::now() < deadline ? std::cv_status::no_timeout
                                              : std::cv_status::timeout;
    }

    template <class Lock, class Predicate>
    bool wait_until(Lock& lock, steady_clock::time_point deadline, Predicate has_come)
    {
        while (!has_come())
            if (wait_until(lock, deadline) == std::cv_status::timeout) return has_come();
        return true;
    }
};

} // namespace cairn::inline v0::detail
