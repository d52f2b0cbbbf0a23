// SPDX-License-Identifier: BSL-1.0
// A number that one thread waits on and another sets, without a lock between them.
#pragma once

#include <cairn/base/sync.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

#if defined(__linux__) && !defined(CAIRN_SYNC_HEADER)
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace cairn::inline v0::detail {

#if defined(__linux__) && !defined(CAIRN_SYNC_HEADER)

/// On Linux a futex: waking costs one system call and touches no lock that the woken thread needs.
/// The setter does not touch the word after the value is visible, so the waiter may destroy it.
class wait_word {
public:
    explicit wait_word(std::uint32_t value) : value_{value} {}

    [[nodiscard]] std::uint32_t get() const { return value_.load(std::memory_order_acquire); }

    void set(std::uint32_t value)
    {
        auto* const at = address();
        value_.store(value, std::memory_order_release);
        ::syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }

    /// Changes the value without waking.
    void set_quietly(std::uint32_t value) { value_.store(value, std::memory_order_release); }

    /// Returns when the value is no longer `old`, or may not be.
    void wait_while(std::uint32_t old)
    {
        if (get() == old)
            ::syscall(SYS_futex, address(), FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
    }

    /// The same, at most until `deadline`.
    void wait_while_until(std::uint32_t old, steady_clock::time_point deadline)
    {
        if (get() != old) return;
        auto const since = deadline.time_since_epoch();
        auto const whole = std::chrono::duration_cast<std::chrono::seconds>(since);
        auto const until = ::timespec{
            static_cast<std::time_t>(whole.count()),
            static_cast<long>(std::chrono::nanoseconds{since - whole}.count())};
        ::syscall(
            SYS_futex, address(), FUTEX_WAIT_BITSET_PRIVATE, old, &until, nullptr,
            FUTEX_BITSET_MATCH_ANY);
    }

private:
    std::uint32_t* address() { return reinterpret_cast<std::uint32_t*>(&value_); }

    std::atomic<std::uint32_t> value_;
    static_assert(
        sizeof(std::atomic<std::uint32_t>) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);
};

#else

/// Elsewhere a mutex and a condition variable.
class wait_word {
public:
    explicit wait_word(std::uint32_t value) : value_{value} {}

    [[nodiscard]] std::uint32_t get() const
    {
        auto const held = std::lock_guard{gate_};
        return value_;
    }
    void set(std::uint32_t value)
    {
        auto const held = std::lock_guard{gate_};
        value_ = value;
        changed_.notify_one();
    }
    void set_quietly(std::uint32_t value) { set(value); }
    void wait_while(std::uint32_t old)
    {
        auto held = std::unique_lock{gate_};
        if (value_ == old) changed_.wait(held);
    }
    void wait_while_until(std::uint32_t old, steady_clock::time_point deadline)
    {
        auto held = std::unique_lock{gate_};
        if (value_ == old) changed_.wait_until(held, deadline);
    }

private:
    mutable mutex gate_{};
    condition_variable changed_{};
    std::uint32_t value_;
};

#endif

} // namespace cairn::inline v0::detail
