// SPDX-License-Identifier: BSL-1.0
// The checksum is the same on whatever vectors it runs.
#include <cairn/encode/checksum.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <span>
#include <string>
#include <vector>

namespace {

std::vector<std::byte> noise(std::size_t size)
{
    auto bytes = std::vector<std::byte>(size);
    auto state = std::uint64_t{1};
    for (auto& each : bytes) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        each = static_cast<std::byte>(state >> 56U);
    }
    return bytes;
}

/// Calls `check(bytes)` for every length up to a few blocks of 1024 bytes, from odd addresses too.
template <class Check>
void for_all_lengths(Check check)
{
    auto const bytes = noise(4200);
    for (std::size_t size = 0; size != 4097; ++size)
        check(std::span{bytes}.subspan(size % 67, size));
}

} // namespace

TEST_CASE("the checksum of every length is what xxHash gives without a choice of vectors")
{
    auto differing = std::string{};
    for_all_lengths([&](std::span<std::byte const> bytes) {
        if (cairn::checksum(bytes) != XXH3_64bits(bytes.data(), bytes.size()))
            differing += std::to_string(bytes.size()) + ' ';
    });
    CHECK(differing == "");
}

#ifdef CAIRN_WIDE_CHECKSUM
TEST_CASE("every width of vectors that this machine has gives the same checksum")
{
    auto differing = std::string{};
    auto compared = std::size_t{0};
    auto const compare = [&](char const* name, auto sum, std::span<std::byte const> bytes) {
        ++compared;
        if (sum(bytes) != XXH3_64bits(bytes.data(), bytes.size()))
            differing += name + std::to_string(bytes.size()) + ' ';
    };
    auto const avx2 = __builtin_cpu_supports("avx2") != 0;
    auto const avx512 = __builtin_cpu_supports("avx512f") != 0;
    for_all_lengths([&](std::span<std::byte const> bytes) {
        if (bytes.size() <= XXH3_MIDSIZE_MAX) return;
        if (avx2) compare("avx2 ", cairn::detail::checksum_avx2, bytes);
        if (avx512) compare("avx512 ", cairn::detail::checksum_avx512, bytes);
    });
    CHECK(differing == "");
    CHECK(
        compared == std::size_t{4096 - XXH3_MIDSIZE_MAX} * ((avx2 ? 1U : 0U) + (avx512 ? 1U : 0U)));
}
#endif
