// SPDX-License-Identifier: BSL-1.0
// The mutexes and threads of the library, replaceable as a whole so that a test can schedule them.
#pragma once

// A program that defines CAIRN_SYNC_HEADER supplies `mutex`, `shared_mutex`, `condition_variable`
// and `thread` in `cairn::detail`, with the interfaces of their namesakes in std.
#if defined(CAIRN_SYNC_HEADER)
#include CAIRN_SYNC_HEADER
#else

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace cairn::inline v0::detail {

using mutex = std::mutex;
using shared_mutex = std::shared_mutex;
using condition_variable = std::condition_variable;
using thread = std::thread;

} // namespace cairn::inline v0::detail

#endif
