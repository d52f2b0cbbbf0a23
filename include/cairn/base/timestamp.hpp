// SPDX-License-Identifier: BSL-1.0
// A moment in time, as records store it.
#pragma once

#include <chrono>

namespace cairn::inline v0 {

/// Nanoseconds since 1970-01-01 00:00 UTC, leap seconds not counted; reaches from 1677 to 2262.
using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

} // namespace cairn::inline v0
