// SPDX-License-Identifier: BSL-1.0
// Blocks through zstd, and their frame.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/recovery/compression.hpp>
#include <cairn/recovery/refusal.hpp>

#include <cstdint>
#include <cstring>
#include <new>
#include <zstd.h>

namespace cairn::inline v0::detail {

enum class block_method : std::uint8_t { stored = 0, zstd = 1 };

inline void put_block_frame(std::byte* out, block_method method, std::size_t size)
{
    auto const less_one = size - 1;
    out[0] = static_cast<std::byte>(method);
    for (std::size_t i = 0; i != 3; ++i) out[1 + i] = static_cast<std::byte>(less_one >> (8 * i));
}

CAIRN_INLINE void release_compressor::operator()(void* context) const noexcept
{
    ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context));
}

CAIRN_INLINE void release_decompressor::operator()(void* context) const noexcept
{
    ZSTD_freeDCtx(static_cast<ZSTD_DCtx*>(context));
}

CAIRN_INLINE block_compressor::block_compressor(int level)
    : context_{ZSTD_createCCtx()}, level_{level}
{
    if (context_ == nullptr) throw std::bad_alloc{};
    if (level < 1 || level > ZSTD_maxCLevel())
        raise(errc::invalid_argument, {.message = "zstd has no such level of compression"});
}

CAIRN_INLINE void block_compressor::compress(
    std::span<std::byte const> block, std::vector<std::byte>& out)
{
    out.resize(block_frame_bytes + ZSTD_compressBound(block.size()));
    auto* const body = out.data() + block_frame_bytes;
    auto const size = ZSTD_compressCCtx(
        static_cast<ZSTD_CCtx*>(context_.get()), body, out.size() - block_frame_bytes, block.data(),
        block.size(), level_);
    if (ZSTD_isError(size) != 0 || size >= block.size()) {
        std::memcpy(body, block.data(), block.size());
        put_block_frame(out.data(), block_method::stored, block.size());
        out.resize(block_frame_bytes + block.size());
        return;
    }
    put_block_frame(out.data(), block_method::zstd, block.size());
    out.resize(block_frame_bytes + size);
}

CAIRN_INLINE block_decompressor::block_decompressor() : context_{ZSTD_createDCtx()}
{
    if (context_ == nullptr) throw std::bad_alloc{};
}

CAIRN_INLINE std::size_t block_decompressor::size_of(std::span<std::byte const> data)
{
    if (data.size() <= block_frame_bytes || data[0] > static_cast<std::byte>(block_method::zstd))
        refuse_checkpoint("a chunk has no frame");
    auto size = std::size_t{1};
    for (std::size_t i = 0; i != 3; ++i) size += static_cast<std::size_t>(data[1 + i]) << (8 * i);
    if (size > block_bytes) refuse_checkpoint("a chunk stands for more than 1 MiB");
    return size;
}

CAIRN_INLINE void block_decompressor::decompress(std::span<std::byte const> data, std::byte* out)
{
    auto const size = size_of(data);
    auto const body = data.subspan(block_frame_bytes);
    if (data[0] == static_cast<std::byte>(block_method::stored)) {
        if (body.size() != size) refuse_checkpoint("a chunk is not as long as it says");
        std::memcpy(out, body.data(), size);
        return;
    }
    auto const made = ZSTD_decompressDCtx(
        static_cast<ZSTD_DCtx*>(context_.get()), out, size, body.data(), body.size());
    if (ZSTD_isError(made) != 0 || made != size)
        refuse_checkpoint("a chunk cannot be decompressed");
}

} // namespace cairn::inline v0::detail
