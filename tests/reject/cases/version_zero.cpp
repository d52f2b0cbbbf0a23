// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::version: versions count from 1: write cairn::version<1>
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::version<1>,
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::version<0>,
    cairn::key<"task:{id}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
