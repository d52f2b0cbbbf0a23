// SPDX-License-Identifier: BSL-1.0
// The outcome, some day, of a write that runs on the committing thread.
#pragma once

#include <cairn/base/sync.hpp>
#include <cairn/store/transaction.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

struct nothing {};

/// Shared by a ticket and the write that it waits for.
template <class Value>
struct ticket_state {
    mutex gate{};
    condition_variable ready{};
    bool done = false;
    std::exception_ptr failure{};
    std::optional<Value> value{};
};

} // namespace detail

/// Given by `write_async`. Dropping it cancels nothing; its destructor never blocks.
template <class Result>
class ticket {
    using value_type = std::conditional_t<std::is_void_v<Result>, detail::nothing, Result>;
    using state = detail::ticket_state<value_type>;

public:
    ticket(detail::store_core const* owner, std::shared_ptr<state> shared)
        : owner_{owner}, state_{std::move(shared)}
    {
    }

    /// Whether the write is over: committed, or failed.
    [[nodiscard]] bool ready() const
    {
        auto const held = std::lock_guard{state_->gate};
        return state_->done;
    }

    /// Waits at most so long; whether the write is over.
    /// @errors `misuse` inside a closure of the same store, which the write may be waiting for.
    template <class Rep, class Period>
    bool wait_for(std::chrono::duration<Rep, Period> time) const
    {
        require_may_wait();
        auto held = std::unique_lock{state_->gate};
        return state_->ready.wait_for(held, time, [&] { return state_->done; });
    }

    /// Waits until the write is over.
    void wait() const
    {
        require_may_wait();
        auto held = std::unique_lock{state_->gate};
        state_->ready.wait(held, [&] { return state_->done; });
    }

    /// Waits; then gives what the closure returned, or throws what the write threw, once.
    /// @errors those of `write`; `misuse` inside a closure of the same store, or a second time.
    Result get()
    {
        wait();
        auto held = std::unique_lock{state_->gate};
        if (auto const failure = std::exchange(state_->failure, nullptr)) {
            held.unlock();
            std::rethrow_exception(failure);
        }
        if (!state_->value) {
            raise(errc::misuse, {.message = "the outcome of this ticket has been taken already"});
        }
        auto value = std::exchange(state_->value, std::nullopt);
        if constexpr (!std::is_void_v<Result>) return std::move(*value);
    }

private:
    void require_may_wait() const
    {
        detail::scope::require_none(owner_);
        if (generation_ == detail::process_generation()) return;
        raise(errc::misuse, {.message = "the ticket's write is the parent process's"});
    }

    detail::store_core const* owner_;
    std::shared_ptr<state> state_;
    std::uint64_t generation_ = detail::process_generation();
};

namespace detail {

/// A closure that waits in the commit queue.
template <class Schema, class Function, class Result>
class async_closure final : public async_write {
    using value_type = std::conditional_t<std::is_void_v<Result>, nothing, Result>;

public:
    async_closure(store_core& core, Function fn, std::shared_ptr<ticket_state<value_type>> shared)
        : core_{core}, fn_{std::move(fn)}, state_{std::move(shared)}
    {
    }

    void run(any_session&) override
    {
        auto tx = transaction<Schema>{core_, scope::of(&core_)->id()};
        if constexpr (std::is_void_v<Result>) {
            fn_(tx);
            value_.emplace();
        } else {
            value_.emplace(fn_(tx));
        }
    }

    void finish(std::exception_ptr failure) noexcept override
    {
        auto const held = std::lock_guard{state_->gate};
        if (!failure) state_->value = std::move(value_);
        state_->failure = std::move(failure);
        state_->done = true;
        state_->ready.notify_all();
    }

private:
    store_core& core_;
    Function fn_;
    std::shared_ptr<ticket_state<value_type>> state_;
    std::optional<value_type> value_{};
};

} // namespace detail

} // namespace cairn::inline v0
