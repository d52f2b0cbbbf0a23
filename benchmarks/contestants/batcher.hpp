// SPDX-License-Identifier: BSL-1.0
// The floor of group commit: the threads that wait share one transaction, each under a savepoint.
//
// The first thread of a batch leads it. While the batch before is being committed, others join;
// when its turn comes, the leader closes the batch and runs every member's insert itself.
#pragma once

#include "sqlite.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>

namespace bench::floor {

class sqlite_batcher {
public:
    explicit sqlite_batcher(sqlite_writer& writer) : writer_{writer} {}

    /// Durable when it returns.
    void insert(task const& t)
    {
        auto me = member{&t};
        auto [mine, leads] = join(me);
        if (leads)
            lead(mine);
        else
            mine->done.wait(0, std::memory_order_acquire);
        if (mine->failed) std::rethrow_exception(mine->failed);
        if (me.failed) std::rethrow_exception(me.failed);
    }

private:
    static constexpr std::size_t most_members = 64;

    struct member {
        task const* record;
        std::exception_ptr failed{};
    };

    struct batch {
        std::vector<member*> members{};
        std::exception_ptr failed{};
        std::atomic<int> done{0};
    };

    std::pair<std::shared_ptr<batch>, bool> join(member& me)
    {
        auto const lock = std::scoped_lock{queue_};
        bool const leads = !open_ || open_->members.size() == most_members;
        if (leads) {
            open_ = std::make_shared<batch>();
            open_->members.reserve(most_members);
        }
        open_->members.push_back(&me);
        return {open_, leads};
    }

    void lead(std::shared_ptr<batch> const& mine)
    {
        auto const turn = std::scoped_lock{turn_};
        {
            auto const lock = std::scoped_lock{queue_};
            if (open_ == mine) open_.reset();
        }
        run_members(*mine);
        mine->done.store(1, std::memory_order_release);
        mine->done.notify_all();
    }

    void run_members(batch& b)
    {
        try {
            writer_.begin();
            for (auto* m : b.members) run_one(*m);
            writer_.commit();
        } catch (...) {
            b.failed = std::current_exception();
        }
    }

    void run_one(member& m)
    {
        writer_.savepoint();
        try {
            writer_.insert(*m.record);
        } catch (...) {
            m.failed = std::current_exception();
            writer_.back_to_savepoint();
        }
        writer_.release();
    }

    sqlite_writer& writer_;
    std::mutex turn_{};
    std::mutex queue_{};
    std::shared_ptr<batch> open_{};
};

} // namespace bench::floor
