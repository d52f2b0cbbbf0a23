// SPDX-License-Identifier: BSL-1.0
// Which stores the current thread is inside of, so that misuse is an error and never a deadlock.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/store/table_handle.hpp>

#include <atomic>
#include <cstdint>
#include <string>

namespace cairn::inline v0::detail {

enum class scope_kind : std::uint8_t {
    transaction, ///< inside `write`
    snapshot,    ///< inside `read`
    operation,   ///< inside a write, and in none of the functions that it calls
    callback,    ///< inside a function that may not call the store at all
};

/// One closure that runs on this thread. Scopes of a thread form a stack, innermost first.
class scope {
public:
    scope(store_core const* owner, scope_kind kind, any_session* session)
        : owner_{owner}, kind_{kind}, session_{session}, id_{new_id()}, outer_{innermost},
          before_{innermost}
    {
        innermost = this;
    }

    /// An operation of a thread that waits for it, whose scopes take the place of this thread's.
    /// No handle belongs to it.
    scope(store_core const* owner, scope* theirs)
        : owner_{owner}, kind_{scope_kind::operation}, session_{nullptr}, id_{0}, outer_{theirs},
          before_{innermost}
    {
        innermost = this;
    }

    scope(scope const&) = delete;
    scope& operator=(scope const&) = delete;
    ~scope()
    {
        innermost = before_;
        if (kind_ != scope_kind::operation) escaped = !returned_;
    }

    /// Notes that the closure has returned. If the scope ends without it, the closure threw.
    void returned() { returned_ = true; }

    /// Whether the exception that is on its way on this thread came out of a function of the
    /// user's. Asked behind `forget_escape` and what was called then.
    [[nodiscard]] static bool user_threw() { return escaped; }
    static void forget_escape() { escaped = false; }

    [[nodiscard]] std::uint64_t id() const { return id_; }
    [[nodiscard]] scope_kind kind() const { return kind_; }
    [[nodiscard]] any_session& session() const { return *session_; }

    /// The innermost scope of this thread.
    [[nodiscard]] static scope* current() { return innermost; }

    /// The innermost scope of `owner` on this thread, or null.
    static scope* of(store_core const* owner)
    {
        for (auto* s = innermost; s != nullptr; s = s->outer_) {
            if (s->owner_ == owner) return s;
        }
        return nullptr;
    }

    /// Throws `misuse` if this thread is inside any closure of `owner`.
    static void require_none(store_core const* owner)
    {
        if (auto const* s = of(owner)) refuse(s->kind_);
    }

    /// The scope that a transaction or snapshot handle belongs to, if this is its thread and its
    /// time, and no callback is running inside it; else throws `misuse`.
    static scope& require(store_core const* owner, std::uint64_t id)
    {
        auto* s = of(owner);
        if (s == nullptr || s->id_ < id) {
            raise(
                errc::misuse,
                {.message = "a transaction, snapshot, or something obtained from it was used after "
                            "its closure returned, or on another thread"});
        }
        if (s->id_ != id) refuse(s->kind_);
        return *s;
    }

private:
    static std::uint64_t new_id() { return last_id.fetch_add(1, std::memory_order_relaxed) + 1; }

    [[noreturn]] static void refuse(scope_kind kind)
    {
        switch (kind) {
        case scope_kind::transaction:
            raise(
                errc::misuse,
                {.message = "the store was called from inside write: use the transaction that the "
                            "closure received, and tx.attempt for a nested one"});
        case scope_kind::snapshot:
            raise(
                errc::misuse,
                {.message = "the store was called from inside read: use the snapshot that the "
                            "closure received, and write after it"});
        case scope_kind::operation:
            raise(
                errc::misuse,
                {.message = "the store was called from inside one of its own writes, by a function "
                            "of a record (a copy, a serialization): such may not call it"});
        case scope_kind::callback: break;
        }
        raise(
            errc::misuse,
            {.message =
                 "the store was called from a function that may not call it (update, visit), or "
                 "from a destructor of something that an asynchronous write had captured"});
    }

    static inline thread_local scope* innermost = nullptr;
    static inline thread_local bool escaped = false;
    static inline std::atomic<std::uint64_t> last_id{0};

    store_core const* owner_;
    scope_kind kind_;
    any_session* session_;
    std::uint64_t id_;
    scope* outer_;
    scope* before_; // innermost when this began
    bool returned_ = false;
};

} // namespace cairn::inline v0::detail
