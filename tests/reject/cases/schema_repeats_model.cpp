// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::schema: a model stands twice: name each model once
#include "../model.hpp"

struct user {
    std::string name;
};
BOOST_HANA_ADAPT_STRUCT(user, name);

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

template <>
inline constexpr auto cairn::descriptor<user> = cairn::entity<"user">(cairn::key<"user:{name}">);

#ifdef ACCEPT
struct app : cairn::schema<task, user> {};
#else
struct app : cairn::schema<task, user, task> {}; // here
#endif
