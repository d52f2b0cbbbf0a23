// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a model is made before it is read, .*: give it one
#include <cairn/describe/schema.hpp>

struct task {
#ifdef ACCEPT
    task() = default;
#endif
    explicit task(int number) : id{number} {}
    int id = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
