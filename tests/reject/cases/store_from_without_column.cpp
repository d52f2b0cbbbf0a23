// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::range: every column of this index is fixed, there is none left to bound
#include "../model.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::key<"task:{chain}/{id}">, cairn::index<"queue", "state", "created_at">);

struct user {
    std::string name;
};
BOOST_HANA_ADAPT_STRUCT(user, name);

template <>
inline constexpr auto cairn::descriptor<user> = cairn::entity<"user">(cairn::key<"user:{name}">);

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;
inline constexpr auto users = cairn::table<user>;
using namespace cairn::literals;

void ask(cairn::store<app, cairn::memory>& db)
{
#ifdef ACCEPT
    static_cast<void>(db[tasks].prefix(7).from("8").first());
#else
    static_cast<void>(db[tasks].prefix(7, "8").from(9).first()); // here
#endif
}
