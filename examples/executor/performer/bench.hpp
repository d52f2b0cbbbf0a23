// SPDX-License-Identifier: BSL-1.0
// The tasks that a performer works on, and what it remembers of them.
#pragma once

#include "common/work.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace performer {

using namespace common;

/// How a performer works.
struct bench_options {
    std::string journal{}; ///< each begin is a line in it, before it is acknowledged
    std::uint64_t longest_journal = 16U << 20U; ///< then it begins anew, and that one is kept once
    std::size_t concurrency = 4;                ///< most tasks at once
    std::chrono::nanoseconds min_time{};        ///< simulated length of a task
    std::chrono::nanoseconds max_time{};
    std::size_t refusals = 65'536; ///< most refused claims that are remembered, the newest
};

enum class task_state { not_begun, running, ended };

struct task_report {
    task_state state = task_state::not_begun;
    outcome how{};
};

/// Begins each task at most once for as long as it remembers it, which is until the executor has
/// stored its outcome and says so. A claim that it was told to refuse stays refused after that:
/// the request for it may still be on its way. Safe from any thread.
class bench {
public:
    explicit bench(bench_options options);
    /// Ends the process's work at once; nothing is waited for.
    ~bench();
    bench(bench const&) = delete;
    bench& operator=(bench const&) = delete;

    /// Begins the task unless it is known already, there is no room, or this claim or a later one
    /// was declared never to begin.
    /// @errors `std::system_error` if the journal cannot be written; then it has not begun.
    task_report begin(hash32 const& task, std::uint64_t claim, bytes payload);

    /// What is known of the task. If it has not begun, it never will for `claim`.
    task_report resolve(hash32 const& task, std::uint64_t claim);

    /// The same after it has ended, or `time` has passed.
    task_report wait(hash32 const& task, std::chrono::milliseconds time);

    void forget(hash32 const& task);

    /// How many tasks are being worked on.
    [[nodiscard]] std::size_t running() const;

private:
    struct entry {
        task_report report{};
        std::jthread worker{};
    };

    [[nodiscard]] task_report known(hash32 const& task) const;
    [[nodiscard]] bool is_refused(hash32 const& task, std::uint64_t claim) const;
    void refuse(hash32 const& task, std::uint64_t claim);
    void write_journal(hash32 const& task) const;
    void turn_journal();
    void start(hash32 const& task, bytes payload);
    void work(std::stop_token const& stop, hash32 const& task, bytes const& payload);

    bench_options options_;
    int journal_;
    mutable std::mutex guard_{};
    std::condition_variable changed_{};
    std::size_t running_ = 0;
    std::map<hash32, std::uint64_t> refused_{}; ///< claims that must not begin, and all before
    std::deque<std::pair<hash32, std::uint64_t>> refusals_{}; ///< the same, in the order of time
    std::map<hash32, entry> tasks_{};
};

} // namespace performer
