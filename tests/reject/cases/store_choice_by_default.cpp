// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about one_of: cairn::store: the backend is chosen when the store is opened: give it the options of one, such as cairn::sqlite_options.*
#include "../model.hpp"

#include <cairn/any.hpp>
#include <cairn/cairn.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;

void use()
{
#ifdef ACCEPT
    auto db = cairn::store<app, cairn::any>{cairn::memory_options{}};
#else
    auto db = cairn::store<app, cairn::any>{}; // here
#endif
    db[tasks].insert({.id = "a"});
}
