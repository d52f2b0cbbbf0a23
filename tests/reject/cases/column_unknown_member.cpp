// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::column: the model has no member of this name: write column<"member">
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::column<"rank">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::column<"ranks">);
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
