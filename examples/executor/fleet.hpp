// SPDX-License-Identifier: BSL-1.0
// All performers: deployed, found again, watched, restarted, removed.
#pragma once

#include "common/patience.hpp"
#include "crew.hpp"
#include "deployment_store.hpp"

#include <map>

namespace executor {

/// Why a deployment whose performer was removed is failed.
inline constexpr std::string_view removed_text = "the performer was removed on request";

/// What a start found, and what it did about it.
struct recovery_report {
    std::uint64_t attached = 0;    ///< performers whose process still runs
    std::uint64_t restarted = 0;   ///< performers whose process was missing
    std::uint64_t unstartable = 0; ///< of those, the ones that did not start; unless they are given
                                   ///< up now, they are tried again later
    std::uint64_t removed = 0;     ///< stale records, with what still ran of them
    std::uint64_t deployments_interrupted = 0;
    std::uint64_t waiting = 0;   ///< tasks that no performer has begun
    std::uint64_t not_begun = 0; ///< of those, tasks that were offered, and their performer says no
    std::uint64_t continued = 0; ///< tasks that their performer has begun, and answers for
    std::uint64_t interrupted = 0; ///< tasks whose fate cannot be known: failed now
    std::uint64_t dropped = 0;     ///< tasks in flight that were processed already
    std::uint64_t damaged = 0;     ///< records that cannot be read, left as they are
};

/// To be used by one thread, except for what says otherwise.
class fleet {
public:
    fleet(
        database& db, config const& settings, bulletins& news,
        std::function<void(std::exception const&)> on_failure, std::stop_token stop);
    /// Performers stay as they are.
    ~fleet();
    fleet(fleet const&) = delete;
    fleet& operator=(fleet const&) = delete;

    /// Brings processes and records together again, then resolves the tasks in flight. First of
    /// all, and once. What is damaged is left as it is: such a performer is nobody's, and such a
    /// task is never offered to anyone.
    /// @errors those of the store; `std::system_error` if processes cannot be looked at.
    recovery_report recover();

    /// Places deployments for the configured performers that are not there.
    void place_configured();
    /// Carries out pending deployments, oldest first.
    void deploy_pending();
    /// Ends and forgets performers that were told to stop, or whose record was removed since it was
    /// damaged; those with tasks in work after them, or after the configured time. Whether some are
    /// still leaving.
    bool remove_stopped();
    /// Looks at every performer, restarts those that are gone or do not answer, and rewrites what
    /// is stored of their health. To be called once an interval, by which unanswered checks are
    /// counted.
    void check_health();
    /// The same, between two of those, for performers whose process has ended, and for those that
    /// do not get tasks any more because they could not be reached. A check that stays unanswered
    /// is not counted, and is made once between two of the others.
    void look_at_suspects();

    /// Stops handing out tasks; ends the performers too if so configured, after their tasks or the
    /// configured time.
    void stop();

private:
    struct member {
        std::unique_ptr<crew> threads;
        std::uint64_t unanswered = 0;
        std::uint64_t failed_starts = 0;
        bool looked_at = false; ///< since the last counted check
        std::optional<deadline> leaving{};
    };

    enum class prospect : std::uint8_t { waits, serves, is_stale };

    [[nodiscard]] prospect prospect_of(performer const& found) const;
    void recover_performer(performer const& found, recovery_report&);
    bool remove_stale(performer const& found);
    void recover_task(in_flight_task const& task, recovery_report& report);
    void continue_task(in_flight_task const& task, crew& with, recovery_report& report);
    void deploy(deployment const& what);
    void save_deployed(performer const& who, std::optional<std::string> const& fault);
    std::optional<std::string> start(performer& who);
    void save_process(performer const& who);
    bool attach(performer& who);
    bool restart(member& each);
    void give_up(member& each, std::string const& why);
    void forget_given_up();
    [[nodiscard]] static bool is_suspect(member const& each);
    performer examine(member& each);
    void check(member& each);
    [[nodiscard]] bool answers(performer const& who) const;
    void tell_to_leave(member& each);
    bool retire_idle();
    void retire(std::string const& performer_id);
    member& enlist(performer const& who);
    void save_health(performer const& who);
    void interrupt_tasks_of(std::string const& performer_id);
    bool wait_until_idle(deadline until) const;

    /// A transaction, tried again while the store is busy or the disk is full.
    template <class Change>
    void write(Change const& change)
    {
        with_patience(stop_, [&] { db_.write(change); });
    }

    database& db_;
    config const& settings_;
    bulletins& news_;
    std::function<void(std::exception const&)> on_failure_;
    std::stop_token stop_;
    launcher launcher_;
    std::map<std::string, member> members_{};
};

void log_recovery(recovery_report const& report, std::chrono::nanoseconds took);

} // namespace executor
