// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about counter: cairn::recovery: name the records that the state is rebuilt from: records\(table\)
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
    static_cast<void>(cairn::recovery<counter>("s", 1, cairn::records(tasks)));
#else
    static_cast<void>(cairn::recovery<counter>("s", 1)); // here
#endif
}
