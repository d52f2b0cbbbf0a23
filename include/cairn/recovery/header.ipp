// SPDX-License-Identifier: BSL-1.0
// Checks of headers and chunks, and the rule of retention.
#pragma once

#include <cairn/encode/checksum.hpp>
#include <cairn/recovery/compression.hpp>
#include <cairn/recovery/header.hpp>
#include <cairn/recovery/value.hpp>

#include <algorithm>
#include <string>

namespace cairn::inline v0::detail {

CAIRN_INLINE std::uint64_t header_checksum(checkpoint_header const& header)
{
    auto bytes = byte_buffer{};
    append_value(bytes, header);
    bytes.truncate(bytes.size() - sizeof header.checksum);
    return checksum(bytes.view());
}

/// Whether so many bytes stand in so many chunks, of which all but the last are full.
inline bool fills(std::uint64_t bytes, std::uint64_t chunks)
{
    return bytes <= chunks * block_bytes && (chunks == 0 || bytes > (chunks - 1) * block_bytes);
}

CAIRN_INLINE void require_header(
    checkpoint_header const& header, std::string_view state, std::uint32_t version)
{
    if (header.format > checkpoint_format)
        refuse_checkpoint("it has format " + std::to_string(header.format) + ", newer than ours");
    if (header_checksum(header) != header.checksum)
        refuse_checkpoint("its header does not have the checksum that it was written with");
    if (header.format != checkpoint_format)
        refuse_checkpoint("it has the unknown format " + std::to_string(header.format));
    if (header.state != state) refuse_checkpoint("it belongs to another state");
    if (header.version != version)
        refuse_checkpoint(
            "its state has version " + std::to_string(header.version) + ", not "
            + std::to_string(version));
    if (!fills(header.bytes, header.chunks.size()))
        refuse_checkpoint("its chunks are not as many as its bytes need");
}

CAIRN_INLINE void require_base(checkpoint_header const& delta, checkpoint_header const& base)
{
    if (base.number >= delta.number || base.checksum != delta.base_checksum)
        refuse_checkpoint(
            "checkpoint " + std::to_string(base.number) + " is not the one that "
            + std::to_string(delta.number) + " is a delta on");
}

CAIRN_INLINE void require_chunk(
    checkpoint_header const& header, std::uint32_t index, std::span<std::byte const> data)
{
    if (checksum(data) != header.chunks[index])
        refuse_checkpoint("chunk " + std::to_string(index) + " is not the one that was written");
}

inline std::vector<std::uint64_t> chosen_numbers(
    std::span<checkpoint_header const> newest_first, std::span<std::uint64_t const> unusable,
    retention const& rule)
{
    auto chosen = std::vector<std::uint64_t>{};
    for (auto const& header : newest_first) {
        auto const is_bad = std::find(unusable.begin(), unusable.end(), header.number)
            != unusable.end();
        auto const is_old = rule.max_age.count() != 0
            && rule.now - header.created_at > rule.max_age;
        auto const room = chosen.size() < rule.keep && !is_old;
        if (!is_bad && (chosen.empty() || room)) chosen.push_back(header.number);
    }
    return chosen;
}

CAIRN_INLINE std::vector<std::uint64_t> kept_numbers(
    std::span<checkpoint_header const> newest_first, std::span<std::uint64_t const> unusable,
    retention const& rule)
{
    auto const chosen = chosen_numbers(newest_first, unusable, rule);
    auto kept = std::vector<std::uint64_t>{};
    auto bases = std::vector<std::uint64_t>{};
    auto const in = [](auto const& numbers, std::uint64_t n) {
        return std::find(numbers.begin(), numbers.end(), n) != numbers.end();
    };
    for (auto const& header : newest_first) {
        if (!in(chosen, header.number) && !in(bases, header.number)) continue;
        kept.push_back(header.number);
        if (header.base) bases.push_back(*header.base);
    }
    return kept;
}

} // namespace cairn::inline v0::detail
