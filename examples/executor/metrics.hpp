// SPDX-License-Identifier: BSL-1.0
// The executor's figures, for people and for Prometheus.
#pragma once

#include "database.hpp"

#include <map>

namespace executor {

/// How many records there are, counted by indexes.
struct census {
    std::map<performer_status, std::uint64_t> performers{};
    std::map<task_status, std::uint64_t> in_flight{};
    std::map<deployment_status, std::uint64_t> deployments{};
    std::uint64_t processed = 0;
};

/// All of one moment.
census take_census(database& db);

/// In Prometheus' text format.
std::string metrics_text(census const& counts);

} // namespace executor
