// SPDX-License-Identifier: BSL-1.0
// What makes a checkpoint's header trustworthy, and which checkpoints are kept.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/recovery/models.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cairn::inline v0::detail {

/// Of headers and chunks, as docs/design.md describes them.
inline constexpr std::uint32_t checkpoint_format = 1;

/// XXH3-64 of the members before `checksum`, in the library's encoding.
[[nodiscard]] std::uint64_t header_checksum(checkpoint_header const& header);

/// Throws `checkpoint_refused` unless `header` is, bit for bit, one of this format, for this state
/// and this version of its bytes.
void require_header(checkpoint_header const& header, std::string_view state, std::uint32_t version);

/// Throws `checkpoint_refused` unless `base` is what `delta` was written on.
void require_base(checkpoint_header const& delta, checkpoint_header const& base);

/// Throws `checkpoint_refused` unless `data` is the chunk that `header` means.
void require_chunk(
    checkpoint_header const& header, std::uint32_t index, std::span<std::byte const> data);

/// How many checkpoints are kept, and how old they may become.
struct retention {
    std::size_t keep;
    std::chrono::nanoseconds max_age; ///< 0: any
    timestamp now;
};

/// Those of `newest_first` that are kept: the newest `keep` that are not in `unusable` and not
/// too old, always the newest, and all that these are deltas on. In the same order.
[[nodiscard]] std::vector<std::uint64_t> kept_numbers(
    std::span<checkpoint_header const> newest_first, std::span<std::uint64_t const> unusable,
    retention const& rule);

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/recovery/header.ipp>
#endif
