// SPDX-License-Identifier: BSL-1.0
// Waits for signals in one thread.
#include "signals.hpp"

#include "log.hpp"

#include <csignal>
#include <pthread.h>

namespace common {

namespace {

/// The signals that end a service, and the one that wakes the thread that waits for them. They are
/// blocked in every thread and waited for in one.
sigset_t awaited_signals()
{
    auto set = sigset_t{};
    sigemptyset(&set);
    for (int const signal : {SIGTERM, SIGINT, SIGUSR2}) sigaddset(&set, signal);
    return set;
}

} // namespace

signal_watch::signal_watch()
{
    auto const set = awaited_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    thread_ = std::thread{[this] { wait(); }};
}

signal_watch::~signal_watch()
{
    closing_ = true;
    pthread_kill(thread_.native_handle(), SIGUSR2);
    thread_.join();
}

void signal_watch::wait()
{
    auto const set = awaited_signals();
    auto signal = SIGUSR2;
    while (signal == SIGUSR2) { // anybody can send it, so it says nothing by itself
        if (closing_) return;
        sigwait(&set, &signal);
    }
    log_event{severity::info, "stopping"}.with("signal", signal);
    stop_.request_stop();
}

} // namespace common
