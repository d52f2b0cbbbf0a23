// SPDX-License-Identifier: BSL-1.0
// The threads that hand tasks to one performer and follow them to their end.
#pragma once

#include "common/bulletin.hpp"
#include "followed_tasks.hpp"
#include "launcher.hpp"
#include "task_store.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <thread>

namespace executor {

/// What all parts of the executor tell each other.
struct bulletins {
    bulletin arrivals{}; ///< tasks were received or put back
    bulletin endings{};  ///< tasks were processed
    bulletin chores{};   ///< there is something to do for the fleet
    followed_tasks followed{};
};

class crew {
public:
    /// Begins at once; claims nothing before `serve`. `on_failure` is called, from any thread,
    /// with an error of the store that does not pass; the thread that met it is over.
    crew(
        database& db, config const& settings, bulletins& news, performer who,
        std::function<void(std::exception const&)> on_failure);

    /// Stops. Tasks that have begun stay so in the store.
    ~crew();

    crew(crew const&) = delete;
    crew& operator=(crew const&) = delete;

    /// Whose process the threads talk to from now on; tasks of an earlier one are interrupted when
    /// that has ended.
    void assign(performer who);
    /// Whether new tasks are claimed.
    void serve(bool on);
    [[nodiscard]] bool is_serving() const { return serving_; }
    /// Follows a task that this performer's present process has begun, or may have.
    void adopt(in_flight_task task);

    [[nodiscard]] performer who() const;
    /// Whether no task is followed.
    [[nodiscard]] bool is_idle() const { return busy_ == 0; }

private:
    void run(std::stop_token const& stop);
    void work(std::stop_token const& stop);
    bool work_once(std::stop_token const& stop);
    struct adopted_task {
        in_flight_task task;
        followed_tasks::entry entry;
    };
    std::optional<adopted_task> take_adopted();
    std::optional<in_flight_task> claim_one(performer const& at, std::stop_token const& stop);
    void begin(in_flight_task const& task, performer const& at, std::stop_token const& stop);
    void settle(in_flight_task const& task, performer const& at, std::stop_token const& stop);
    void follow(in_flight_task const& task, performer const& at, std::stop_token const& stop);
    bool take_answer(
        task_answer const& answer, in_flight_task const& task, performer const& at,
        std::stop_token const& stop);
    void put_back(in_flight_task const& task, std::stop_token const& stop);
    void finish(
        in_flight_task const& task, outcome const& how, performer const& at,
        std::stop_token const& stop);
    void give_up(in_flight_task const& task, std::string_view why, std::stop_token const& stop);

    database& db_;
    config const& settings_;
    bulletins& news_;
    std::function<void(std::exception const&)> on_failure_;
    mutable std::mutex guard_{};
    performer who_;
    std::deque<adopted_task> adopted_{};
    std::atomic<bool> serving_ = false;
    std::atomic<std::size_t> busy_ = 0;
    std::vector<std::jthread> threads_{};
};

} // namespace executor
