// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about char: cairn::by: this is no name of an index: write by.*
#include "../model.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">, cairn::index<"queue", "state">);

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
using namespace cairn::literals;

void ask(cairn::store<app, cairn::memory>& db)
{
#ifdef ACCEPT
    auto n = db[tasks].by("queue"_by).count(), m = n; static_cast<void>(m);
#else
    auto n = db[tasks].by("queue").count(), m = n; static_cast<void>(m); // here
#endif
}
