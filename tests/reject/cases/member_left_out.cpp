// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a member of the struct is not adapted: add it to BOOST_HANA_ADAPT_STRUCT, .*cairn::left_out<T> = cairn::members<&T::member>
#include <cairn/describe/schema.hpp>

#include <string>

struct task {
    std::string id;
    int attempts = 0;
    std::string note{};
};
#ifndef ACCEPT
BOOST_HANA_ADAPT_STRUCT(task, id, note);
#else
BOOST_HANA_ADAPT_STRUCT(task, id, attempts, note);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
