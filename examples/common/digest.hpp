// SPDX-License-Identifier: BSL-1.0
// SHA-256.
#pragma once

#include "types.hpp"

#include <span>

namespace common {

/// SHA-256 of `data`.
hash32 sha256(std::span<std::byte const> data);

} // namespace common
