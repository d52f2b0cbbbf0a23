// SPDX-License-Identifier: BSL-1.0
// What a start makes of what the last run left behind.
#include "common/damage.hpp"
#include "common/hex.hpp"
#include "common/log.hpp"
#include "fleet.hpp"

#include <csignal>

namespace executor {

using namespace cairn::literals;

namespace {

constexpr auto restarted_text = std::string_view{
    "the executor ended, and so did its performer: its fate is not known"};
constexpr auto interrupted_deployment_text = std::string_view{
    "interrupted: the executor ended while it was deploying"};

} // namespace

recovery_report fleet::recover()
{
    auto report = recovery_report{};
    auto const note = [&](cairn::corrupt_record const& fault) {
        ++report.damaged;
        report_damage(fault);
    };
    for (auto const& each : db_[deployments].scan().tolerate(note)) static_cast<void>(each);
    for (auto const& found : db_[performers].scan().tolerate(note).to_vector())
        recover_performer(found, report);
    for (auto const& task : db_[in_flight].scan().tolerate(note).to_vector())
        recover_task(task, report);
    forget_given_up();
    for (auto& [id, each] : members_) each.threads->serve(each.threads->who().application_healthy);
    return report;
}

/// What its deployment says about a performer; if that cannot be read, what it says itself.
fleet::prospect fleet::prospect_of(performer const& found) const
{
    using enum performer_status;
    if (found.status == stopped) return prospect::is_stale;
    auto const by = find_whole(db_[deployments], found.deployment_id);
    if (!by && db_[deployments].contains(found.deployment_id)) {
        auto const has_served = found.status == in_service || found.status == running;
        return has_served ? prospect::serves : prospect::is_stale;
    }
    if (by && by->status == deployment_status::pending && found.status == staged)
        return prospect::waits;
    return by && by->status == deployment_status::running ? prospect::serves : prospect::is_stale;
}

void fleet::recover_performer(performer const& found, recovery_report& report)
{
    auto const next = prospect_of(found);
    if (next == prospect::waits) return;
    if (next == prospect::is_stale) {
        if (remove_stale(found)) ++report.deployments_interrupted;
        ++report.removed;
        return;
    }
    auto who = found;
    auto& each = enlist(who);
    if (attach(who)) {
        each.threads->assign(who);
        ++report.attached;
        return;
    }
    ++report.restarted;
    if (!restart(each)) ++report.unstartable;
}

/// Whether the very process that is stored still runs, and answers as this performer.
bool fleet::attach(performer& who)
{
    if (who.resource_id.empty() || !is_running(identity_of(who))) return false;
    try {
        launcher_.wait_until_ready(who, stop_);
    } catch (launch_error const& fault) {
        log_event{severity::warning, "not_attached"}
            .with("performer", who.performer_id)
            .with("reason", fault.what());
        return false;
    }
    who.container_healthy = who.application_healthy = true;
    save_health(who);
    log_event{severity::info, "attached"}
        .with("performer", who.performer_id)
        .with("process", who.resource_id);
    return true;
}

/// Ends what runs of a performer that nobody wants any more, and removes its record. Whether that
/// interrupted its deployment.
bool fleet::remove_stale(performer const& found)
{
    launcher_.end(found, SIGKILL);
    auto interrupted = false;
    write([&](transaction& tx) {
        tx[performers].erase(found.performer_id);
        auto const by = find_whole(tx[deployments], found.deployment_id);
        if (!by || by->status == deployment_status::failed) return;
        interrupted = found.status != performer_status::stopped
            && by->status != deployment_status::running;
        advance(
            tx, by->deployment_id, deployment_status::failed, current_time(),
            interrupted ? interrupted_deployment_text : removed_text);
    });
    return interrupted;
}

void fleet::recover_task(in_flight_task const& task, recovery_report& report)
{
    if (db_[processed].contains(task.task_id)) {
        db_[in_flight].erase(task.task_id);
        ++report.dropped;
        return;
    }
    if (task.status == task_status::received) {
        ++report.waiting;
        return;
    }
    auto const at = members_.find(task.performer_id);
    if (at != members_.end() && at->second.threads->who().incarnation == task.incarnation)
        return continue_task(task, *at->second.threads, report);
    interrupt(db_, task, restarted_text, current_time());
    log_event{severity::warning, "interrupted"}
        .with("task", to_hex(task.task_id))
        .with("performer", task.performer_id)
        .with("reason", restarted_text);
    ++report.interrupted;
}

/// The performer is there: it has begun the task, or says that it has not.
void fleet::continue_task(in_flight_task const& task, crew& with, recovery_report& report)
{
    auto now = task;
    if (task.status == task_status::starting) {
        try {
            auto const link = link_to(with.who(), settings_.health.timeout);
            if (link.resolve(task).state == task_state::not_begun) {
                give_back(db_, task);
                ++report.waiting;
                ++report.not_begun;
                return;
            }
            mark_started(db_, task);
            now.status = task_status::started;
        } catch (link_error const&) { // the crew goes on asking
        }
    }
    with.adopt(now);
    ++report.continued;
}

void log_recovery(recovery_report const& report, std::chrono::nanoseconds took)
{
    log_event{severity::info, "recovered"}
        .with("attached", report.attached)
        .with("restarted", report.restarted)
        .with("unstartable", report.unstartable)
        .with("removed", report.removed)
        .with("deployments_interrupted", report.deployments_interrupted)
        .with("waiting", report.waiting)
        .with("not_begun", report.not_begun)
        .with("continued", report.continued)
        .with("interrupted", report.interrupted)
        .with("dropped", report.dropped)
        .with("damaged", report.damaged)
        .with("took_ms", std::chrono::duration<double, std::milli>{took}.count());
}

} // namespace executor
