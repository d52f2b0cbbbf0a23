// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::schema: the model is not in this schema: add it
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
struct app : cairn::schema<user, task> {};
#else
struct app : cairn::schema<user> {};
#endif

inline constexpr auto place = cairn::ordinal_in<app, task>; // here
