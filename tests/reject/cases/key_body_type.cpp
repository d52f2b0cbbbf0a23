// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: a key field is a bool, integer, enum, .*: choose another member
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{tags}">);
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
