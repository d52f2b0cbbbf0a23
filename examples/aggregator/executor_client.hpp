// SPDX-License-Identifier: BSL-1.0
// Hands tasks to an executor over HTTP, and finds them there again.
#pragma once

#include "common/backoff.hpp"
#include "common/http_client.hpp"
#include "task_runner.hpp"

namespace aggregator {

class executor_client final : public task_runner {
public:
    /// @errors `http_error` if the URL cannot be used at all.
    executor_client(executor_config const& settings, std::stop_token stop);

    /// Submits the task and waits for its end. What the executor has already is found by the
    /// task's id, so the task is submitted again whenever it is not certain that it is there: after
    /// a kill of either side, or a lost answer. Nothing that the network or an overloaded executor
    /// loses ends the wait; the task's deadline does, and a refusal is the task's failure: also
    /// that the executor's record of it is damaged, unless a performer works on it, for only then
    /// does that pass.
    std::optional<outcome> run(task const& claimed, std::stop_token const& stop) override;

private:
    std::optional<outcome> ask(task const& claimed, backoff& pauses, std::stop_token const& stop);
    void keep_distance(
        std::chrono::nanoseconds took, backoff& pauses, std::stop_token const& stop) const;
    std::optional<outcome> submit(task const& claimed);
    std::optional<outcome> wait_for_end(task const& claimed);

    executor_config settings_;
    http_client client_;
    bool submitted_ = false; ///< the present task, as far as we know
};

} // namespace aggregator
