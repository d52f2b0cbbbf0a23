// SPDX-License-Identifier: BSL-1.0
// Working on tasks here, or having them worked on.
#include "task_runner.hpp"

#include "common/backoff.hpp"
#include "executor_client.hpp"

namespace aggregator {

namespace {

class local_runner final : public task_runner {
public:
    explicit local_runner(work_config const& settings) : settings_{settings} {}

    std::optional<outcome> run(task const& claimed, std::stop_token const& stop) override
    {
        if (!simulate_effort(stop, settings_.min_time, settings_.max_time)) return std::nullopt;
        return execute(claimed.payload);
    }

private:
    work_config settings_;
};

} // namespace

runner_factory local_runners(work_config const& settings)
{
    return [settings](std::stop_token const&) { return std::make_unique<local_runner>(settings); };
}

runner_factory runners_for(executor_config const& settings, work_config const& work)
{
    if (settings.url.empty()) return local_runners(work);
    return [settings](std::stop_token stop) {
        return std::make_unique<executor_client>(settings, std::move(stop));
    };
}

} // namespace aggregator
