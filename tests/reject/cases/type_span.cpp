// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a view does not own what it shows
#include <cairn/describe/schema.hpp>

#include <span>
#include <vector>
#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::vector<int> list{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, list);
#else
struct task {
    std::uint64_t id = 0;
    std::span<int const> list{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, list);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
