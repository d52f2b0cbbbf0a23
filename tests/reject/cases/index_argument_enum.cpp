// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::key, cairn::index: the member is an enum: write a value of the same enum
#include "../model.hpp"

#include <cairn/describe/key.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{chain}/{id}">, cairn::index<"queue", "state", "created_at">,
    cairn::index<"notes", "note", "rank">);

struct app : cairn::schema<task> {};
using namespace cairn::literals;

#ifdef ACCEPT
auto answer() { return cairn::make_index_row<task, 0>(status::open); }
#else
auto answer() { return cairn::make_index_row<task, 0>(color::red); } // here
#endif
