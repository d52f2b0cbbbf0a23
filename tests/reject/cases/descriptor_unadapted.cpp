// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: the members of this type are not known: write, at global scope, BOOST_HANA_ADAPT_STRUCT
#include <cairn/describe/schema.hpp>

struct task {
    int id = 0;
};
#ifdef ACCEPT
BOOST_HANA_ADAPT_STRUCT(task, id);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
