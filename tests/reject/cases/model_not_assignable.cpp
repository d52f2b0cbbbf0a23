// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a model is copied in and out, .* assignable: remove or replace the member that is not
#include <cairn/describe/schema.hpp>

struct task {
    int id = 0;
#ifndef ACCEPT
    int const limit = 4;
#else
    static constexpr int limit = 4;
#endif
};
BOOST_HANA_ADAPT_STRUCT(task, id);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
