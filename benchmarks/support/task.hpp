// SPDX-License-Identifier: BSL-1.0
// The record that every run-time benchmark stores: a task of a task aggregator, about 1.2 KB.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

enum class task_status : std::uint8_t { pending, processing, completed, failed };

struct task {
    std::string id;          // 0x and 64 hex digits
    std::string avs_address; // 0x and 40 hex digits
    std::uint32_t operator_set_id = 0;
    std::string callback_addr; // 0x and 40 hex digits
    std::optional<timestamp> deadline{};
    std::uint16_t threshold_bips = 0; // 0 to 10 000
    std::vector<std::byte> payload{};
    std::uint64_t chain_id = 0;
    std::uint64_t block_number = 0;
    std::string block_hash; // 0x and 64 hex digits
    std::uint32_t version = 1;
    task_status status = task_status::pending;
    timestamp created_at{};
    timestamp updated_at{};
    std::uint32_t attempts = 0;
    std::optional<std::string> error{};

    bool operator==(task const&) const = default;
};

} // namespace bench
