// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a steady clock starts anew with the machine: use cairn::timestamp
#include <cairn/describe/schema.hpp>

#include <chrono>
#include <cstdint>

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::chrono::system_clock::time_point at{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, at);
#else
struct task {
    std::uint64_t id = 0;
    std::chrono::steady_clock::time_point at{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, at);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
