// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::index: an? index has at most 8 members: leave some out
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::index<"queue", "chain", "rank", "note", "state">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::index<"queue", "a", "b", "c", "d", "e", "f", "g", "h", "i">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
