// SPDX-License-Identifier: BSL-1.0
// The library's mutexes, conditions and threads, each of which gives way now and then, by chance:
// so schedules happen that are rare otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace cairn::inline v0::detail {

/// How often a thread has come to a place where it may give way.
inline std::atomic<std::uint64_t> shakes{0};

/// Goes on, yields, or sleeps for some microseconds.
inline void shake()
{
    auto mixed = shakes.fetch_add(1, std::memory_order_relaxed) * 0x9E37'79B9'7F4A'7C15U;
    mixed ^= mixed >> 29U;
    if (mixed % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds{mixed / 8 % 64});
    if (mixed % 8 < 3) std::this_thread::yield();
}

template <class Mutex>
class shaken : public Mutex {
public:
    void lock()
    {
        shake();
        Mutex::lock();
        shake();
    }
    bool try_lock()
    {
        shake();
        return Mutex::try_lock();
    }
    void unlock()
    {
        shake();
        Mutex::unlock();
        shake();
    }
};

using mutex = shaken<std::mutex>;

class shared_mutex : public shaken<std::shared_mutex> {
public:
    void lock_shared()
    {
        shake();
        std::shared_mutex::lock_shared();
    }
    void unlock_shared()
    {
        std::shared_mutex::unlock_shared();
        shake();
    }
};

class condition_variable : public std::condition_variable_any {
public:
    void notify_one() noexcept
    {
        shake();
        std::condition_variable_any::notify_one();
    }
    void notify_all() noexcept
    {
        shake();
        std::condition_variable_any::notify_all();
    }
};

using thread = std::thread;
using steady_clock = std::chrono::steady_clock;

} // namespace cairn::inline v0::detail
