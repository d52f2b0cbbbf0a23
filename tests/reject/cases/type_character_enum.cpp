// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a character type has another size or sign on another machine: use std::string, std::int8_t or std::uint8_t
#include <cairn/describe/schema.hpp>

#include <cstdint>

#ifndef ACCEPT
enum class kind : char { a, b };
#else
enum class kind : std::uint8_t { a, b };
#endif

struct task {
    int id = 0;
    kind is = kind::a;
};
BOOST_HANA_ADAPT_STRUCT(task, id, is);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
