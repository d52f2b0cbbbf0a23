// SPDX-License-Identifier: BSL-1.0
// The readers: how they are lent, checked and taken back.
#pragma once

#include <cairn/backend/sqlite/reader_pool.hpp>

namespace cairn::inline v0::detail::sql {

CAIRN_INLINE reader& reader_pool::borrow()
{
    auto& lent = take();
    auto const now = shared_.changes.now();
    if (lent.shows(now)) return lent;
    try {
        lent.renew(now);
        if (!keeps_) check_catalog(lent);
    } catch (...) {
        give_back(lent);
        throw;
    }
    return lent;
}

CAIRN_INLINE void reader_pool::give_back(reader& lent) noexcept
{
    auto const now = shared_.changes.now();
    auto const spoilt = lent.session().expired() || !lent.on().in_transaction();
    if (!keeps_ || spoilt || !lent.shows(now)) lent.end();
    auto const held = std::lock_guard{gate_};
    if (lent.session().expired())
        discard(lent);
    else
        idle_.push_back(&lent);
    if (waiting_ > 0) room_.notify_one();
}

CAIRN_INLINE void reader_pool::clear_the_way(std::chrono::steady_clock::time_point now)
{
    auto const held = std::lock_guard{gate_};
    for (auto* one : idle_) one->end();
    for (auto const& one : all_)
        if (std::find(idle_.begin(), idle_.end(), one.get()) == idle_.end()) watch(*one, now);
}

CAIRN_INLINE void reader_pool::close() noexcept
{
    auto const held = std::lock_guard{gate_};
    closed_ = true;
    idle_.clear();
    all_.clear();
    room_.notify_all();
}

CAIRN_INLINE std::size_t reader_pool::size() const
{
    auto const held = std::lock_guard{gate_};
    return all_.size();
}

CAIRN_INLINE reader& reader_pool::take()
{
    auto held = std::unique_lock{gate_};
    if (!has_room()) wait(held);
    if (closed_) raise(errc::store_closed, {.message = "the store is closed"});
    if (idle_.empty()) return open(held);
    auto* const lent = idle_.back();
    idle_.pop_back();
    ++lent->lease;
    return *lent;
}

/// A connection is opened without the lock; its place counts from the beginning, and is free again
/// if it comes to nothing.
CAIRN_INLINE reader& reader_pool::open(std::unique_lock<mutex>& held)
{
    ++opening_;
    held.unlock();
    try {
        auto made = make();
        held.lock();
        idle_.reserve(all_.size() + 1);
        all_.push_back(std::move(made));
    } catch (...) {
        if (!held.owns_lock()) held.lock();
        --opening_;
        if (waiting_ > 0) room_.notify_one();
        throw;
    }
    --opening_;
    return *all_.back();
}

CAIRN_INLINE std::unique_ptr<reader> reader_pool::make()
{
    auto on = open_connection(shared_.path, options_.vfs, false, shared_.layouts.size());
    require_in_place(shared_); // the path may lead to another file by now
    restrict_connection(*on, options_);
    set_reader(*on, options_);
    return std::make_unique<reader>(shared_, std::move(on));
}

CAIRN_INLINE bool reader_pool::has_room() const
{
    return closed_ || !idle_.empty() || all_.size() + opening_ < options_.max_readers;
}

/// Whoever is woken may find that another was faster; the deadline stays the same.
CAIRN_INLINE void reader_pool::wait(std::unique_lock<mutex>& held)
{
    auto const deadline = steady_clock::now() + options_.busy_timeout;
    ++waiting_;
    auto const came = room_.wait_until(held, deadline, [&] { return has_room(); });
    --waiting_;
    if (came) return;
    raise(errc::busy, {.message = "all readers are in use (sqlite_options::max_readers)"});
}

CAIRN_INLINE void reader_pool::watch(reader& one, std::chrono::steady_clock::time_point now)
{
    if (one.watched_lease != one.lease) {
        one.watched_lease = one.lease;
        one.watched_since = now;
    }
    if (now - one.watched_since >= options_.snapshot_age_limit) one.session().expire();
}

CAIRN_INLINE void reader_pool::discard(reader& gone)
{
    std::erase_if(all_, [&](auto const& one) { return one.get() == &gone; });
}

CAIRN_INLINE void reader_pool::check_catalog(reader& lent)
{
    auto const number = read_catalog_number(lent.on());
    if (number == catalog_.load()) return;
    refuse_changes(
        catalog_comparison{lent.on(), shared_.layouts}.take(), shared_.layouts, shared_.path);
    catalog_.store(number);
}

} // namespace cairn::inline v0::detail::sql
