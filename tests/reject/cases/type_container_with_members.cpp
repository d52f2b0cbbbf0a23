// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a class derived from a container has members of its own, which would not be stored: write an adapted struct with the container as a member, or
#include <cairn/describe/schema.hpp>

#include <string>
#include <vector>

struct route : std::vector<std::string> {
#ifndef ACCEPT
    int cost = 0;
#endif
};

struct task {
    int id = 0;
    route way{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, way);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
