// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about checkpoint_writer: cairn::checkpoint_writer: a value of this type cannot be stored: put its parts, or adapt it with BOOST_HANA_ADAPT_STRUCT
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

void save(cairn::checkpoint_writer& out, int const* place)
{
#ifdef ACCEPT
    out.put(*place);
#else
    out.put(place); // here
#endif
}
