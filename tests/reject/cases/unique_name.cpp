// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::unique: the name is 1 to 64 letters, .*: write unique<"name", "member">
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::unique<"the-queue", "chain">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::unique<"the queue", "chain">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
