// SPDX-License-Identifier: BSL-1.0
// Claiming and working.
#include "worker_pool.hpp"

#include "common/hex.hpp"
#include "common/patience.hpp"

namespace aggregator {

namespace {

/// How long the dispatcher trusts that nobody told it of new tasks.
constexpr auto look_again = std::chrono::milliseconds{500};

} // namespace

worker_pool::worker_pool(
    database& db, address20 const& avs, work_config const& settings,
    std::function<void(std::exception const&)> on_failure)
    : worker_pool{db, avs, settings, std::move(on_failure), local_runners(settings)}
{
}

worker_pool::worker_pool(
    database& db, address20 const& avs, work_config const& settings,
    std::function<void(std::exception const&)> on_failure, runner_factory runners)
    : db_{db}, avs_{avs}, settings_{settings},
      on_failure_{std::move(on_failure)}, runners_{std::move(runners)}, queue_{settings.queue}
{
    threads_.emplace_back(
        [this](std::stop_token const& stop) { run(stop, &worker_pool::dispatch); });
    for (std::uint64_t i = 0; i < settings_.threads; ++i)
        threads_.emplace_back(
            [this](std::stop_token const& stop) { run(stop, &worker_pool::work); });
}

worker_pool::~worker_pool()
{
    request_stop();
    threads_.clear();
    put_back_queued();
}

void worker_pool::request_stop()
{
    for (auto& thread : threads_) thread.request_stop();
}

void worker_pool::run(
    std::stop_token const& stop, void (worker_pool::*body)(std::stop_token const&))
{
    try {
        (this->*body)(stop);
    } catch (std::exception const& fault) {
        on_failure_(fault);
    }
}

void worker_pool::dispatch(std::stop_token const& stop)
{
    while (auto const room = queue_.wait_for_room(stop)) {
        auto claimed = with_patience(stop, [&] { return claim(db_, avs_, room, current_time()); });
        if (claimed.empty()) news_.wait_for(stop, look_again);
        for (auto& each : claimed) queue_.push(std::move(each));
    }
}

void worker_pool::work(std::stop_token const& stop)
{
    auto const runner = runners_(stop);
    while (auto const claimed = queue_.pop(stop)) work_on(*claimed, *runner, stop);
}

void worker_pool::work_on(task const& claimed, task_runner& runner, std::stop_token const& stop)
{
    auto const result = runner.run(claimed, stop);
    if (!result) return put_back(claimed);
    auto const now = current_time();
    auto const ended = is_expired(claimed, now) ? outcome{.error = std::string{expired_text}}
                                                : *result;
    if (with_patience(stop, [&] { return finish(db_, claimed, ended, now); }))
        ++finished_;
    else
        log_event{severity::info, "refused_result"}.with("task", to_hex(claimed.task_id));
}

/// What cannot be put back stays claimed, and the next start finds it interrupted.
void worker_pool::put_back(task const& claimed)
{
    try {
        release(db_, claimed, current_time());
    } catch (std::exception const& fault) {
        log_event{severity::warning, "not_put_back"}.with("reason", fault.what());
    }
}

void worker_pool::put_back_queued()
{
    while (auto const claimed = queue_.try_pop()) put_back(*claimed);
}

} // namespace aggregator
