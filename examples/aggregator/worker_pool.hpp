// SPDX-License-Identifier: BSL-1.0
// Threads that claim stored tasks of one AVS and work on them.
#pragma once

#include "bounded_queue.hpp"
#include "common/wakeup.hpp"
#include "task_runner.hpp"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace aggregator {

/// One thread claims as many tasks as the queue has room for, the others work on them. What has no
/// room stays pending in the store, in order. Each AVS has a pool of its own, since a task may take
/// a thread for as long as its executor has no performer for it.
class worker_pool {
public:
    /// Begins at once. `on_failure` is called, from any thread, with an error of the store that
    /// does not pass; the thread that met it is over.
    worker_pool(
        database& db, address20 const& avs, work_config const& settings,
        std::function<void(std::exception const&)> on_failure);
    /// The same with somebody else's work.
    worker_pool(
        database& db, address20 const& avs, work_config const& settings,
        std::function<void(std::exception const&)> on_failure, runner_factory runners);

    /// Stops, and puts back what was claimed and not finished.
    ~worker_pool();

    worker_pool(worker_pool const&) = delete;
    worker_pool& operator=(worker_pool const&) = delete;

    /// Begins to stop, without waiting for it.
    void request_stop();

    /// Says that new tasks are stored.
    void notify() { news_.notify(); }

    [[nodiscard]] std::uint64_t finished() const { return finished_; }

private:
    void run(std::stop_token const& stop, void (worker_pool::*body)(std::stop_token const&));
    void dispatch(std::stop_token const& stop);
    void work(std::stop_token const& stop);
    void work_on(task const& claimed, task_runner& runner, std::stop_token const& stop);
    void put_back(task const& claimed);
    void put_back_queued();

    database& db_;
    address20 avs_;
    work_config settings_;
    std::function<void(std::exception const&)> on_failure_;
    runner_factory runners_;
    bounded_queue<task> queue_;
    wakeup news_;
    std::atomic<std::uint64_t> finished_ = 0;
    std::vector<std::jthread> threads_;
};

} // namespace aggregator
