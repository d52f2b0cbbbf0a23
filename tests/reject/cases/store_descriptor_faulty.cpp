// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key: the model has no member of this name
#include "../model.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

#ifdef ACCEPT
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{id}">, cairn::index<"queue", "state", "created_at">);
#else
template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{name}">, cairn::index<"queue", "state", "created_at">);
#endif

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
using namespace cairn::literals;

void use(cairn::store<app, cairn::memory>& db)
{
    db[tasks].insert(task{.id = "a"});
    db.write([](auto& tx) { tx[tasks].update("a", [](task& t) { t.rank = 1; }); });
    for (auto const& t : db[tasks].by("queue"_by, status::open)) static_cast<void>(t.id);
    static_cast<void>(db[tasks].find("a"));
}
