// SPDX-License-Identifier: BSL-1.0
// A transaction scope: how it begins, commits and ends.
#pragma once

#include <cairn/backend/sqlite/session.hpp>

namespace cairn::inline v0 {

CAIRN_INLINE void sqlite_session::begin()
{
    if (on_ == nullptr) raise(errc::read_only, {.message = "the store is open for reading only"});
    if (active_) raise(errc::misuse, {.message = "a transaction is already open"});
    static_cast<void>(on_->core(core::rollback)); // when it is needed there may be no memory for it
    if (!writes_) {
        run(core::begin_read);
        on_->expect_transaction(true);
        active_ = true;
        return;
    }
    shared_.poisoned.require_absent();
    before_ = state_.tallies;
    run(core::begin_write);
    on_->expect_transaction(true);
    active_ = true;
}

CAIRN_INLINE detail::sql::connection& sqlite_session::writing()
{
    if (!writes_) raise(errc::misuse, {.message = "a snapshot cannot be written to"});
    if (on_ == nullptr) raise(errc::read_only, {.message = "the store is open for reading only"});
    on_->require_no_doom();
    if (!active_) raise(errc::misuse, {.message = "no transaction is open"});
    return *on_;
}

/// Ends the transaction in memory.
CAIRN_INLINE void sqlite_session::finish() noexcept
{
    on_->expect_transaction(false);
    active_ = changed_ = false;
    depth_ = 0;
}

/// Throws nothing and may be called at any time. If SQLite refuses to roll back, the connection is
/// in a state that nobody planned for, and nothing more is written through it.
CAIRN_INLINE void sqlite_session::rollback() noexcept
{
    if (on_ == nullptr || !active_) return;
    try {
        if (writes_) state_.tallies.swap(before_);
        if (on_->in_transaction()) run(core::rollback);
    } catch (error const& failure) {
        if (writes_) shared_.poisoned.set(failure);
    }
    finish();
}

/// `COMMIT` that changed nothing writes nothing, so readers keep their snapshots.
CAIRN_INLINE void sqlite_session::commit()
{
    if (!active_) raise(errc::misuse, {.message = "no transaction is open"});
    auto const last = state_.commit_sequence;
    try {
        on_->require_no_doom();
        if (writes_ && changed_)
            commit_changes();
        else
            run_commit();
    } catch (...) {
        state_.commit_sequence = last;
        rollback();
        throw;
    }
    finish();
}

CAIRN_INLINE void sqlite_session::commit_changes()
{
    write_state();
    auto const committing = detail::sql::change_count::commit{shared_.changes};
    run_commit();
}

/// The counts are kept here and written over those of the file: if these are no longer what this
/// store wrote last, another one has written, and nothing may be committed over it.
CAIRN_INLINE void sqlite_session::write_state()
{
    auto const last = state_.commit_sequence++;
    detail::sql::require_own(shared_);
    detail::sql::write_tallies(state_.tallies, scratch_);
    auto update = execution{*on_, on_->core(core::write_state)};
    update.bind(state_.commit_sequence).bind(std::span<std::byte const>{scratch_});
    update.bind(last).bind(state_.catalog).run();
    if (sqlite3_changes(on_->handle()) != 1) refuse_other_writer();
    state_.clean = false;
}

CAIRN_INLINE void sqlite_session::refuse_other_writer()
{
    auto details = error_details{};
    details.message = "another program has written to the store while it was open here";
    details.index = shared_.path;
    auto const broken = corrupt_store{std::move(details)};
    shared_.poisoned.set(broken);
    throw broken;
}

CAIRN_INLINE void sqlite_session::run_commit()
{
    auto last = execution{*on_, on_->core(core::commit)};
    auto const code = last.step();
    if (code != SQLITE_DONE) fail_commit(code);
}

/// A log that could not be written in full holds no commit, unless more than the commit is written.
/// Any other I/O error can come after the commit's last frame reached the file: then nobody knows,
/// and the file has to be read again.
/// The same is true where memory or the file's structure gave out; only a full disk and a busy
/// file say for certain that nothing was committed.
CAIRN_INLINE void sqlite_session::fail_commit(int code)
{
    auto const meant = detail::sql::judge(code, on_->system_error());
    auto details = detail::sql::evidence(on_->handle(), code, "the commit failed");
    auto const io = (code & 0xff) == SQLITE_IOERR;
    auto const partial = meant.code == errc::disk_full && (!io || code == SQLITE_IOERR_WRITE);
    auto const certain = (partial && !shared_.pads_log) || meant.code == errc::busy;
    if (!certain) details.outcome = write_outcome::unknown;
    try {
        raise(io && !certain ? errc::outcome_unknown : meant.code, std::move(details));
    } catch (error const& thrown) {
        auto const ended = !certain && !on_->in_transaction();
        if (meant.poisons || ended || (io && !certain)) shared_.poisoned.set(thrown);
        throw;
    }
}

CAIRN_INLINE void sqlite_session::savepoint()
{
    auto& on = writing();
    static_cast<void>(on.core(core::rollback_to));
    static_cast<void>(on.core(core::release));
    if (marks_.size() == depth_) marks_.emplace_back();
    marks_[depth_] = state_.tallies;
    execution{on, on.core(core::savepoint)}.run();
    ++depth_;
}

CAIRN_INLINE void sqlite_session::release()
{
    auto& on = writing();
    execution{on, on.core(core::release)}.run();
    --depth_;
}

CAIRN_INLINE void sqlite_session::rollback_to()
{
    auto& on = writing();
    try {
        execution{on, on.core(core::rollback_to)}.run();
        state_.tallies = marks_[--depth_];
        execution{on, on.core(core::release)}.run();
    } catch (...) { // what could not be undone must not be committed
        on.set_doom(std::current_exception());
        throw;
    }
}

} // namespace cairn::inline v0
