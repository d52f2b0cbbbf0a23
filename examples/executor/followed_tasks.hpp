// SPDX-License-Identifier: BSL-1.0
// Which tasks are followed to their end, whatever becomes of their records.
#pragma once

#include "types.hpp"

#include <mutex>
#include <set>
#include <utility>

namespace executor {

/// To be used by any thread.
class followed_tasks {
public:
    /// Has the task among them as long as it lives.
    class entry {
    public:
        entry(followed_tasks& all, hash32 const& task) : all_{&all}, task_{task} { all.add(task); }
        ~entry()
        {
            if (all_ != nullptr) all_->remove(task_);
        }
        entry(entry&& other) noexcept : all_{std::exchange(other.all_, nullptr)}, task_{other.task_}
        {
        }
        entry& operator=(entry&&) = delete;

    private:
        followed_tasks* all_;
        hash32 task_;
    };

    [[nodiscard]] bool contains(hash32 const& task) const
    {
        auto const lock = std::lock_guard{guard_};
        return tasks_.contains(task);
    }

private:
    void add(hash32 const& task)
    {
        auto const lock = std::lock_guard{guard_};
        tasks_.insert(task);
    }
    void remove(hash32 const& task)
    {
        auto const lock = std::lock_guard{guard_};
        tasks_.erase(tasks_.find(task));
    }

    mutable std::mutex guard_{};
    std::multiset<hash32> tasks_{}; ///< one that was put back may be claimed before it is let go
};

} // namespace executor
