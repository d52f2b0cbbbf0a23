// SPDX-License-Identifier: BSL-1.0
// Deploying, watching, removing.
#include "fleet.hpp"

#include "common/damage.hpp"
#include "common/hex.hpp"

#include <algorithm>
#include <csignal>

namespace executor {

using namespace cairn::literals;

namespace {

constexpr auto damaged_text = std::string_view{"the performer's record is damaged"};
constexpr auto given_up_text = std::string_view{"the performer has been given up"};
constexpr auto ended_text = std::string_view{"its performer was ended"};

bool is_alive(performer const& who)
{
    return !who.resource_id.empty() && is_running(identity_of(who));
}

void copy_process(performer const& from, performer& to)
{
    to.resource_id = from.resource_id;
    to.start_time = from.start_time;
    to.boot_id = from.boot_id;
    to.incarnation = from.incarnation;
    to.endpoint = from.endpoint;
}

} // namespace

fleet::fleet(
    database& db, config const& settings, bulletins& news,
    std::function<void(std::exception const&)> on_failure, std::stop_token stop)
    : db_{db}, settings_{settings}, news_{news},
      on_failure_{std::move(on_failure)}, stop_{std::move(stop)}, launcher_{settings}
{
}

fleet::~fleet() = default;

fleet::member& fleet::enlist(performer const& who)
{
    auto& each = members_[who.performer_id];
    each.threads = std::make_unique<crew>(db_, settings_, news_, who, on_failure_);
    return each;
}

void fleet::place_configured()
{
    for (auto const& each : settings_.performers) {
        auto what = order{
            .avs = each.avs, .registry = each.registry, .tag = each.tag, .digest = each.digest};
        for (auto const& v : each.environment)
            what.environment.push_back({v.name, v.value, v.value_from_env});
        auto present = std::uint64_t{};
        for (auto const& known : db_[performers].by("avs"_by, each.avs).tolerate(report_damage))
            if (known.status != performer_status::failed
                && known.status != performer_status::stopped)
                ++present;
        for (; present < each.count; ++present) place(db_, what, current_time());
    }
}

void fleet::deploy_pending()
{
    auto const waiting = db_[deployments].by("status"_by, deployment_status::pending);
    for (auto const& each : waiting.tolerate(report_damage).to_vector())
        if (!stop_.stop_requested()) deploy(each);
}

void fleet::deploy(deployment const& what)
{
    auto const found = find_whole(db_[performers], what.performer_id);
    auto const is_wanted = found && found->status == performer_status::staged;
    auto is_known = false;
    write([&](transaction& tx) { // a performer may be removed before its turn has come
        auto const to = is_wanted ? deployment_status::deploying : deployment_status::failed;
        auto const is_there = tx[performers].contains(what.performer_id);
        auto const why = is_wanted ? "" : !found && is_there ? damaged_text : removed_text;
        is_known = advance(tx, what.deployment_id, to, current_time(), why);
    });
    if (!is_wanted || !is_known) return;
    auto who = *found;
    auto const fault = start(who);
    if (fault) launcher_.end(who, SIGKILL);
    if (stop_.stop_requested() && fault) return; // the next start finds it interrupted
    save_deployed(who, fault);
    if (!fault) enlist(who).threads->serve(true);
}

/// Records how a deployment ended, and says so.
void fleet::save_deployed(performer const& who, std::optional<std::string> const& fault)
{
    write([&](transaction& tx) {
        auto const to = fault ? deployment_status::failed : deployment_status::running;
        advance(tx, who.deployment_id, to, current_time(), fault.value_or(""));
        if (!fault) return;
        update_whole(tx[performers], who.performer_id, [&](performer& p) {
            if (p.status != performer_status::stopped) p.status = performer_status::failed;
            p.container_healthy = p.application_healthy = false;
        });
    });
    log_event{fault ? severity::warning : severity::info, fault ? "not_deployed" : "deployed"}
        .with("deployment", who.deployment_id)
        .with("performer", who.performer_id)
        .with("process", who.resource_id)
        .with("reason", fault.value_or("-"));
}

/// Gives the performer a process and waits until it answers; else says why not. The process is in
/// the record before it runs its program, so that no kill of ours can lose it.
std::optional<std::string> fleet::start(performer& who)
{
    who.container_healthy = who.application_healthy = false;
    try {
        auto const process = launcher_.make_process(who);
        save_process(who);
        process->release();
        launcher_.wait_until_ready(who, stop_);
        who.container_healthy = who.application_healthy = true;
        save_health(who);
        return std::nullopt;
    } catch (launch_error const& fault) {
        return fault.what();
    } catch (std::system_error const& fault) {
        return fault.what();
    }
}

/// Names the performer's new process in its record.
/// @errors `launch_error` if that cannot be, or the record wants no process any more.
void fleet::save_process(performer const& who)
{
    write([&](transaction& tx) {
        auto const is_saved = update_whole(tx[performers], who.performer_id, [&](performer& p) {
            if (p.status == performer_status::failed)
                throw launch_error{std::string{given_up_text}};
            copy_process(who, p);
            if (p.status != performer_status::stopped) p.status = performer_status::staged;
            p.container_healthy = true;
            p.application_healthy = false;
        });
        if (is_saved) return;
        auto const is_there = tx[performers].contains(who.performer_id);
        throw launch_error{std::string{is_there ? damaged_text : removed_text}};
    });
}

/// Rewrites what is stored of a performer's health, and the status that follows from it.
void fleet::save_health(performer const& who)
{
    write([&](transaction& tx) {
        auto const is_saved = update_whole(tx[performers], who.performer_id, [&](performer& p) {
            p.last_health_check = current_time();
            p.container_healthy = who.container_healthy;
            p.application_healthy = who.application_healthy;
            if (p.status == performer_status::stopped) return;
            if (p.status == performer_status::staged && who.container_healthy)
                p.status = performer_status::running;
        });
        if (!is_saved) return; // the performer goes on as it is known here
        tx[performers].update(who.performer_id, [&](performer& p) {
            if (p.status == performer_status::running && who.application_healthy)
                p.status = performer_status::in_service;
            else if (p.status == performer_status::in_service && !who.application_healthy)
                p.status = performer_status::running;
        });
    });
}

void fleet::check_health()
{
    for (auto& [id, each] : members_)
        if (!each.leaving && !stop_.stop_requested()) check(each);
    forget_given_up();
}

void fleet::look_at_suspects()
{
    for (auto& [id, each] : members_) {
        if (each.leaving || stop_.stop_requested() || !is_suspect(each)) continue;
        each.looked_at = true;
        if (!examine(each).container_healthy) restart(each);
    }
    forget_given_up();
}

/// One whose restart failed waits for its next check.
bool fleet::is_suspect(member const& each)
{
    if (each.failed_starts != 0) return false;
    if (!is_alive(each.threads->who())) return true;
    return !each.threads->is_serving() && !each.looked_at;
}

void fleet::forget_given_up()
{
    auto given_up = std::vector<std::string>{};
    for (auto const& [id, each] : members_)
        if (each.failed_starts >= settings_.health.max_restarts) given_up.push_back(id);
    for (auto const& id : given_up) {
        members_.erase(id);
        interrupt_tasks_of(id); // what its threads had no time to say
    }
}

/// What a look at the performer finds, which is recorded; it gets tasks if it answers.
performer fleet::examine(member& each)
{
    auto who = each.threads->who();
    who.container_healthy = is_alive(who);
    who.application_healthy = who.container_healthy && answers(who);
    if (who.application_healthy) each.unanswered = 0;
    save_health(who);
    each.threads->serve(who.application_healthy);
    return who;
}

void fleet::check(member& each)
{
    auto const who = examine(each);
    each.looked_at = false;
    if (who.application_healthy) return;
    ++each.unanswered;
    if (!who.container_healthy || each.unanswered >= settings_.health.failures) restart(each);
}

bool fleet::answers(performer const& who) const
{
    try {
        return link_to(who, settings_.health.timeout).performer_id() == who.performer_id;
    } catch (link_error const& fault) {
        log_event{severity::warning, "no_answer"}
            .with("performer", who.performer_id)
            .with("reason", fault.what());
        return false;
    }
}

/// Ends what is left of the performer's process and gives it a new one.
bool fleet::restart(member& each)
{
    auto who = each.threads->who();
    launcher_.end(who, SIGKILL);
    auto const fault = start(who);
    if (fault) launcher_.end(who, SIGKILL);
    each.threads->assign(who);
    each.unanswered = 0;
    each.failed_starts = fault ? each.failed_starts + 1 : 0;
    log_event{fault ? severity::warning : severity::info, fault ? "not_restarted" : "restarted"}
        .with("performer", who.performer_id)
        .with("process", who.resource_id)
        .with("reason", fault.value_or("-"));
    if (!fault) each.threads->serve(true);
    if (fault && !stop_.stop_requested() && each.failed_starts >= settings_.health.max_restarts)
        give_up(each, "it could not be restarted: " + *fault);
    return !fault;
}

/// The performer has failed for good, and its deployment with it.
void fleet::give_up(member& each, std::string const& why)
{
    auto const who = each.threads->who();
    write([&](transaction& tx) {
        update_whole(tx[performers], who.performer_id, [](performer& p) {
            if (p.status != performer_status::stopped) p.status = performer_status::failed;
        });
        advance(tx, who.deployment_id, deployment_status::failed, current_time(), why);
    });
    log_event{severity::failure, "given_up"}
        .with("performer", who.performer_id)
        .with("reason", why);
}

bool fleet::remove_stopped()
{
    auto const stopped = db_[performers].by("status"_by, performer_status::stopped);
    auto const tell_damaged = [&](cairn::corrupt_record const& fault) {
        report_damage(fault);
        for (auto& [id, each] : members_)
            if (uuid_of(id) == uuid_of(fault.key())) tell_to_leave(each);
    };
    for (auto const& who : stopped.tolerate(tell_damaged).to_vector()) {
        auto const found = members_.find(who.performer_id);
        if (found == members_.end())
            remove_stale(who);
        else
            tell_to_leave(found->second);
    }
    for (auto& [id, each] : members_)
        if (!db_[performers].contains(id)) tell_to_leave(each);
    return retire_idle();
}

void fleet::tell_to_leave(member& each)
{
    each.threads->serve(false);
    if (!each.leaving) each.leaving = after(settings_.stop.drain);
}

/// Retires the leaving ones whose tasks have ended, or were waited for long enough. Whether others
/// are left.
bool fleet::retire_idle()
{
    auto idle = std::vector<std::string>{};
    auto others = false;
    for (auto const& [id, each] : members_) {
        if (!each.leaving) continue;
        if (each.threads->is_idle() || std::chrono::steady_clock::now() >= *each.leaving)
            idle.push_back(id);
        else
            others = true;
    }
    for (auto const& id : idle) retire(id);
    return others;
}

void fleet::retire(std::string const& performer_id)
{
    auto const who = members_.at(performer_id).threads->who();
    members_.erase(performer_id); // nobody asks it any more
    launcher_.end(who, SIGTERM);
    interrupt_tasks_of(performer_id);
    remove_stale(find_whole(db_[performers], performer_id).value_or(who));
    log_event{severity::info, "removed"}.with("performer", performer_id);
}

void fleet::interrupt_tasks_of(std::string const& performer_id)
{
    for (auto const& task : tasks_at(db_, performer_id))
        interrupt(db_, task, ended_text, current_time());
    news_.endings.publish();
}

bool fleet::wait_until_idle(deadline until) const
{
    auto const all_idle = [&] {
        return std::ranges::all_of(
            members_, [](auto const& entry) { return entry.second.threads->is_idle(); });
    };
    while (!all_idle() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    return all_idle();
}

void fleet::stop()
{
    for (auto& [id, each] : members_) each.threads->serve(false);
    if (settings_.stop.performers == at_stop::keep) return members_.clear();
    wait_until_idle(after(settings_.stop.drain));
    for (auto& [id, each] : members_) {
        auto const who = each.threads->who();
        each.threads.reset();
        launcher_.end(who, SIGTERM);
        interrupt_tasks_of(who.performer_id);
    }
    members_.clear();
}

} // namespace executor
