// SPDX-License-Identifier: BSL-1.0
// The storage section of a configuration.
#pragma once

#include "settings.hpp"

namespace common {

class violations;

enum class storage_type : std::uint8_t { memory, sqlite };
enum class durability : std::uint8_t { power_loss, process_crash };

struct group_commit_config {
    std::uint64_t members = 64;
    std::chrono::nanoseconds wait = std::chrono::milliseconds{2};
};

struct sqlite_config {
    std::string path{};
    durability survives = durability::power_loss;
    std::uint64_t cache_size = 32U << 20U;
    std::uint64_t mmap_size = 1U << 30U;
    std::uint64_t wal_limit = 64U << 20U;
    std::chrono::nanoseconds busy_timeout = std::chrono::seconds{5};
    group_commit_config group_commit{};
};

struct storage_config {
    storage_type type = storage_type::memory;
    sqlite_config sqlite{};
};

void visit(field_visitor& visitor, storage_config& settings);
void check_storage(storage_config const& settings, violations& problems);

} // namespace common
