// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::schema: a store takes a schema: write struct app : cairn::schema<model, model>
#include "../model.hpp"

struct user {
    std::string name;
};
BOOST_HANA_ADAPT_STRUCT(user, name);

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {};

#ifdef ACCEPT
inline constexpr auto count = cairn::model_count<app>;
#else
inline constexpr auto count = cairn::model_count<task>; // here
#endif
