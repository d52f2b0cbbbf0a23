// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: durations and times count in integers of at most 64 bits, .*: use std::chrono::nanoseconds
#include <cairn/describe/schema.hpp>

#include <chrono>
#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::chrono::duration<double> span{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, span);
#else
struct task {
    std::uint64_t id = 0;
    std::chrono::duration<long double> span{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, span);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
