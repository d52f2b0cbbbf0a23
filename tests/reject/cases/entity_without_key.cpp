// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::entity: a descriptor needs a key: add cairn::key<"task:\{member\}">
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::version<1>,
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::version<1>);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
