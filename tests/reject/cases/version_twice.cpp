// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::version: a descriptor has one version: keep
#include "../model.hpp"

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::version<2>,
    cairn::key<"task:{id}">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">( // here
    cairn::version<1>,
    cairn::key<"task:{id}">,
    cairn::version<2>);
#endif

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
