// SPDX-License-Identifier: BSL-1.0
// A store without its types: how operations enter it, and how it ends.
#pragma once

#include <cairn/store/savepoint_guard.hpp>
#include <cairn/store/store_core.hpp>

namespace cairn::inline v0::detail {

/// Holds the store open for one reading operation.
class store_core::reading {
public:
    explicit reading(store_core& core) : core_{core}
    {
        if ((core_.readers_.fetch_add(2) & 1) == 0) return;
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
        auto& readers = core_.readers_;
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
                 "the store belongs to the parent process: a forked child must open its own"});
    }
}

CAIRN_INLINE void store_core::read(scope_id where, function_ref<void(any_session&)> fn)
{
    require_usable();
    if (where != 0) {
        auto& session = scope::require(this, where).session();
        if (auto doom = session.doom()) std::rethrow_exception(doom);
        fn(session);
        return;
    }
    scope::require_none(this);
    auto const open = reading{*this};
    database_->read(fn);
}

CAIRN_INLINE void store_core::write(scope_id where, write_function fn, bool one_step)
{
    require_usable();
    if (where != 0) {
        write_inside(scope::require(this, where), fn, one_step);
        return;
    }
    scope::require_none(this);
    queue_.run(fn, true);
}

CAIRN_INLINE void store_core::write_inside(scope& inside, write_function fn, bool one_step)
{
    auto& session = inside.session();
    if (inside.kind() == scope_kind::snapshot) {
        raise(errc::misuse, {.message = "a snapshot cannot be written to: use store::write"});
    }
    if (auto doom = session.doom()) std::rethrow_exception(doom);
    if (one_step) {
        fn(session);
        return;
    }
    auto mark = savepoint_guard{session};
    mark.keep_after([&] { fn(session); });
}

CAIRN_INLINE void store_core::run_transaction(function_ref<void(scope&)> fn)
{
    require_usable();
    scope::require_none(this);
    auto body = [&](any_session& session) {
        auto inside = scope{this, scope_kind::transaction, &session};
        fn(inside);
    };
    queue_.run(body, false);
}

CAIRN_INLINE void store_core::run_snapshot(function_ref<void(scope&)> fn)
{
    require_usable();
    scope::require_none(this);
    auto const open = reading{*this};
    auto body = [&](any_session& session) {
        auto inside = scope{this, scope_kind::snapshot, &session};
        fn(inside);
    };
    database_->read(body);
}

CAIRN_INLINE void store_core::post(std::unique_ptr<async_write> write)
{
    require_usable();
    scope::require_none(this);
    queue_.post(std::move(write));
}

CAIRN_INLINE void store_core::close()
{
    require_usable();
    scope::require_none(this);
    auto const alone = std::lock_guard{closing_};
    if (ended_) return;
    queue_.close();
    readers_.fetch_or(1);
    for (auto n = readers_.load(); n != 1; n = readers_.load()) readers_.wait(n);
    database_->close();
    ended_ = true;
}

} // namespace cairn::inline v0::detail
