// SPDX-License-Identifier: BSL-1.0
// A store without its types: how operations enter it, and how it ends.
#pragma once

#include <cairn/store/commit_queue.hpp>
#include <cairn/store/out_of_memory.hpp>
#include <cairn/store/savepoint_guard.hpp>
#include <cairn/store/scope.hpp>
#include <cairn/store/store_core.hpp>

#include <atomic>

namespace cairn::inline v0::detail {

struct store_core::state {
    state(store_core const* owner, any_database& database, commit_options options)
        : queue{owner, database, options}
    {
    }

    std::atomic<std::uint64_t> readers{0}; // twice their number, and 1 once closed
    mutex closing{};
    bool ended = false; // guarded by closing
    commit_queue queue;
};

CAIRN_INLINE store_core::store_core(opened_backend opened, commit_options options)
    : opened_{std::move(opened)}, state_{std::make_unique<state>(this, *opened_.database, options)}
{
}
CAIRN_INLINE store_core::~store_core() = default;

/// Holds the store open for one reading operation.
class store_core::reading {
public:
    explicit reading(store_core& core) : core_{core}
    {
        if ((core_.state_->readers.fetch_add(2) & 1) == 0) return;
        leave();
        raise(errc::store_closed, {.message = "the store has been closed"});
    }
    reading(reading const&) = delete;
    reading& operator=(reading const&) = delete;
    ~reading() { leave(); }

private:
    /// The store may be gone once the number is down: it is only named afterwards, not read.
    void leave()
    {
        auto& readers = core_.state_->readers;
        if ((readers.fetch_sub(2) & 1) != 0) readers.notify_all();
    }

    store_core& core_;
};

CAIRN_INLINE void store_core::require_usable() const
{
    if (in_forked_child()) {
        raise(
            errc::misuse,
            {.message =
                 "the store belongs to the parent process, and a forked child cannot use it"});
    }
}

/// The session of a handle's scope, if its transaction can go on.
CAIRN_INLINE any_session& store_core::session_of(scope_id where) const
{
    auto& session = scope::require(this, where).session();
    if (auto doom = session.doom()) std::rethrow_exception(doom);
    return session;
}

CAIRN_INLINE savepoint_guard store_core::mark(scope_id where) const
{
    auto& session = session_of(where);
    return with_memory([&] { return savepoint_guard{session}; });
}

CAIRN_INLINE bool store_core::on_queue_thread() const
{
    return state_->queue.is_own_thread();
}

CAIRN_INLINE void store_core::read(scope_id where, function_ref<void(any_session&)> fn)
{
    require_usable();
    if (where != 0) {
        auto& session = session_of(where);
        with_memory([&] { fn(session); });
        return;
    }
    scope::require_none(this);
    auto const open = reading{*this};
    with_memory([&] { database().read(fn); });
}

CAIRN_INLINE void store_core::write(scope_id where, write_function fn, bool one_step)
{
    require_usable();
    if (where != 0) {
        write_inside(scope::require(this, where), fn, one_step);
        return;
    }
    scope::require_none(this);
    state_->queue.run(fn, true);
}

CAIRN_INLINE void store_core::write_inside(scope& inside, write_function fn, bool one_step)
{
    auto& session = inside.session();
    if (inside.kind() == scope_kind::snapshot) {
        raise(errc::misuse, {.message = "a snapshot cannot be written to: use store::write"});
    }
    if (auto doom = session.doom()) std::rethrow_exception(doom);
    with_memory([&] {
        if (one_step) return fn(session);
        auto mark = savepoint_guard{session};
        mark.keep_after([&] { fn(session); });
    });
}

CAIRN_INLINE void store_core::run_transaction(function_ref<void(scope_id)> fn)
{
    require_usable();
    scope::require_none(this);
    auto body = [&](any_session& session) {
        auto inside = scope{this, scope_kind::transaction, &session};
        fn(inside.id());
        inside.returned();
    };
    state_->queue.run(body, false);
}

CAIRN_INLINE void store_core::run_snapshot(function_ref<void(scope_id)> fn)
{
    require_usable();
    scope::require_none(this);
    auto const open = reading{*this};
    auto body = [&](any_session& session) {
        auto inside = scope{this, scope_kind::snapshot, &session};
        fn(inside.id());
        inside.returned();
    };
    with_memory([&] { database().read(body); });
}

CAIRN_INLINE void store_core::post(std::unique_ptr<async_write> write)
{
    require_usable();
    scope::require_none(this);
    with_memory([&] { state_->queue.post(std::move(write)); });
}

CAIRN_INLINE void store_core::close()
{
    require_usable();
    scope::require_none(this);
    auto const alone = std::lock_guard{state_->closing};
    if (state_->ended) return;
    state_->queue.close();
    auto& readers = state_->readers;
    readers.fetch_or(1);
    for (auto n = readers.load(); n != 1; n = readers.load()) readers.wait(n);
    database().close();
    state_->ended = true;
}

CAIRN_INLINE void require_outside(store_core const* owner)
{
    scope::require_none(owner);
}

CAIRN_INLINE void guard_memory(function_ref<void()> part)
{
    with_memory([&] { part(); });
}

CAIRN_INLINE std::unique_ptr<store_core> open_core(opened_backend opened, commit_options options)
{
    return std::make_unique<store_core>(std::move(opened), options);
}

CAIRN_INLINE void end_core(std::unique_ptr<store_core> core) noexcept
{
    if (core->in_forked_child()) {
        static_cast<void>(core.release()); // the parent's: locks and threads are not ours
        return;
    }
    try {
        if (core->on_queue_thread() || scope::of(core.get()) != nullptr) {
            // This thread is what the end would wait for. If no other can be started, the store
            // stays: what it has committed is safe, and what runs in it needs it.
            auto* const last = core.release();
            thread{[last] { end_core(std::unique_ptr<store_core>{last}); }}.detach();
            return;
        }
        core->close();
    } catch (...) { // NOLINT(bugprone-empty-catch): a destructor reports nothing
    }
}

} // namespace cairn::inline v0::detail
