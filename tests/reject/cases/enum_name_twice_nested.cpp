// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::enum_names: two values have one name: give each a name of its own
#include <cairn/describe/schema.hpp>

#include <cstdint>
#include <vector>

enum class mode : std::uint8_t { a, b };

template <>
inline constexpr auto cairn::enum_names<mode> = cairn::names<mode>(
#ifdef ACCEPT
    {{mode::a, "a"}, {mode::b, "b"}}
#else
    {{mode::a, "a"}, {mode::b, "a"}}
#endif
);

struct task {
    std::uint64_t id = 0;
    std::vector<mode> states{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, states);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
