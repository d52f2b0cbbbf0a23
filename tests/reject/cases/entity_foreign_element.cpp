// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::entity: every argument is an element of a descriptor: write version<1>
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::version<7>);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    7);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
