// SPDX-License-Identifier: BSL-1.0
// Group commit: how the lead goes from thread to thread.
#pragma once

#include <cairn/store/commit_queue.hpp>
#include <cairn/store/out_of_memory.hpp>

#include <system_error>

namespace cairn::inline v0::detail {

CAIRN_INLINE void commit_queue::refuse_closed()
{
    raise(errc::store_closed, {.message = "the store has been closed"});
}

/// A closure may have forked: the child must not touch the transaction, which is the parent's.
CAIRN_INLINE void commit_queue::require_parent() const
{
    if (generation_ == process_generation()) return;
    raise(
        errc::misuse,
        {.message = "the process forked inside a write: the transaction is the parent's"});
}

CAIRN_INLINE steady_clock::time_point commit_queue::turn_deadline() const
{
    return steady_clock::now() + options_.turn_timeout;
}

CAIRN_INLINE void commit_queue::add_to_batch(member& m) noexcept
{
    (batch_.last != nullptr ? batch_.last->next : batch_.first) = &m;
    batch_.last = &m;
    ++batch_.size;
    if (m.async) batch_.asynchronous = true;
    if (m.is_inside_another) batch_.ends_here = true;
}

CAIRN_INLINE void commit_queue::run(write_function fn, bool anywhere)
{
    auto self = member{
        .fn = &fn,
        .scopes = scope::current(),
        .anywhere = anywhere,
        .is_inside_another = scope::current() != nullptr};
    {
        auto const held = lock{gate_};
        if (closing_) refuse_closed();
        if (led_) {
            with_memory([&] { waiting_.push_back(&self); });
            if (wanted_ != 0 && waiting_.size() >= wanted_) gathered_.notify_one();
        } else {
            led_ = true;
            self.at.set_quietly(leading);
        }
    }
    wait_for_turn(self);
    if (self.at.get() == leading) lead(&self);
    if (self.failure) std::rethrow_exception(self.failure);
}

/// Returns when `self` leads or is finished. Only the wait in the queue has a deadline: what runs
/// is never interrupted.
CAIRN_INLINE void commit_queue::wait_for_turn(member& self)
{
    if (self.at.get() >= leading) return;
    auto const deadline = turn_deadline();
    while (self.at.get() == waiting) {
        self.at.wait_while_until(waiting, deadline);
        if (steady_clock::now() >= deadline && leave_queue(self)) {
            raise(
                errc::busy,
                {.message = "no turn to write came within commit.turn_timeout: another write is "
                            "still running"});
        }
    }
    while (self.at.get() == taken) self.at.wait_while(taken);
}

CAIRN_INLINE bool commit_queue::leave_queue(member& self)
{
    auto const held = lock{gate_};
    return std::erase(waiting_, &self) != 0;
}

/// Leads from `self` on, or from the head of the queue if `self` is null (the queue's thread).
/// Returns when `self` is finished.
CAIRN_INLINE void commit_queue::lead(member* self)
{
    batch_.leader = self;
    auto* next = self != nullptr ? self : next_member();
    while (next != nullptr) {
        if (!next->anywhere && next != self) {
            next->at.set(leading);
            while (self != nullptr && self->at.get() != finished) self->at.wait_while(leading);
            return;
        }
        if (!run_member(*next)) return; // the batch is gone, all its members are settled
        next = next_member();
    }
    finish_batch();
}

/// Whether the batch goes on; if not, it has failed as a whole and its members know.
CAIRN_INLINE bool commit_queue::run_member(member& m)
{
    add_to_batch(m);
    auto const earlier = batch_.anything;
    auto marked = false;
    try {
        with_memory([&] {
            begin_if_needed();
            if (earlier) {
                session_.savepoint();
                marked = true;
            }
            run_body(m);
            require_parent();
            if (session_.doom()) std::rethrow_exception(session_.doom());
            if (marked) session_.release();
        });
        batch_.anything = true;
        return true;
    } catch (...) {
        if (generation_ != process_generation()) throw;
        m.failure = std::current_exception();
    }
    return undo_member(earlier, marked);
}

CAIRN_INLINE void commit_queue::begin_if_needed()
{
    if (batch_.begun) return;
    if (batch_.size == 1) batch_.opened = steady_clock::now();
    session_.begin();
    batch_.begun = true;
}

CAIRN_INLINE void commit_queue::run_body(member& m)
{
    auto const operation = scope{owner_, m.scopes};
    if (m.async) {
        auto inside = scope{owner_, scope_kind::transaction, &session_};
        m.async->run(inside.id());
        inside.returned();
    } else {
        (*m.fn)(session_);
    }
}

/// Takes back what the last member did, and nothing else.
CAIRN_INLINE bool commit_queue::undo_member(bool earlier, bool marked)
{
    if (auto doom = session_.doom()) {
        fail_batch(doom);
        return false;
    }
    if (!earlier) {
        session_.rollback();
        batch_.begun = false;
        return true;
    }
    try {
        if (marked) session_.rollback_to();
        return true;
    } catch (...) {
        fail_batch(std::current_exception());
        return false;
    }
}

CAIRN_INLINE commit_queue::member* commit_queue::next_member()
{
    auto held = lock{gate_};
    if (batch_is_closed()) return nullptr;
    if (waiting_.empty()) gather(held);
    if (waiting_.empty()) return nullptr;
    auto* next = waiting_.front();
    if (next->is_inside_another && batch_.asynchronous) return nullptr;
    waiting_.pop_front();
    next->at.set_quietly(taken);
    if (next->async) {
        --async_waiting_;
        async_room_.notify_one();
    }
    return next;
}

/// Waits a little for writers who are on their way. Those of the last batch were just told their
/// outcome, and a commit that they share costs as much as one without them.
CAIRN_INLINE void commit_queue::gather(lock& held)
{
    auto const size = batch_.size;
    auto const full = crowd_ < options_.members ? crowd_ : options_.members;
    if (size == 0 || size >= full || commit_time_ < shortest_worth_waiting) return;
    if (!patience_) {
        auto const most = commit_time_ / 4;
        patience_ = steady_clock::now() + (most < options_.time ? most : options_.time);
    }
    wanted_ = full - size;
    while (waiting_.size() < wanted_
           && gathered_.wait_until(held, *patience_) != std::cv_status::timeout) {}
    wanted_ = 0;
}

/// Learns from a batch how many write: at once more, when it ended while others waited, and by
/// and by fewer.
CAIRN_INLINE void commit_queue::note_crowd(std::size_t members) noexcept
{
    auto const seen = members + waiting_.size();
    crowd_ = seen >= crowd_ ? seen : crowd_ - (crowd_ - seen + 3) / 4;
}

CAIRN_INLINE bool commit_queue::batch_is_closed() const
{
    if (batch_.size == 0) return false;
    if (batch_.ends_here) return true;
    return batch_.size >= options_.members || steady_clock::now() - batch_.opened >= options_.time;
}

CAIRN_INLINE void commit_queue::finish_batch()
{
    try {
        if (batch_.begun) with_memory([&] { commit_batch(); });
    } catch (...) {
        fail_batch(std::current_exception());
        return;
    }
    settle(nullptr);
}

CAIRN_INLINE void commit_queue::commit_batch()
{
    if (batch_.size == 1) {
        session_.commit();
        return;
    }
    auto const start = steady_clock::now();
    session_.commit();
    commit_time_ = steady_clock::now() - start;
}

CAIRN_INLINE void commit_queue::fail_batch(std::exception_ptr const& failure) noexcept
{
    session_.rollback();
    settle(failure);
}

/// Does the work that follows a commit, passes the lead on, and tells every member its outcome.
CAIRN_INLINE void commit_queue::settle(std::exception_ptr const& failure) noexcept
{
    auto const done = std::exchange(batch_, batch{});
    patience_.reset();
    try {
        if (!failure) database_.after_commit();
    } catch (...) { // NOLINT(bugprone-empty-catch): the commit stands; the backend remembers
    }
    choose_next_leader(done.size, done.asynchronous);
    for (auto* m = done.first; m != nullptr;) {
        auto* const next = m->next;
        finish_member(*m, failure, m == done.leader);
        m = next;
    }
    if (done.asynchronous) note_tickets_told();
}

CAIRN_INLINE void commit_queue::note_tickets_told() noexcept
{
    auto const held = lock{gate_};
    --telling_;
    if (closing_) idle_.notify_all();
}

/// The member is gone afterwards. Its outcome is handed over: the exception, if any, is no longer
/// this thread's when the member's thread can see it.
CAIRN_INLINE void commit_queue::finish_member(
    member& m, std::exception_ptr const& failure, bool is_caller) noexcept
{
    if (failure) m.failure = copy_of(failure);
    if (m.async)
        finish_asynchronous(m);
    else if (is_caller)
        m.at.set_quietly(finished);
    else
        m.at.set(finished);
}

/// With a closure goes what it captured: a destructor among that may not call the store, whose
/// queue would wait for itself.
CAIRN_INLINE void commit_queue::finish_asynchronous(member& m) noexcept
{
    auto const operation = scope{owner_, nullptr};
    auto const inside = scope{owner_, scope_kind::callback, nullptr};
    m.async->finish(std::move(m.failure));
    delete &m;
}

CAIRN_INLINE void commit_queue::choose_next_leader(std::size_t members, bool tells_tickets) noexcept
{
    auto const held = lock{gate_};
    note_crowd(members);
    if (tells_tickets) ++telling_;
    if (waiting_.empty()) {
        led_ = false;
        if (closing_) idle_.notify_all();
        return;
    }
    auto* next = waiting_.front();
    if (next->async) {
        async_turn_ = true;
        async_work_.notify_one();
        return;
    }
    waiting_.pop_front();
    next->at.set(leading);
}

CAIRN_INLINE void commit_queue::post(std::unique_ptr<async_write> write)
{
    auto m = std::make_unique<member>();
    m->async = std::move(write);
    auto held = lock{gate_};
    auto const deadline = turn_deadline();
    auto const has_room = [&] { return closing_ || async_waiting_ < options_.async_queue; };
    if (!async_room_.wait_until(held, deadline, has_room)) {
        raise(
            errc::busy,
            {.message = "the queue of asynchronous writes stayed full for commit.turn_timeout"});
    }
    if (closing_) refuse_closed();
    start_async_thread();
    waiting_.push_back(m.get());
    static_cast<void>(m.release());
    ++async_waiting_;
    if (wanted_ != 0 && waiting_.size() >= wanted_) gathered_.notify_one();
    if (!led_) {
        led_ = true;
        async_turn_ = true;
        async_work_.notify_one();
    }
}

CAIRN_INLINE void commit_queue::start_async_thread()
{
    if (async_thread_.joinable()) return;
    try {
        async_thread_ = thread{[this] { async_loop(); }};
    } catch (std::system_error const& refused) {
        raise(
            errc::io_failure,
            {.message = "the thread of asynchronous writes cannot be started",
             .native_code = refused.code().value(),
             .native_text = refused.code().message()});
    }
}

/// A child that was forked in here has nobody to whom its misuse could be told: it ends.
CAIRN_INLINE void commit_queue::async_loop() noexcept
{
    auto held = lock{gate_};
    while (true) {
        while (!async_turn_ && !(closing_ && !led_ && waiting_.empty())) async_work_.wait(held);
        if (!async_turn_) return;
        async_turn_ = false;
        held.unlock();
        lead(nullptr);
        held.lock();
    }
}

CAIRN_INLINE void commit_queue::close()
{
    {
        auto held = lock{gate_};
        closing_ = true;
        async_room_.notify_all();
        while (led_ || !waiting_.empty() || telling_ != 0) idle_.wait(held);
        async_work_.notify_all();
    }
    if (async_thread_.joinable()) async_thread_.join();
}

} // namespace cairn::inline v0::detail
