// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::index: another index or unique has this name: give each a name of its own
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::index<"queue", "chain">,
    cairn::index<"queue2", "state">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::index<"queue", "chain">,
    cairn::index<"Queue", "state">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
