// SPDX-License-Identifier: BSL-1.0
// The memory floor: a hash map of records with an ordered index that points into it, both under one
// lock that readers share.
#pragma once

#include "../support/task.hpp"

#include <cstdint>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace bench::floor {

class memory_store {
public:
    void insert(task const& t)
    {
        auto const lock = std::unique_lock{mutex_};
        insert_locked(t);
    }

    void insert(std::span<task const> tasks)
    {
        auto const lock = std::unique_lock{mutex_};
        for (auto const& t : tasks) insert_locked(t);
    }

    task get(std::string const& id) const
    {
        auto const lock = std::shared_lock{mutex_};
        return at(id).record;
    }

    template <class Function>
    auto visit(std::string const& id, Function&& fn) const
    {
        auto const lock = std::shared_lock{mutex_};
        return fn(at(id).record);
    }

    /// Runs `fn(get)` under one shared lock.
    template <class Function>
    void in_read(Function&& fn) const
    {
        auto const lock = std::shared_lock{mutex_};
        fn([this](std::string const& id) { return at(id).record; });
    }

    std::vector<task> list_pending(std::size_t limit) const
    {
        auto found = std::vector<task>{};
        found.reserve(limit);
        each_pending(limit, [&](task const& t) { found.push_back(t); });
        return found;
    }

    /// The same in place: `fn(record)` under the shared lock.
    template <class Function>
    void each_pending(std::size_t limit, Function&& fn) const
    {
        auto const lock = std::shared_lock{mutex_};
        for (auto at = first_pending(); limit > 0 && is_pending(at); ++at, --limit)
            fn(std::get<3>(*at)->record);
    }

    std::vector<task> claim(std::size_t limit)
    {
        auto claimed = std::vector<task>{};
        claimed.reserve(limit);
        auto const lock = std::unique_lock{mutex_};
        for (auto at = first_pending(); limit > 0 && is_pending(at);
             at = first_pending(), --limit) {
            auto& oldest = *std::get<3>(*at);
            move_to(oldest, task_status::processing);
            claimed.push_back(oldest.record);
        }
        return claimed;
    }

    void update_status(std::string const& id, task_status status)
    {
        auto const lock = std::unique_lock{mutex_};
        move_to(at(id), status);
    }

    bool erase(std::string const& id)
    {
        auto const lock = std::unique_lock{mutex_};
        auto const found = rows_.find(id);
        if (found == rows_.end()) return false;
        queue_.erase(entry(found->second));
        rows_.erase(found);
        return true;
    }

    std::size_t count() const
    {
        auto const lock = std::shared_lock{mutex_};
        return rows_.size();
    }

private:
    struct row {
        task record;
        std::uint64_t seq;
    };
    using index = std::set<std::tuple<task_status, timestamp, std::uint64_t, row*>>;

    static index::value_type entry(row& r)
    {
        return {r.record.status, r.record.created_at, r.seq, &r};
    }

    void insert_locked(task const& t)
    {
        auto const [at, is_new] = rows_.try_emplace(t.id, row{t, next_seq_});
        if (!is_new) throw std::runtime_error("task exists: " + t.id);
        queue_.insert(entry(at->second));
        ++next_seq_;
    }

    row const& at(std::string const& id) const { return rows_.at(id); }
    row& at(std::string const& id) { return rows_.at(id); }

    index::const_iterator first_pending() const
    {
        return queue_.lower_bound({task_status::pending, timestamp::min(), 0, nullptr});
    }

    bool is_pending(index::const_iterator at) const
    {
        return at != queue_.end() && std::get<0>(*at) == task_status::pending;
    }

    void move_to(row& r, task_status status)
    {
        auto node = queue_.extract(entry(r));
        r.record.status = status;
        node.value() = entry(r);
        queue_.insert(std::move(node));
    }

    mutable std::shared_mutex mutex_{};
    std::unordered_map<std::string, row> rows_{};
    index queue_{};
    std::uint64_t next_seq_ = 1;
};

} // namespace bench::floor
