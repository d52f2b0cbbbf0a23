// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::repository::by: the model has no index or unique of this name: add cairn::index
#include "../model.hpp"

#include <cairn/describe/key.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{chain}/{id}">, cairn::index<"queue", "state", "created_at">,
    cairn::index<"notes", "note", "rank">);

struct app : cairn::schema<task> {};
using namespace cairn::literals;

#ifdef ACCEPT
auto answer() { return cairn::index_ordinal<task, decltype("queue"_by)>; }
#else
auto answer() { return cairn::index_ordinal<task, decltype("queu"_by)>; } // here
#endif
