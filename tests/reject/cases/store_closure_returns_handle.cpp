// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::store: a closure may not return a transaction, repository or range, which is dead when the closure returns: return records, for instance range.to_vector\(\)
#include "../model.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;

auto use(cairn::store<app, cairn::memory>& db)
{
#ifdef ACCEPT
    return db.read([](auto& view) { return view[tasks].scan().to_vector(); });
#else
    return db.read([](auto& view) { return view[tasks].scan(); }); // here
#endif
}
