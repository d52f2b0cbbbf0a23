// SPDX-License-Identifier: BSL-1.0
// What becomes of a task, fixed by its content alone.
#pragma once

#include "models.hpp"

#include <string_view>

namespace aggregator {

inline constexpr std::string_view refused_text = "the payload asks to fail";
inline constexpr std::string_view expired_text = "the deadline has passed";
inline constexpr std::string_view exhausted_text = "interrupted too often";

/// How a task ended: with a result, or with the reason why not.
struct outcome {
    std::optional<hash32> result{};
    std::optional<std::string> error{};
};

/// The SHA-256 digest of the payload; a payload that begins with 0xff fails.
outcome execute(bytes const& payload);

/// Whether the task's deadline has passed.
[[nodiscard]] inline bool is_expired(task const& t, cairn::timestamp now)
{
    return t.deadline && *t.deadline <= now;
}

} // namespace aggregator
