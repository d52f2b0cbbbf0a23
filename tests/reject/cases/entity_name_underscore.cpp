// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::entity: the name is .* begins with a letter
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task_">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"_task">( // here
    cairn::key<"task:{id}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
