// SPDX-License-Identifier: BSL-1.0
// The one door to xxHash.
#pragma once

#include <cairn/encode/checksum.hpp>

// xxHash chooses its vectors when it is compiled, by default the narrowest. Its own way of choosing
// when the program runs has to be linked, so the same is done here for what a body needs; where
// the header came from elsewhere first, or is of an unknown version, its own choice stands.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(XXH_VERSION_NUMBER)
#include <immintrin.h>
#define XXH_X86DISPATCH 1
#define XXH_DISPATCH_AVX2 1
#define XXH_DISPATCH_AVX512 1
#define XXH_TARGET_AVX2 __attribute__((__target__("avx2")))
#define XXH_TARGET_AVX512 __attribute__((__target__("avx512f")))
#endif

// The whole of xxHash as static functions, so that no library has to be linked. g++ unrolls its
// inner loops only at -O3: a record of 1.3 KB takes 53 ns instead of 72.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("O3")
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized" // its own AVX-512 header is full of it
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace cairn::inline v0 {

namespace detail {

#if defined(XXH_DISPATCH_AVX2) && XXH_VERSION_NUMBER >= 801 && XXH_VERSION_NUMBER <= 803
#define CAIRN_WIDE_CHECKSUM 1
#if XXH_VERSION_NUMBER == 801
#define CAIRN_XXH3_ACCUMULATE(width) XXH3_accumulate_512_##width
#else
#define CAIRN_XXH3_ACCUMULATE(width) XXH3_accumulate_##width
#endif

/// XXH3-64 of more than `XXH3_MIDSIZE_MAX` bytes, on a machine that has AVX2.
XXH_TARGET_AVX2 inline std::uint64_t checksum_avx2(std::span<std::byte const> bytes) noexcept
{
    return XXH3_hashLong_64b_internal(
        bytes.data(), bytes.size(), XXH3_kSecret, sizeof XXH3_kSecret, CAIRN_XXH3_ACCUMULATE(avx2),
        XXH3_scrambleAcc_avx2);
}

/// The same on a machine that has AVX-512.
XXH_TARGET_AVX512 inline std::uint64_t checksum_avx512(std::span<std::byte const> bytes) noexcept
{
    return XXH3_hashLong_64b_internal(
        bytes.data(), bytes.size(), XXH3_kSecret, sizeof XXH3_kSecret,
        CAIRN_XXH3_ACCUMULATE(avx512), XXH3_scrambleAcc_avx512);
}
#undef CAIRN_XXH3_ACCUMULATE
#endif

} // namespace detail

CAIRN_INLINE std::uint64_t checksum(std::span<std::byte const> bytes) noexcept
{
#ifdef CAIRN_WIDE_CHECKSUM
    if (bytes.size() > XXH3_MIDSIZE_MAX) {
        if (__builtin_cpu_supports("avx512f")) return detail::checksum_avx512(bytes);
        if (__builtin_cpu_supports("avx2")) return detail::checksum_avx2(bytes);
    }
#endif
    return XXH3_64bits(bytes.data(), bytes.size());
}

CAIRN_INLINE std::array<std::uint64_t, 2> hash128(std::span<std::byte const> bytes) noexcept
{
    auto const hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.low64, hash.high64};
}

} // namespace cairn::inline v0

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#pragma GCC pop_options
#endif
