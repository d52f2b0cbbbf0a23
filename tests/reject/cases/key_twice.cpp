// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: a descriptor has one key: keep one and write the others as cairn::unique
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">,
    cairn::unique<"by_chain", "chain">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::key<"task:{id}">,
    cairn::key<"{chain}">);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
