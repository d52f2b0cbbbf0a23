// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a const or volatile member cannot be read back: remove the qualifier
#include <cairn/describe/schema.hpp>

#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    int limit = 3;
};
BOOST_HANA_ADAPT_STRUCT(task, id, limit);
#else
struct task {
    std::uint64_t id = 0;
    int const limit = 3;
};
BOOST_HANA_ADAPT_STRUCT(task, id, limit);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
