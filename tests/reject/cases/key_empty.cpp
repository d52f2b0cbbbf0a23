// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: the key schema is empty: write its path
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"/tasks/current">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
