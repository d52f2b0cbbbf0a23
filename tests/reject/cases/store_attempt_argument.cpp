// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about transaction: cairn::attempt: the closure takes nothing, or the transaction by reference: write .*
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
    db.write([](auto& tx) {
        tx.attempt([] {});
        tx.attempt([](auto& inside) { inside[tasks].clear(); });
    });
#else
    db.write([](auto& tx) { tx.attempt([](int) {}); }); // here
#endif
}
