// SPDX-License-Identifier: BSL-1.0
// Waits for signals in one thread.
#include "signals.hpp"

#include "log.hpp"

#include <csignal>
#include <pthread.h>

namespace common {

namespace {

/// The signals that end a service. They are blocked in every thread and waited for in one.
sigset_t ending_signals()
{
    auto set = sigset_t{};
    sigemptyset(&set);
    for (int const signal : {SIGTERM, SIGINT, SIGUSR2}) sigaddset(&set, signal);
    return set;
}

} // namespace

signal_watch::signal_watch()
{
    auto const set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    thread_ = std::thread{[this] { wait(); }};
}

signal_watch::~signal_watch()
{
    pthread_kill(thread_.native_handle(), SIGUSR2);
    thread_.join();
}

void signal_watch::wait()
{
    auto const set = ending_signals();
    auto signal = 0;
    sigwait(&set, &signal);
    if (signal == SIGUSR2) return;
    log_event{severity::info, "stopping"}.with("signal", signal);
    stop_.request_stop();
}

} // namespace common
