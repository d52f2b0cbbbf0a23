// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a member is of a type that cannot be stored: .* cairn::foreign<T>
#include <cairn/describe/schema.hpp>

#include <map>
#include <cstdint>

struct plain {};
struct formed {};
template <>
inline constexpr auto cairn::foreign<formed> = cairn::cereal_format<"formed", 1>;

#ifdef ACCEPT
struct task {
    std::uint64_t id = 0;
    std::map<int, formed> parts{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, parts);
#else
struct task {
    std::uint64_t id = 0;
    std::map<int, plain> parts{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, parts);
#endif

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
inline constexpr auto tasks = cairn::table<task>;
