// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about deaf: cairn::recovery: the state has no apply\(Model const&\) for one of the models that it is rebuilt from
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

struct deaf {
    std::uint64_t tasks = 0;
};
BOOST_HANA_ADAPT_STRUCT(deaf, tasks);

void ask()
{
#ifdef ACCEPT
    static_cast<void>(cairn::recovery<counter>("s", 1, cairn::records(tasks)));
#else
    static_cast<void>(cairn::recovery<deaf>("s", 1, cairn::records(tasks))); // here
#endif
}
