// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::unique: another unique has the same members, so both say the same: remove one
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::unique<"a", "chain", "state">,
    cairn::index<"b", "state", "chain">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::unique<"a", "chain", "state">,
    cairn::unique<"b", "state", "chain">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
