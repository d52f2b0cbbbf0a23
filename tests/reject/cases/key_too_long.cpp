// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: a key has at most 8 fields
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"{id}/{chain}/{state}/{created_at}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
