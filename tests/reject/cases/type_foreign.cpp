// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a member is of a type that cannot be stored: for a struct write BOOST_HANA_ADAPT_STRUCT
#include <cairn/describe/schema.hpp>

#include <cstdint>

struct plain {
    int x = 0;
};
struct adapted {
    int x = 0;
};
BOOST_HANA_ADAPT_STRUCT(adapted, x);

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    adapted part{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, part);
#else
struct task {
    std::uint64_t id = 0;
    plain part{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, part);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
