// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: members beginning with '_' and the names rowid and oid
#include <cairn/describe/schema.hpp>

#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    int row = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, row);
#else
struct task {
    std::uint64_t id = 0;
    int RowId = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, RowId);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
