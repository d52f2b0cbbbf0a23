// SPDX-License-Identifier: BSL-1.0
// The plain values of an EVM chain.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace common {

using hash32 = std::array<std::byte, 32>;
using address20 = std::array<std::byte, 20>;
using bytes = std::vector<std::byte>;

} // namespace common
