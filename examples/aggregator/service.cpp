// SPDX-License-Identifier: BSL-1.0
// The service as a whole.
#include "service.hpp"

#include "common/hex.hpp"
#include "common/log.hpp"
#include "common/patience.hpp"
#include "recovery.hpp"
#include "retention.hpp"
#include "rpc_chain.hpp"

#include <algorithm>

namespace aggregator {

namespace {

watch watch_of(avs_entry const& avs, chain_config const& chain, reorg_config const& reorg)
{
    return {
        .avs = avs.address,
        .chain_id = chain.chain_id,
        .contract = avs.contract,
        .start_block = chain.start_block,
        .blocks_per_poll = chain.blocks_per_poll,
        .reorg_depth = reorg.depth,
        .kept_blocks = reorg.kept_blocks};
}

void log_poll(poll_report const& report, watch const& what)
{
    if (report.blocks == 0) return;
    log_event{severity::info, "processed"}
        .with("avs", to_hex(what.avs))
        .with("chain", what.chain_id)
        .with("blocks", report.blocks)
        .with("tasks", report.tasks);
}

} // namespace

chain_factory rpc_chains(rpc_options const& options)
{
    return [options](chain_config const& chain, std::stop_token stop) {
        return std::make_unique<rpc_chain>(chain.rpc_url, options, std::move(stop));
    };
}

service::service(config settings, chain_factory make_chain)
    : settings_{std::move(settings)}, make_chain_{std::move(make_chain)}
{
    open_and_recover();
    directory_ = std::make_unique<avs_directory>(
        *db_, settings_.avss, settings_.retention.config_age);
}

void service::open_and_recover()
{
    auto const begin = std::chrono::steady_clock::now();
    db_ = open_database(settings_.storage);
    auto const report = recover(*db_, settings_.work.max_attempts, current_time());
    left_ = report.avss;
    log_recovery(report, std::chrono::steady_clock::now() - begin);
}

bool service::run(std::stop_token const& stop)
{
    auto const forward = std::stop_callback{stop, [this] { ending_.request_stop(); }};
    auto const until = ending_.get_token();
    start_workers();
    {
        auto const pollers = start_pollers(until);
        maintain(until);
    }
    stop_workers();
    close_store();
    log_event{severity::info, "stopped"}.with("failed", failed_ ? "yes" : "no");
    return !failed_;
}

/// Also for AVSs that are no longer configured, as long as they have tasks.
void service::start_workers()
{
    auto avss = left_;
    for (auto const& each : settings_.avss) avss.insert(each.address);
    for (auto const& avs : avss)
        workers_.try_emplace(
            avs, *db_, avs, settings_.work,
            [this](std::exception const& fault) { fail("worker", fault); },
            runners_for(settings_.executor, settings_.work));
}

void service::stop_workers()
{
    for (auto& [avs, pool] : workers_) pool.request_stop();
    workers_.clear();
}

std::vector<std::jthread> service::start_pollers(std::stop_token const& stop)
{
    struct job {
        watch what;
        chain_config const* chain;
    };
    auto jobs = std::vector<job>{};
    for (auto const& avs : settings_.avss)
        for (auto const id : avs.chains)
            for (auto const& chain : settings_.chains)
                if (chain.chain_id == id)
                    jobs.push_back({watch_of(avs, chain, settings_.reorg), &chain});
    running_pollers_ = jobs.size();
    auto threads = std::vector<std::jthread>{};
    for (auto const& [what, chain] : jobs)
        threads.emplace_back(
            [this, what = what, chain = chain, stop] { follow(what, *chain, stop); });
    return threads;
}

void service::follow(watch const& what, chain_config const& chain, std::stop_token const& stop)
{
    try {
        auto const reader = make_chain_(chain, stop);
        auto each = poller{*db_, *reader, *directory_, what};
        poll_until_stopped(each, chain, stop);
    } catch (std::exception const& fault) {
        failed_ = true;
        log_event{severity::failure, "poller_stopped"}
            .with("avs", to_hex(what.avs))
            .with("chain", what.chain_id)
            .with("reason", fault.what());
    }
    if (--running_pollers_ == 0) ending_.request_stop();
}

void service::poll_until_stopped(
    poller& each, chain_config const& chain, std::stop_token const& stop)
{
    auto pauses = backoff{settings_.rpc.backoff_min, settings_.rpc.backoff_max};
    while (!stop.stop_requested()) {
        try {
            auto const report = with_patience(stop, [&] { return each.poll(current_time()); });
            log_poll(report, each.watched());
            if (report.tasks > 0) workers_.at(each.watched().avs).notify();
            pauses.reset();
            if (!report.behind) pause_for(stop, chain.poll_interval);
        } catch (chain_error const& fault) {
            if (stop.stop_requested()) return;
            log_event{severity::warning, "chain_unreadable"}
                .with("chain", chain.chain_id)
                .with("reason", fault.what());
            pauses.wait(stop);
        }
    }
}

void service::maintain(std::stop_token const& stop)
{
    while (pause_for(stop, settings_.retention.interval)) {
        try {
            maintain_once();
        } catch (cairn::error const& fault) {
            if (!may_pass(fault)) return fail("maintenance", fault);
        }
    }
}

void service::maintain_once()
{
    auto const now = current_time();
    auto const removed = remove_finished(*db_, settings_.retention.finished_tasks, now);
    auto const expired = expire(*db_, now);
    auto const refreshed = directory_->refresh(now);
    if (removed + expired + refreshed == 0) return;
    log_event{severity::info, "maintained"}
        .with("removed", removed)
        .with("expired", expired)
        .with("refreshed", refreshed);
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

} // namespace aggregator
