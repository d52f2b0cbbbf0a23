// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::column: a column needs a member: write column<"member">
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::column<"rank">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::column<>);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
