// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: integers have at most 64 bits: use std::array<std::byte, 16>
#include <cairn/describe/schema.hpp>

#include <cstdint>

__extension__ using wide = __int128;

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::int64_t number = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, number);
#else
struct task {
    std::uint64_t id = 0;
    wide number = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, number);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
