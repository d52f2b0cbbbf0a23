// SPDX-License-Identifier: BSL-1.0
// The executor's configuration, with its defaults.
#pragma once

#include "common/settings_printer.hpp"
#include "common/storage_config.hpp"
#include "types.hpp"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace executor {

enum class at_stop : std::uint8_t { keep, stop };
enum class permission : std::uint8_t { no, yes };

struct http_config {
    std::uint64_t port = 7077; ///< 0: any that is free
    std::uint64_t threads = 32;
    std::chrono::nanoseconds max_wait = std::chrono::seconds{30};
    std::uint64_t max_body = 1U << 20U;
    permission show_secrets = permission::no;
};

struct artifact_entry {
    std::string registry{};
    std::string program{};
};

struct variable_entry {
    std::string name{};
    std::string value{};
    std::string value_from_env{};
};

struct performer_entry {
    address20 avs{};
    std::uint64_t count = 1;
    std::string registry{};
    std::string tag{};
    std::string digest{}; ///< "sha256:..."; empty: any
    std::vector<variable_entry> environment{};
};

struct work_config {
    std::uint64_t concurrency = 4;
    std::uint64_t max_in_flight = 10'000;
    std::uint64_t max_per_avs = 2'500;
};

struct health_config {
    std::chrono::nanoseconds interval = std::chrono::seconds{5};
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};
    std::uint64_t failures = 3;
    std::chrono::nanoseconds start_timeout = std::chrono::seconds{10};
    std::uint64_t max_restarts = 5;
};

struct stop_config {
    at_stop performers = at_stop::keep;
    std::chrono::nanoseconds drain = std::chrono::seconds{5};
    std::chrono::nanoseconds orphan_timeout = std::chrono::minutes{10};
};

struct retention_config {
    std::chrono::nanoseconds processed = std::chrono::hours{24 * 7};
    std::chrono::nanoseconds deployments = std::chrono::hours{24 * 30};
    std::chrono::nanoseconds interval = std::chrono::minutes{1};
};

struct config {
    storage_config storage{};
    std::string folder{};
    http_config http{};
    std::vector<artifact_entry> artifacts{};
    std::vector<performer_entry> performers{};
    work_config work{};
    health_config health{};
    stop_config stop{};
    retention_config retention{};
};

/// Reads YAML (or JSON, which is YAML).
/// @errors `config_error` with every violation at once.
config load_config(std::string const& file);

/// The same of `text`, named `file` in messages.
config parse_config(std::string const& text, std::string const& file);

/// Writes `settings` as YAML that reads back as the same, with a sentence about each value;
/// values of environment variables are masked unless asked for.
void print_config(std::ostream& out, config const& settings, secrets show = secrets::masked);

/// The longest request that can be allowed: what a performer takes of one task, and some more.
inline constexpr std::uint64_t most_body = 8U << 20U;

/// The longest name that a performer's socket has in the folder, with the slash before it.
inline constexpr std::size_t socket_name_length = 1 + 36 + 1 + 20;

} // namespace executor
