// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a view does not own what it shows: use std::string or std::vector
#include <cairn/describe/schema.hpp>

#include <string>
#include <string_view>
#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::string name{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, name);
#else
struct task {
    std::uint64_t id = 0;
    std::string_view name{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, name);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
