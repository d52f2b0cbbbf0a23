// SPDX-License-Identifier: BSL-1.0
// The outcome, some day, of a write that runs on the committing thread.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/store/committed.hpp>
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

/// The end of a write: what was made before it can be seen after it. Thread-safe.
class write_end {
public:
    write_end();
    write_end(write_end const&) = delete;
    write_end& operator=(write_end const&) = delete;
    ~write_end();

    [[nodiscard]] bool reached() const;
    void wait() const;
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds time) const;

    /// The end has come: lets everybody go on.
    void reach(std::exception_ptr failure) noexcept;

    /// Behind the end: from now on the outcome is the caller's alone. Gives the failure, if any.
    /// @errors `misuse` if it was taken already.
    [[nodiscard]] std::exception_ptr take();

private:
    struct state;

    std::unique_ptr<state> state_;
};

/// Shared by a ticket and the write that it waits for.
template <class Value>
struct ticket_state {
    write_end end{};
    std::optional<Value> value{}; ///< the writing thread's until the end
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
    [[nodiscard]] bool ready() const { return state_->end.reached(); }

    /// Waits at most so long; whether the write is over.
    /// @errors `misuse` inside a closure of the same store, which the write may be waiting for.
    template <class Rep, class Period>
    bool wait_for(std::chrono::duration<Rep, Period> time) const
    {
        constexpr auto for_ever = std::chrono::hours{24 * 365 * 100};
        require_may_wait();
        return state_->end.wait_for(
            time < for_ever ? std::chrono::duration_cast<std::chrono::nanoseconds>(time)
                            : for_ever);
    }

    /// Waits until the write is over.
    void wait() const
    {
        require_may_wait();
        state_->end.wait();
    }

    /// Waits; then gives what the closure returned, or throws what the write threw, once.
    /// @errors those of `write`; `misuse` inside a closure of the same store, or a second time.
    Result get()
    {
        wait();
        if (auto const failure = state_->end.take()) std::rethrow_exception(failure);
        if constexpr (!std::is_void_v<Result>) return detail::give_committed(*state_->value);
    }

private:
    void require_may_wait() const
    {
        detail::require_outside(owner_);
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

    void run(scope_id inside) override
    {
        auto tx = transaction<Schema>{core_, inside};
        if constexpr (std::is_void_v<Result>) {
            if constexpr (std::is_invocable_v<Function&, transaction<Schema>&>) fn_(tx);
            state_->value.emplace();
        } else {
            state_->value.emplace(fn_(tx));
        }
    }

    void finish(std::exception_ptr failure) noexcept override
    {
        if (failure) state_->value.reset();
        state_->end.reach(std::move(failure));
    }

private:
    store_core& core_;
    Function fn_;
    std::shared_ptr<ticket_state<value_type>> state_;
};

} // namespace detail

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/store/ticket.ipp>
#endif
