// SPDX-License-Identifier: BSL-1.0
// How a ticket waits.
#pragma once

#include <cairn/base/sync.hpp>
#include <cairn/store/ticket.hpp>

namespace cairn::inline v0::detail {

struct write_end::state {
    mutex gate{};
    condition_variable came{};
    bool reached = false;
    std::exception_ptr failure{};
};

CAIRN_INLINE write_end::write_end() : state_{std::make_unique<state>()} {}
CAIRN_INLINE write_end::~write_end() = default;

CAIRN_INLINE bool write_end::reached() const
{
    auto const held = std::lock_guard{state_->gate};
    return state_->reached;
}

CAIRN_INLINE void write_end::wait() const
{
    auto held = std::unique_lock{state_->gate};
    state_->came.wait(held, [&] { return state_->reached; });
}

CAIRN_INLINE bool write_end::wait_for(std::chrono::nanoseconds time) const
{
    auto held = std::unique_lock{state_->gate};
    return state_->came.wait_for(held, time, [&] { return state_->reached; });
}

CAIRN_INLINE void write_end::reach(
    std::exception_ptr failure, function_ref<void()> publish) noexcept
{
    auto const held = std::lock_guard{state_->gate};
    publish();
    state_->failure = std::move(failure);
    state_->reached = true;
    state_->came.notify_all();
}

CAIRN_INLINE void write_end::take(function_ref<void()> use)
{
    auto held = std::unique_lock{state_->gate};
    auto const failure = std::exchange(state_->failure, nullptr);
    if (!failure) {
        use();
        return;
    }
    held.unlock();
    std::rethrow_exception(failure);
}

} // namespace cairn::inline v0::detail
