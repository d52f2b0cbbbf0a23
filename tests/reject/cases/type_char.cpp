// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a character type has another size or sign
#include <cairn/describe/schema.hpp>

#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::uint8_t letter = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, letter);
#else
struct task {
    std::uint64_t id = 0;
    char letter = 0;
};
BOOST_HANA_ADAPT_STRUCT(task, id, letter);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
