// SPDX-License-Identifier: BSL-1.0
// Durations and sizes as configuration files write them: "200ms", "7d", "64MiB".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace common {

/// A number without sign in decimal digits; nothing if it is not that or above 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// A number with one of the units ns, us, ms, s, m, h, d; up to 100 years.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// A number of bytes, alone or with one of the units B, KiB, MiB, GiB; below 2^63.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The shortest text that parses as the same value.
std::string duration_text(std::chrono::nanoseconds time);
std::string size_text(std::uint64_t size);

} // namespace common
