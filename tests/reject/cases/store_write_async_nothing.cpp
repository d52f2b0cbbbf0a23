// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about transaction: cairn::store: the closure takes the transaction, or in read the snapshot, by reference: write .*
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
    db.write_async([&](auto& tx) { tx[tasks].clear(); }).get();
#else
    db.write_async([&] { db[tasks].clear(); }).get(); // here
#endif
}
