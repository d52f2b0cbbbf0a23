// SPDX-License-Identifier: BSL-1.0
// The library's own version; the file format and each model have numbers of their own.
#pragma once

#include <cstdint>

#define CAIRN_VERSION_MAJOR 0
#define CAIRN_VERSION_MINOR 1
#define CAIRN_VERSION_PATCH 0
#define CAIRN_VERSION "0.1.0"

namespace cairn::inline v0 {

/// The number of the file format that this library writes, kept in `PRAGMA user_version`.
inline constexpr std::uint32_t format_version = 1;

} // namespace cairn::inline v0
