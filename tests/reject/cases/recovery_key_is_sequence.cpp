// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about numbered: cairn::records: a model whose key is one signed integer is numbered by its key and not in the order of insertion, so that what came since a checkpoint cannot be found: make the key unsigned
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

struct numbered {
    std::int64_t id = 0;
};
BOOST_HANA_ADAPT_STRUCT(numbered, id);
template <>
inline constexpr auto cairn::descriptor<numbered> =
    cairn::entity<"numbered">(cairn::key<"numbered:{id}">);

void ask()
{
#ifdef ACCEPT
    static_cast<void>(cairn::recovery<counter>("s", 1, cairn::records(tasks)));
#else
    static_cast<void>(cairn::records(cairn::table<numbered>)); // here
#endif
}
