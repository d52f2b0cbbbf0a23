// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::schema: two models have the same entity name, .*: rename one in its cairn::entity
#include "../model.hpp"

struct user {
    std::string name;
};
BOOST_HANA_ADAPT_STRUCT(user, name);

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<user> = cairn::entity<"user">(cairn::key<"user:{name}">);
#else
template <>
inline constexpr auto cairn::descriptor<user> = cairn::entity<"Task">(cairn::key<"user:{name}">);
#endif

struct app : cairn::schema<task, user> {}; // here
