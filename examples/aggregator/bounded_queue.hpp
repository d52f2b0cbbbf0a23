// SPDX-License-Identifier: BSL-1.0
// A queue with a limit, between one thread that fills it and several that empty it.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

namespace aggregator {

template <class Item>
class bounded_queue {
public:
    explicit bounded_queue(std::size_t capacity) : capacity_{capacity} {}

    /// How much room there is, at least 1; waits for it. 0 when stopping.
    std::size_t wait_for_room(std::stop_token const& stop)
    {
        auto lock = std::unique_lock{guard_};
        changed_.wait(lock, stop, [&] { return items_.size() < capacity_; });
        return stop.stop_requested() ? 0 : capacity_ - items_.size();
    }

    /// For the one filling thread, which has seen that there is room.
    void push(Item item)
    {
        auto const lock = std::lock_guard{guard_};
        items_.push_back(std::move(item));
        changed_.notify_all();
    }

    /// The next item; waits for one. Nothing when stopping.
    std::optional<Item> pop(std::stop_token const& stop)
    {
        auto lock = std::unique_lock{guard_};
        changed_.wait(lock, stop, [&] { return !items_.empty(); });
        if (stop.stop_requested() || items_.empty()) return std::nullopt;
        return take();
    }

    /// The next item if there is one.
    std::optional<Item> try_pop()
    {
        auto const lock = std::lock_guard{guard_};
        if (items_.empty()) return std::nullopt;
        return take();
    }

private:
    Item take()
    {
        auto item = std::move(items_.front());
        items_.pop_front();
        changed_.notify_all();
        return item;
    }

    std::mutex guard_;
    std::condition_variable_any changed_;
    std::deque<Item> items_;
    std::size_t capacity_;
};

} // namespace aggregator
