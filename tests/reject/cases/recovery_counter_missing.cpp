// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::records: every column of this index has a value, there is none left that could count changes: give changed_by fewer values
#include "../model.hpp"

#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{chain}/{id}">, cairn::index<"queue", "state", "created_at">,
    cairn::index<"named", "note">);

inline constexpr auto tasks = cairn::table<task>;
using namespace cairn::literals;

struct counter {
    std::uint64_t tasks = 0;
    void apply(task const&) { ++tasks; }
};
BOOST_HANA_ADAPT_STRUCT(counter, tasks);

void ask()
{
#ifdef ACCEPT
    static_cast<void>(cairn::records(tasks).changed_by("queue"_by, status::open));
#else
    static_cast<void>(cairn::records(tasks).changed_by("queue"_by, status::open, cairn::timestamp{})); // here
#endif
}
