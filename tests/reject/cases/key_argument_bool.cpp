// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key, cairn::index: the member is a bool: write true, false
#include <cairn/describe/key.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

struct task {
    std::array<std::byte, 4> digest{};
    bool done = false;
    std::chrono::seconds age{};
};
BOOST_HANA_ADAPT_STRUCT(task, digest, done, age);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{digest}/{done}/{age}">);

#ifdef ACCEPT
auto answer() { return cairn::make_prefix<task>(std::array<std::byte, 4>{}, true); }
#else
auto answer() { return cairn::make_prefix<task>(std::array<std::byte, 4>{}, 1); } // here
#endif
