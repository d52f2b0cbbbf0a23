// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about int: cairn::tolerate: the function takes the error of a damaged record: write .*
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
    static_cast<void>(db[tasks].scan().tolerate([](cairn::corrupt_record const&) {}));
#else
    static_cast<void>(db[tasks].scan().tolerate([](int) {})); // here
#endif
}
