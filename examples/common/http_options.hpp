// SPDX-License-Identifier: BSL-1.0
// How patient an HTTP client is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace common {

class field_visitor;
class violations;

struct http_options {
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::nanoseconds timeout = std::chrono::seconds{10}; ///< of one attempt
    std::uint64_t retries = 3;                                   ///< after the first attempt
    std::chrono::nanoseconds backoff_min = std::chrono::milliseconds{100};
    std::chrono::nanoseconds backoff_max = std::chrono::seconds{5};
    std::uint64_t max_response = 64U << 20U; ///< bytes
};

/// The settings of one client, without a section around them, and their checks.
void visit(field_visitor& visitor, http_options& settings);
void check_http(http_options const& settings, std::string const& section, violations& problems);

} // namespace common
