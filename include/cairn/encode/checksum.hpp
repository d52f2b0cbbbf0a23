// SPDX-License-Identifier: BSL-1.0
// Checksums of bytes, by xxHash.
#pragma once

#include <cairn/base/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cairn::inline v0 {

/// XXH3-64 of `bytes`. Tells damage from health; it is no protection against forgery.
[[nodiscard]] std::uint64_t checksum(std::span<std::byte const> bytes) noexcept;

/// XXH3-128 of `bytes`: low half first. For fingerprints, where two texts must not meet by chance.
[[nodiscard]] std::array<std::uint64_t, 2> hash128(std::span<std::byte const> bytes) noexcept;

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/encode/checksum.ipp>
#endif
