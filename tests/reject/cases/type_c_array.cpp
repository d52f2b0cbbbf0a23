// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a C array cannot be assigned or returned: use std::array
#include <cairn/describe/schema.hpp>

#include <array>
#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::array<unsigned char, 32> digest{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, digest);
#else
struct task {
    std::uint64_t id = 0;
    unsigned char digest[32]{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, digest);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
