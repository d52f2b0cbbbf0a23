// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: floating point numbers are not exact enough for a key: use an integer
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{rank}">);
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
