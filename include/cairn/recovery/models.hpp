// SPDX-License-Identifier: BSL-1.0
// The models in which checkpoints are stored: ordinary ones, to be named in a program's schema.
#pragma once

#include <cairn/base/timestamp.hpp>
#include <cairn/describe/schema.hpp>
#include <cairn/describe/shape_of.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cairn::inline v0 {

/// How far a checkpoint goes in one of the models that a state is rebuilt from.
struct checkpoint_source {
    std::string model{};
    std::int64_t sequence = 0;        ///< records up to this number are in the checkpoint
    std::uint64_t count = 0;          ///< how many records there were
    std::vector<std::byte> counter{}; ///< greatest value of the change counter, if there is any

    bool operator==(checkpoint_source const&) const = default;
};

/// A checkpoint: what it is, how far it goes, and what its chunks must be. Only the library
/// writes it.
struct checkpoint_header {
    std::string state{};                 ///< the name of what it is a checkpoint of
    std::uint64_t number = 0;            ///< from 1 on, growing
    std::uint32_t format = 1;            ///< of header and chunks
    std::uint32_t version = 0;           ///< of the state's bytes
    std::optional<std::uint64_t> base{}; ///< the checkpoint that it is a delta on
    std::uint64_t base_checksum = 0;     ///< that one's `checksum`
    timestamp created_at{};              ///< by the clock on the wall
    std::uint64_t position = 0;          ///< what the state says of its progress
    std::vector<checkpoint_source> sources{};
    std::vector<std::byte> mark{};       ///< for a delta on this one
    std::uint64_t bytes = 0;             ///< of the state, before compression
    std::uint64_t stored_bytes = 0;      ///< of all chunks
    std::vector<std::uint64_t> chunks{}; ///< the checksum of each chunk's data
    std::uint64_t checksum = 0;          ///< of all members before this one

    [[nodiscard]] bool is_full() const { return !base.has_value(); }
    bool operator==(checkpoint_header const&) const = default;
};

/// At most 1 MiB of a checkpoint's bytes, compressed. Only the library writes it.
struct checkpoint_chunk {
    std::string state{};
    std::uint64_t number = 0; ///< of the checkpoint
    std::uint32_t index = 0;  ///< from 0 on
    std::vector<std::byte> data{};

    bool operator==(checkpoint_chunk const&) const = default;
};

} // namespace cairn::inline v0

BOOST_HANA_ADAPT_STRUCT(cairn::checkpoint_source, model, sequence, count, counter);
BOOST_HANA_ADAPT_STRUCT(
    cairn::checkpoint_header, state, number, format, version, base, base_checksum, created_at,
    position, sources, mark, bytes, stored_bytes, chunks, checksum);
BOOST_HANA_ADAPT_STRUCT(cairn::checkpoint_chunk, state, number, index, data);

template <>
inline constexpr auto cairn::descriptor<cairn::checkpoint_header> =
    cairn::entity<"checkpoint_header">(
        cairn::version<1>, cairn::key<"checkpoint/{state}/{number}">);

template <>
inline constexpr auto cairn::descriptor<cairn::checkpoint_chunk> =
    cairn::entity<"checkpoint_chunk">(
        cairn::version<1>, cairn::key<"checkpoint_chunk/{state}/{number}/{index}">);

namespace cairn::inline v0 {

inline constexpr auto checkpoint_headers = table<checkpoint_header>;
inline constexpr auto checkpoint_chunks = table<checkpoint_chunk>;

} // namespace cairn::inline v0
