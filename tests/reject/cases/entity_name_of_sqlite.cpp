// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::entity: names that begin with sqlite_ belong to SQLite: choose another
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task_sqlite">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"SQLite_task">( // here
    cairn::key<"task:{id}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
