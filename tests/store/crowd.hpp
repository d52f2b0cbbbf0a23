// SPDX-License-Identifier: BSL-1.0
// Several threads that write to one store, and a commit that a test holds or fails.
#pragma once

#include "people.hpp"

#include "../support/hooked_memory.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;

/// A commit that waits until the test lets it go on.
class held_commit {
public:
    void wait()
    {
        auto held = std::unique_lock{mutex_};
        ++waiting_;
        changed_.notify_all();
        changed_.wait(held, [&] { return open_; });
    }
    void until_it_waits()
    {
        auto held = std::unique_lock{mutex_};
        changed_.wait(held, [&] { return waiting_ != 0; });
    }
    void let_go()
    {
        auto const held = std::lock_guard{mutex_};
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

using database = cairn::store<everything, hooked_memory>;

/// Runs each function on a thread of its own and gives what each threw, or nothing.
class crowd {
public:
    void run(std::function<void()> fn)
    {
        auto const at = errors_.size();
        errors_.push_back(std::make_unique<std::exception_ptr>());
        auto* slot = errors_[at].get();
        threads_.emplace_back([slot, fn = std::move(fn), this] {
            try {
                fn();
            } catch (...) {
                *slot = std::current_exception();
            }
            ++finished_;
        });
    }
    [[nodiscard]] int finished() const { return finished_; }
    std::vector<std::exception_ptr> join()
    {
        for (auto& t : threads_) t.join();
        auto result = std::vector<std::exception_ptr>{};
        for (auto const& e : errors_) result.push_back(*e);
        return result;
    }

private:
    std::vector<std::unique_ptr<std::exception_ptr>> errors_{};
    std::atomic<int> finished_{0};
    std::vector<std::thread> threads_{};
};

template <class Error>
bool is(std::exception_ptr const& e)
{
    try {
        if (e) std::rethrow_exception(e);
    } catch (Error const&) {
        return true;
    } catch (...) {
    }
    return false;
}

/// A store whose first batch is of one write that runs until `rest` waits in the queue, so that
/// all of `rest` share the second batch or join the first.
inline void run_together(
    database& db, crowd& threads, std::vector<std::function<void()>> const& rest)
{
    db.write([&](auto&) {
        for (auto const& fn : rest) threads.run(fn);
        std::this_thread::sleep_for(50ms); // long enough for them to queue up
    });
}

} // namespace test
