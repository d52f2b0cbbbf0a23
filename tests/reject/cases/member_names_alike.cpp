// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: two members differ only in the case of letters, which SQL does not see: rename one
#include <cairn/describe/schema.hpp>

#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    int number = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, number);
#else
struct task {
    std::uint64_t id = 0;
    int ID = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, ID);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
