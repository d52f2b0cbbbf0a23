// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: a field has no name: write the member between the braces
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
