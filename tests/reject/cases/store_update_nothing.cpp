// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::update: the last argument is a function that takes the record by reference, not const, to change it: write .*
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
    db[tasks].update("8", [](auto& t) { t.rank = 1; });
#else
    db[tasks].update("8", [] {}); // here
#endif
}
