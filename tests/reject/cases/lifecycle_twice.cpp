// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::lifecycle: a model has one lifecycle: put all changes into one
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
    cairn::lifecycle<"state">(cairn::from<status::open>.to<status::closed>),
    cairn::lifecycle<"state">(cairn::from<status::open>.to<status::closed>));
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
