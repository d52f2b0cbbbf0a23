// SPDX-License-Identifier: BSL-1.0
// How patient a JSON-RPC client is.
#pragma once

#include <chrono>
#include <cstdint>

namespace aggregator {

struct rpc_options {
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::nanoseconds timeout = std::chrono::seconds{10}; ///< of one attempt
    std::uint64_t retries = 3;                                   ///< after the first attempt
    std::chrono::nanoseconds backoff_min = std::chrono::milliseconds{100};
    std::chrono::nanoseconds backoff_max = std::chrono::seconds{5};
    std::uint64_t max_response = 64U << 20U; ///< bytes
};

} // namespace aggregator
