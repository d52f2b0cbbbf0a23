// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::index: a member of this type has no order in the database: (index|use) a bool
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::index<"queue", "note", "rank">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::index<"queue", "tags">);
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
