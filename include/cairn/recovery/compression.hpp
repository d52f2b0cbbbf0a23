// SPDX-License-Identifier: BSL-1.0
// The one door to zstd: blocks of bytes, each compressed on its own.
#pragma once

#include <cairn/base/config.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace cairn::inline v0::detail {

/// The most bytes that one chunk stands for, and that its data may take besides its frame.
inline constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// In front of a chunk's data: u8 method (0 stored, 1 zstd), u24 little-endian number of bytes
/// that it stands for, less one.
inline constexpr std::size_t block_frame_bytes = 4;

struct release_compressor {
    void operator()(void* context) const noexcept;
};
struct release_decompressor {
    void operator()(void* context) const noexcept;
};

/// Turns blocks into the data of chunks. Reused for many.
class block_compressor {
public:
    /// @errors `invalid_argument` for a level that zstd does not have.
    explicit block_compressor(int level);

    /// Replaces `out` by what stands for `block`: compressed, or as it is where that is smaller.
    void compress(std::span<std::byte const> block, std::vector<std::byte>& out);

private:
    std::unique_ptr<void, release_compressor> context_;
    int level_;
};

/// Turns the data of chunks into blocks.
class block_decompressor {
public:
    block_decompressor();

    /// How many bytes `data` stands for; throws `checkpoint_refused` if it has no valid frame.
    [[nodiscard]] static std::size_t size_of(std::span<std::byte const> data);

    /// Writes what `data` stands for, `size_of(data)` bytes; throws `checkpoint_refused`.
    void decompress(std::span<std::byte const> data, std::byte* out);

private:
    std::unique_ptr<void, release_decompressor> context_;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/recovery/compression.ipp>
#endif
