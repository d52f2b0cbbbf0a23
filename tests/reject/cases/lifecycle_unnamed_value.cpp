// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::lifecycle: cairn::enum_names does not name this value: add it there
#include "../model.hpp"

template <>
inline constexpr auto cairn::enum_names<status> = cairn::names<status>({
    {status::open, "open"},
#ifdef ACCEPT
    {status::closed, "closed"},
#endif
});

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::lifecycle<"state">(cairn::from<status::open>.to<status::closed>));

struct app : cairn::schema<task> {}; // here
