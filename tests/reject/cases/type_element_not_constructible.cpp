// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a model is made before it is read, .*: give it one
#include <cairn/describe/schema.hpp>

#include <vector>

struct pen {
    explicit pen(int c) : color{c} {}
#ifdef ACCEPT
    pen() = default;
#endif
    int color = 0;
};
template <>
inline constexpr auto cairn::foreign<pen> = cairn::cereal_format<"pen", 1>;

struct task {
    int id = 0;
    pen first{1};
    std::vector<pen> pens{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, first, pens);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
