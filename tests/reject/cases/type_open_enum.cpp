// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: the compiler chooses the size of this enum: fix its type
#include <cairn/describe/schema.hpp>

#include <cstdint>

enum loose { a, b };
enum class fixed { a, b };

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    fixed mode = fixed::a;
};
BOOST_HANA_ADAPT_STRUCT(task, id, mode);
#else
struct task {
    std::uint64_t id = 0;
    loose mode = a;
};
BOOST_HANA_ADAPT_STRUCT(task, id, mode);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
