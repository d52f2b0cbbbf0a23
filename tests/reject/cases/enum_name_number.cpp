// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::enum_names: a name that is empty or begins like a number
#include <cairn/describe/schema.hpp>

#include <cstdint>

enum class mode : std::uint8_t { a, b };

template <>
inline constexpr auto cairn::enum_names<mode> = cairn::names<mode>(
#ifdef ACCEPT
    {{mode::a, "up7"}}
#else
    {{mode::a, "7up"}}
#endif
);

struct task {
    std::uint64_t id = 0;
    mode state = mode::a;
};
BOOST_HANA_ADAPT_STRUCT(task, id, state);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
