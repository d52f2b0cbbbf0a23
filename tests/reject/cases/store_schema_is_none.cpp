// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::schema: a store takes a schema: write struct app : cairn::schema
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
    auto db = cairn::store<task, cairn::memory>{}; // here
#endif
    db[tasks].insert({.id = "a"});
    db.write([](auto& tx) { tx[tasks].put({.id = "a"}); });
}
