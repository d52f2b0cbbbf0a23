// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a struct cannot contain itself: keep the parts in records of their own
#include <cairn/describe/schema.hpp>

#include <vector>
#include <cstdint>

struct node {
    std::vector<node> children{};
};
BOOST_HANA_ADAPT_STRUCT(node, children);

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::vector<std::uint64_t> nodes{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, nodes);
#else
struct task {
    std::uint64_t id = 0;
    std::vector<node> nodes{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, nodes);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
