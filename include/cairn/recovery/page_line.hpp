// SPDX-License-Identifier: BSL-1.0
// Pages that one thread reads and another uses.
#pragma once

#include <cairn/base/function_ref.hpp>
#include <cairn/base/sync.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <system_error>
#include <utility>

namespace cairn::inline v0::detail {

/// Hands pages to a thread of its own, which uses them one after another, in their order. Where no
/// thread can be had, the caller's does. Few pages wait at a time, so memory stays bounded.
template <class Page>
class page_line {
public:
    /// `use` must outlive this.
    explicit page_line(function_ref<void(Page&)> use) : use_{use}
    {
        try {
            worker_ = thread{[this] { work(); }};
        } catch (std::system_error const&) { // NOLINT(bugprone-empty-catch): see above
        }
    }
    page_line(page_line const&) = delete;
    page_line& operator=(page_line const&) = delete;
    ~page_line() { end(true); }

    /// Waits for room. Throws what an earlier page's use threw; then nothing more is used.
    void put(Page page)
    {
        if (!worker_.joinable()) return use_(page);
        auto held = lock{gate_};
        if (waiting_.size() == most_waiting)
            while (waiting_.size() > enough) changed_.wait(held);
        if (!failure_) waiting_.push_back(std::move(page));
        auto const worth_waking = waiting_.size() == enough;
        auto const failed = failure_ != nullptr;
        held.unlock();
        if (worth_waking) changed_.notify_one();
        if (failed) finish();
    }

    /// Waits until every page has been used. Throws what a use threw.
    void finish()
    {
        end(false);
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

private:
    using lock = std::unique_lock<mutex>;

    /// To wake a thread takes as long as to apply hundreds of records: each side sleeps until
    /// there is work for a while.
    static constexpr std::size_t most_waiting = 16;
    static constexpr std::size_t enough = most_waiting / 2;

    void end(bool at_once)
    {
        if (!worker_.joinable()) return;
        {
            auto const held = lock{gate_};
            if (at_once) waiting_.clear();
            ended_ = true;
        }
        changed_.notify_one();
        worker_.join();
    }

    void work()
    {
        auto held = lock{gate_};
        while (true) {
            if (waiting_.empty())
                while (waiting_.size() < enough && !ended_) changed_.wait(held);
            if (waiting_.empty()) return;
            auto page = std::move(waiting_.front());
            waiting_.pop_front();
            auto const worth_waking = waiting_.size() == enough;
            held.unlock();
            if (worth_waking) changed_.notify_one();
            auto failure = failure_of(page);
            held.lock();
            if (!failure) continue;
            failure_ = std::move(failure);
            waiting_.clear();
            changed_.notify_one();
            return;
        }
    }

    [[nodiscard]] std::exception_ptr failure_of(Page& page) const
    {
        try {
            use_(page);
            return nullptr;
        } catch (...) {
            return std::current_exception();
        }
    }

    function_ref<void(Page&)> use_;
    mutex gate_{};
    condition_variable changed_{}; // one of the two threads waits, never both
    std::deque<Page> waiting_{};   // guarded by gate_
    bool ended_ = false;
    std::exception_ptr failure_{};
    thread worker_{};
};

} // namespace cairn::inline v0::detail
