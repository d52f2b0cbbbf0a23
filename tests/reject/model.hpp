// SPDX-License-Identifier: BSL-1.0
// The model that most rejected descriptors describe.
#pragma once

#include <cairn/base/timestamp.hpp>
#include <cairn/describe/schema.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

enum class status : std::uint8_t { open, closed };
enum class color : std::uint8_t { red, blue };

struct task {
    std::string id;
    std::uint64_t chain = 0;
    double rank = 0;
    std::optional<std::string> note{};
    cairn::timestamp created_at{};
    std::vector<std::uint32_t> tags{};
    status state = status::open;
};
BOOST_HANA_ADAPT_STRUCT(task, id, chain, rank, note, created_at, tags, state);
