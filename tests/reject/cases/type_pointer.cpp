// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: pointers and references mean nothing once the program has ended: use the value
#include <cairn/describe/schema.hpp>

#include <optional>
#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::optional<int> next{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, next);
#else
struct task {
    std::uint64_t id = 0;
    int* next = nullptr;
};
BOOST_HANA_ADAPT_STRUCT(task, id, next);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
