// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: a key field always has a value: use the type without std::optional
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{note}">);
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
