// SPDX-License-Identifier: BSL-1.0
// Turns SIGTERM and SIGINT into a request to stop.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace common {

/// Requests a stop on SIGTERM or SIGINT, for as long as it lives. To be made before any other
/// thread, which then blocks these signals too.
class signal_watch {
public:
    signal_watch();
    ~signal_watch();
    signal_watch(signal_watch const&) = delete;
    signal_watch& operator=(signal_watch const&) = delete;

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

private:
    void wait();

    std::stop_source stop_;
    std::atomic<bool> closing_ = false;
    std::thread thread_;
};

} // namespace common
