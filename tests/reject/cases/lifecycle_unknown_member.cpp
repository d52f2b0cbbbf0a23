// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::lifecycle: the model has no member of this name: write lifecycle<"member">
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::lifecycle<"state">(cairn::from<status::open>.to<status::closed>));
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::lifecycle<"status">(cairn::from<status::open>.to<status::closed>));
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
