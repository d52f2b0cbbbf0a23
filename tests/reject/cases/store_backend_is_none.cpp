// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::store: the second argument is no backend: use cairn::memory, cairn::sqlite, cairn::any, or a type that models cairn::backend
#include "../model.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;

void use()
{
#ifdef ACCEPT
    auto db = cairn::store<app, cairn::memory>{};
#else
    auto db = cairn::store<app, task>{}; // here
#endif
    db[tasks].insert({.id = "a"});
}
