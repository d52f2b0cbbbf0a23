// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: long double has another size on another machine: use double
#include <cairn/describe/schema.hpp>

#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    double rank = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, rank);
#else
struct task {
    std::uint64_t id = 0;
    long double rank = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, rank);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
