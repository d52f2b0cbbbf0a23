// SPDX-License-Identifier: BSL-1.0
// The service's configuration, with its defaults.
#pragma once

#include "common/http_options.hpp"
#include "common/storage_config.hpp"
#include "types.hpp"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace aggregator {

using rpc_options = http_options;

struct chain_config {
    std::string name{};
    std::uint64_t chain_id = 0;
    std::string rpc_url{};
    std::chrono::nanoseconds poll_interval = std::chrono::seconds{2};
    std::optional<std::uint64_t> start_block{}; ///< absent: the head at the first start
    std::uint64_t blocks_per_poll = 100;
};

struct operator_set_entry {
    std::uint64_t id = 0;
    std::chrono::nanoseconds task_sla{}; ///< until a new task's deadline; 0 is none
    std::uint64_t curve = 0;             ///< as `curve_type`
    bytes task_metadata{};
    std::uint64_t consensus = 0; ///< as `consensus_type`
    std::uint64_t threshold = 0; ///< in bips
};

struct avs_entry {
    address20 address{};
    std::optional<address20> contract{}; ///< absent: every transaction is a task
    std::vector<std::uint64_t> chains{};
    std::uint64_t curve = 0; ///< as `curve_type`
    std::uint64_t aggregator_operator_set = 0;
    std::vector<std::uint64_t> executor_operator_sets{};
    std::vector<operator_set_entry> operator_sets{};
};

struct reorg_config {
    std::uint64_t depth = 10;
    std::uint64_t kept_blocks = 100;
};

struct work_config {
    std::uint64_t threads = 4; ///< of each AVS
    std::uint64_t queue = 64;  ///< of each AVS
    std::uint64_t max_attempts = 5;
    std::chrono::nanoseconds min_time{}; ///< simulated length of a task
    std::chrono::nanoseconds max_time{};
};

struct executor_config {
    std::string url{}; ///< empty: tasks are worked on here
    std::chrono::nanoseconds wait = std::chrono::seconds{10};
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::nanoseconds timeout = std::chrono::seconds{15}; ///< of one request
    std::chrono::nanoseconds backoff_min = std::chrono::milliseconds{100};
    std::chrono::nanoseconds backoff_max = std::chrono::seconds{5};
};

struct retention_config {
    std::chrono::nanoseconds finished_tasks = std::chrono::hours{24 * 7};
    std::chrono::nanoseconds config_age = std::chrono::hours{1};
    std::chrono::nanoseconds interval = std::chrono::minutes{1};
};

struct config {
    storage_config storage{};
    std::vector<chain_config> chains{};
    std::vector<avs_entry> avss{};
    reorg_config reorg{};
    work_config work{};
    executor_config executor{};
    retention_config retention{};
    rpc_options rpc{};
};

/// Reads YAML (or JSON, which is YAML).
/// @errors `config_error` with every violation at once.
config load_config(std::string const& file);

/// The same of `text`, named `file` in messages.
config parse_config(std::string const& text, std::string const& file);

/// Writes `settings` as YAML that reads back as the same, with a sentence about each value.
void print_config(std::ostream& out, config const& settings);

} // namespace aggregator
