// SPDX-License-Identifier: BSL-1.0
// Records that the tests of the store share.
#pragma once

#include "../support/store.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace test {

using namespace cairn::literals;

inline account person(std::string name, std::uint32_t age = 30)
{
    auto email = name + "@example.org";
    return {.name = std::move(name), .email = std::move(email), .age = age};
}

inline account const ada = person("ada", 36);

inline account grace_with_email_of(account const& other)
{
    auto grace = person("grace", 85);
    grace.email = other.email;
    return grace;
}

inline task job(std::string id, std::int64_t created = 0, task_status status = task_status::pending)
{
    return {
        .id = std::move(id),
        .avs_address = "0xabc",
        .status = status,
        .created_at = cairn::timestamp{std::chrono::nanoseconds{created}}};
}

inline entry number(std::int32_t n, std::string text = "x", std::int64_t weight = 0)
{
    return {.number = n, .text = std::move(text), .weight = weight};
}

/// The numbers of some entries, in their order.
inline std::vector<std::int32_t> numbers_of(std::vector<entry> const& records)
{
    auto result = std::vector<std::int32_t>{};
    for (auto const& e : records) result.push_back(e.number);
    return result;
}

} // namespace test
