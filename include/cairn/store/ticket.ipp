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
    bool taken = false;
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

CAIRN_INLINE void write_end::reach(std::exception_ptr failure) noexcept
{
    auto const held = std::lock_guard{state_->gate};
    state_->failure = std::move(failure);
    state_->reached = true;
    state_->came.notify_all();
}

CAIRN_INLINE std::exception_ptr write_end::take()
{
    auto const held = std::lock_guard{state_->gate};
    if (std::exchange(state_->taken, true))
        raise(errc::misuse, {.message = "the outcome of this ticket has been taken already"});
    return std::exchange(state_->failure, nullptr);
}

} // namespace cairn::inline v0::detail
