// SPDX-License-Identifier: BSL-1.0
// A lock for many readers or one writer: fair to both sides, and a writer waits with a deadline.
#pragma once

#include <cairn/base/sync.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace cairn::inline v0::detail {

/// Phase-fair: a waiting writer holds off new readers, and a leaving writer admits every reader
/// that waits before the next writer comes. An uncontended side costs one atomic operation.
class read_write_lock {
public:
    using clock = steady_clock;

    void lock_shared()
    {
        if (!try_lock_shared()) wait_shared();
    }

    void unlock_shared() noexcept
    {
        if (state_.fetch_sub(1, std::memory_order_acq_rel) == (writer | 1)) wake_writer();
    }

    /// False if readers or another writer were still there at the deadline.
    [[nodiscard]] bool lock_until(clock::time_point deadline)
    {
        auto free = std::uint32_t{0};
        if (state_.compare_exchange_strong(free, writer, std::memory_order_acquire)) return true;
        auto guard = std::unique_lock{mutex_};
        if (!writer_left_.wait_until(guard, deadline, [&] { return claim(); })) return false;
        if (readers_left_.wait_until(guard, deadline, [&] { return without_readers(); }))
            return true;
        admit_waiting();
        return false;
    }

    void unlock() noexcept
    {
        auto const guard = std::lock_guard{mutex_};
        admit_waiting();
    }

private:
    static constexpr std::uint32_t writer = 1U << 31U;

    [[nodiscard]] bool try_lock_shared()
    {
        auto seen = state_.load(std::memory_order_relaxed);
        while ((seen & writer) == 0)
            if (state_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire))
                return true;
        return false;
    }

    void wait_shared()
    {
        auto guard = std::unique_lock{mutex_};
        if (try_lock_shared()) return;
        auto const mine = phase_;
        ++waiting_;
        admitted_.wait(guard, [&] { return phase_ != mine; });
    }

    [[nodiscard]] bool claim()
    {
        return (state_.fetch_or(writer, std::memory_order_acquire) & writer) == 0;
    }

    [[nodiscard]] bool without_readers() const
    {
        return state_.load(std::memory_order_acquire) == writer;
    }

    /// Ends the writer's phase; who waits to read has the lock when this returns.
    void admit_waiting() noexcept
    {
        state_.fetch_add(waiting_ - writer, std::memory_order_acq_rel);
        if (waiting_ != 0) {
            waiting_ = 0;
            ++phase_;
            admitted_.notify_all();
        }
        writer_left_.notify_one();
    }

    void wake_writer() noexcept
    {
        auto const guard = std::lock_guard{mutex_};
        readers_left_.notify_one();
    }

    std::atomic<std::uint32_t> state_{0}; // the writer's bit, held or claimed, and the readers
    mutex mutex_;
    condition_variable admitted_;
    condition_variable writer_left_;
    condition_variable readers_left_;
    std::uint32_t waiting_ = 0; // readers that wait for the writer to leave
    std::uint64_t phase_ = 0;
};

} // namespace cairn::inline v0::detail
