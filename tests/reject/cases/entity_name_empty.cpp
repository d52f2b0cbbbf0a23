// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::entity: the name is 1 to 64 letters
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"">( // here
    cairn::key<"task:{id}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
