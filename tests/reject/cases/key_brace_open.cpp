// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: the braces do not match: write each field as \{member\}
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
