// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::entity: every argument is an element of a descriptor: write .*lifecycle<"member">
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::lifecycle<"state">(cairn::from<status::open>.to<status::closed>));
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::lifecycle<"state">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
