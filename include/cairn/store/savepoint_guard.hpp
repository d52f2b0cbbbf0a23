// SPDX-License-Identifier: BSL-1.0
// A savepoint that is undone unless what it was set for comes to its end.
#pragma once

#include <cairn/backend/erased.hpp>
#include <cairn/base/process.hpp>

#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// Undoes on destruction, unless `keep_after` saw its function return.
class savepoint_guard {
public:
    explicit savepoint_guard(any_session& session) : session_{session} { session_.savepoint(); }
    savepoint_guard(savepoint_guard const&) = delete;
    savepoint_guard& operator=(savepoint_guard const&) = delete;
    ~savepoint_guard()
    {
        if (!open_ || generation_ != process_generation() || session_.doom()) return;
        try {
            session_.rollback_to();
        } catch (...) { // NOLINT(bugprone-empty-catch): the session has doomed itself
        }
    }

    template <class Function>
        requires std::is_void_v<std::invoke_result_t<Function const&>>
    void keep_after(Function const& fn)
    {
        fn();
        keep();
    }

    /// The result is made in place: a copy that threw after `keep` would leave the writes. In a
    /// block of its own g++ would make that copy, and clang for a return type that is deduced.
    template <class Function>
    std::decay_t<std::invoke_result_t<Function const&>> keep_after(Function const& fn)
    {
        auto result = fn();
        keep();
        return result;
    }

private:
    void keep()
    {
        session_.release();
        open_ = false;
    }

    any_session& session_;
    bool open_ = true;
    std::uint64_t generation_ = process_generation();
};

} // namespace cairn::inline v0::detail
