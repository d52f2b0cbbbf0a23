// SPDX-License-Identifier: BSL-1.0
// The mutexes, threads and clock of the library, replaceable as a whole so that a test can schedule
// them.
#pragma once

// A program that defines CAIRN_SYNC_HEADER supplies `mutex`, `shared_mutex`, `condition_variable`,
// `thread` and `steady_clock` in `cairn::detail`, with the interfaces of their namesakes in std. The
// clock is what deadlines of writers and readers are by; the condition variable waits by it.
#if defined(CAIRN_SYNC_HEADER)
#include CAIRN_SYNC_HEADER
#else

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace cairn::inline v0::detail {

using mutex = std::mutex;
using shared_mutex = std::shared_mutex;
using condition_variable = std::condition_variable;
using thread = std::thread;
using steady_clock = std::chrono::steady_clock;

} // namespace cairn::inline v0::detail

#endif
