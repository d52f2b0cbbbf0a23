// SPDX-License-Identifier: BSL-1.0
// error, at most 40 lines, about money: cairn::foreign: no cereal functions are known for a type of a member: include <cairn/cereal.hpp>, and .*
#include <cairn/describe/schema.hpp>

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

#ifdef ACCEPT
#include <cairn/cereal.hpp>
#endif

struct money {
    std::int64_t cents = 0;
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(cents);
    }
};
template <>
inline constexpr auto cairn::foreign<money> = cairn::cereal_format<"money", 1>;

struct task {
    std::uint64_t id = 0;
    money price{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, price);

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {};

void open()
{
    auto db = cairn::store<app, cairn::memory>{}; // here
}
