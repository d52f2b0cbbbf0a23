// SPDX-License-Identifier: BSL-1.0
// The executor as a whole.
#include "service.hpp"

#include "common/patience.hpp"
#include "performer_files.hpp"
#include "retention.hpp"

namespace executor {

namespace {

/// How soon a performer that somebody met dead or silent is looked at, and a leaving one again.
constexpr auto soon = std::chrono::milliseconds{50};

bool is_due(deadline when)
{
    return std::chrono::steady_clock::now() >= when;
}

} // namespace

service::service(config settings) : settings_{std::move(settings)}
{
    auto const begin = std::chrono::steady_clock::now();
    db_ = open_database(settings_.storage);
    fleet_ = std::make_unique<fleet>(
        *db_, settings_, news_, [this](std::exception const& fault) { fail("crew", fault); },
        ending_.get_token());
    recovered_ = fleet_->recover();
    log_recovery(recovered_, std::chrono::steady_clock::now() - begin);
    fleet_->place_configured();
    next_check_ = after(settings_.health.interval);
    api_ = std::make_unique<http_api>(*db_, settings_, news_);
    log_event{severity::info, "listening"}.with("port", api_->port());
}

service::~service() = default;

bool service::run(std::stop_token const& stop)
{
    auto const forward = std::stop_callback{stop, [this] { ending_.request_stop(); }};
    try {
        look_after(ending_.get_token());
    } catch (std::exception const& fault) {
        if (!ending_.stop_requested()) fail("fleet", fault);
    }
    api_.reset();
    fleet_->stop();
    fleet_.reset();
    close_store();
    log_event{severity::info, "stopped"}.with("failed", failed_ ? "yes" : "no");
    return !failed_;
}

void service::look_after(std::stop_token const& stop)
{
    while (!stop.stop_requested()) {
        auto const edition = news_.chores.edition();
        auto next = std::min({next_look_, next_check_, next_maintenance_});
        if (do_chores()) next = std::min(next, after(soon));
        auto const left = next - std::chrono::steady_clock::now();
        news_.chores.wait_beyond(
            edition, stop, std::max<std::chrono::nanoseconds>(left, std::chrono::milliseconds{1}));
        if (news_.chores.edition() != edition) next_look_ = std::min(next_look_, after(soon));
    }
}

/// Whether some performers are still leaving.
bool service::do_chores()
{
    fleet_->deploy_pending();
    auto const leaving = fleet_->remove_stopped();
    if (is_due(next_look_)) {
        next_look_ = deadline::max();
        fleet_->look_at_suspects();
    }
    if (is_due(next_check_)) {
        fleet_->check_health();
        next_check_ = after(settings_.health.interval);
    }
    if (is_due(next_maintenance_)) {
        maintain();
        next_maintenance_ = after(settings_.retention.interval);
    }
    return leaving;
}

void service::maintain()
{
    try {
        auto const now = current_time();
        auto const removed = remove_old(*db_, settings_.retention, now);
        auto const files = tidy_files(*db_, settings_.folder, settings_.retention, now);
        if (removed.marks + removed.deployments + removed.performers + files.removed + files.cut
            == 0)
            return;
        log_event{severity::info, "maintained"}
            .with("marks", removed.marks)
            .with("deployments", removed.deployments)
            .with("performers", removed.performers)
            .with("files", files.removed)
            .with("logs_cut", files.cut);
    } catch (cairn::error const& fault) {
        if (!may_pass(fault)) throw;
    } catch (std::system_error const& fault) { // of the folder; the next round tries again
        log_event{severity::warning, "not_maintained"}.with("reason", fault.what());
    }
}

/// It has ended also if something kept it from ending in order; the next start makes up for that.
void service::close_store()
{
    try {
        db_->close();
    } catch (cairn::error const& fault) {
        fail("store", fault);
    }
}

void service::fail(std::string_view part, std::exception const& fault)
{
    failed_ = true;
    log_event{severity::failure, "failed"}.with("part", part).with("reason", fault.what());
    ending_.request_stop();
}

} // namespace executor
