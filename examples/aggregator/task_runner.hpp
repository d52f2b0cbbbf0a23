// SPDX-License-Identifier: BSL-1.0
// Who works on a claimed task: the aggregator itself, or an executor elsewhere.
#pragma once

#include "config.hpp"
#include "task_store.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace aggregator {

/// For one thread.
class task_runner {
public:
    virtual ~task_runner() = default;

    /// How the task ended; nothing if `stop` was requested before. To run it again after that, or
    /// in another process after a kill, is harmless.
    virtual std::optional<outcome> run(task const& claimed, std::stop_token const& stop) = 0;
};

using runner_factory = std::function<std::unique_ptr<task_runner>(std::stop_token stop)>;

/// Runners that do the work themselves, as long as it is configured to take.
runner_factory local_runners(work_config const& settings);

/// Runners that hand tasks to the executor at `settings.url`, or local ones if that is empty.
runner_factory runners_for(executor_config const& settings, work_config const& work);

} // namespace aggregator
