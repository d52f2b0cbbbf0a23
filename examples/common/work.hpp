// SPDX-License-Identifier: BSL-1.0
// What becomes of a task, fixed by its content alone.
#pragma once

#include "types.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace common {

inline constexpr std::string_view refused_text = "the payload asks to fail";

/// How a task ended: with a result, or with the reason why not.
struct outcome {
    std::optional<hash32> result{};
    std::optional<std::string> error{};
};

/// The SHA-256 digest of the payload; a payload that begins with 0xff fails.
outcome execute(bytes const& payload);

} // namespace common
