// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::lifecycle: the enum does not declare this value: write from<e::a>\.to<e::b>
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
    cairn::lifecycle<"state">(cairn::from<status::open>.to<status{7}>));
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
