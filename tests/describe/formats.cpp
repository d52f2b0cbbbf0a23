// SPDX-License-Identifier: BSL-1.0
// What decides how a type is stored: its declared format, its container, its enums.
#include <cairn/describe/schema.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace {

using cairn::fault;
using cairn::detail::fault_of_type;
using cairn::detail::write_type;

template <class T>
std::string text_of()
{
    auto count = cairn::detail::text_writer{};
    write_type<T>(count);
    auto out = std::string(count.size, ' ');
    auto to = cairn::detail::text_writer{out.data()};
    write_type<T>(to);
    return out;
}

/// Looks like a vector, and has a format of its own.
struct tags : std::vector<std::string> {
    int rank = 0;
};
/// A container of itself, as a JSON value is.
struct tree : std::vector<tree> {
    int value = 0;
};
struct endless : std::vector<endless> {};

struct route : std::vector<std::string> {
    int cost = 0;
};
struct scores : std::map<std::string, int> {
    std::string best{};
};
struct plain_route : std::vector<std::string> {
    using std::vector<std::string>::vector;
};

struct pen {
    explicit pen(int c) : color{c} {}
    int color;
};

enum class letter : char { a = 'a', b = 'b' };
enum unsized { one, two };
enum class alike : std::uint8_t { first, second };
enum class hidden : std::uint8_t { first, second };

struct inner {
    std::map<int, alike> values{};
};

struct unassignable {
    int id = 0;
    int const kept = 4;
};

struct gate {
    std::int64_t id = 0;
    hidden state = hidden::first;
};

} // namespace

template <>
inline constexpr auto cairn::foreign<tags> = cairn::cereal_format<"tags", 2>;
template <>
inline constexpr auto cairn::foreign<tree> = cairn::cereal_format<"tree", 1>;
template <>
inline constexpr auto cairn::foreign<pen> = cairn::cereal_format<"pen", 1>;
template <>
inline constexpr auto cairn::enum_names<alike> =
    cairn::names<alike>({{alike::first, "same"}, {alike::second, "same"}});

BOOST_HANA_ADAPT_STRUCT(inner, values);
BOOST_HANA_ADAPT_STRUCT(unassignable, id);
BOOST_HANA_ADAPT_STRUCT(gate, id, state);

template <>
inline constexpr auto cairn::descriptor<unassignable> =
    cairn::entity<"unassignable">(cairn::key<"u/{id}">);
template <>
inline constexpr auto cairn::descriptor<gate> = cairn::entity<"gate">(
    cairn::key<"gate/{id}">,
    cairn::lifecycle<"state">(cairn::from<hidden::first>.to<hidden::second>));

TEST_CASE("a declared format counts for a type that looks like a container")
{
    CHECK(fault_of_type<tags>() == fault::none);
    CHECK(text_of<tags>() == "cereal:tags@2");
    CHECK(text_of<std::map<std::int32_t, tags>>() == "map<i32,cereal:tags@2>");
    CHECK(fault_of_type<tree>() == fault::none);
    CHECK(text_of<std::vector<tree>>() == "vector<cereal:tree@1>");
    CHECK(fault_of_type<endless>() == fault::recursive_type);
}

TEST_CASE("a class derived from a container has no members of its own, or a declared format")
{
    CHECK(fault_of_type<route>() == fault::container_with_members);
    CHECK(fault_of_type<scores>() == fault::container_with_members);
    CHECK(fault_of_type<std::optional<std::vector<route>>>() == fault::container_with_members);
    CHECK(fault_of_type<plain_route>() == fault::none);
    CHECK(text_of<plain_route>() == "vector<string>");
}

TEST_CASE("containers with several elements of one key have a text of their own")
{
    CHECK(text_of<std::map<std::int32_t, bool>>() == "map<i32,bool>");
    CHECK(text_of<std::multimap<std::int32_t, bool>>() == "multimap<i32,bool>");
    CHECK(text_of<std::unordered_map<std::int32_t, bool>>() == "map<i32,bool>");
    CHECK(text_of<std::unordered_multimap<std::int32_t, bool>>() == "multimap<i32,bool>");
    CHECK(text_of<std::set<std::int32_t>>() == "set<i32>");
    CHECK(text_of<std::multiset<std::int32_t>>() == "multiset<i32>");
}

TEST_CASE("the names of an enum are checked wherever it stands in a member")
{
    CHECK(fault_of_type<alike>() == fault::enum_name_twice);
    CHECK(fault_of_type<std::optional<alike>>() == fault::enum_name_twice);
    CHECK(fault_of_type<std::vector<alike>>() == fault::enum_name_twice);
    CHECK(fault_of_type<std::vector<std::optional<alike>>>() == fault::enum_name_twice);
    CHECK(fault_of_type<std::tuple<int, inner>>() == fault::enum_name_twice);
}

TEST_CASE("an enum is refused for its own reason: a character, or no written size")
{
    CHECK(fault_of_type<letter>() == fault::character_type);
    CHECK(fault_of_type<std::vector<letter>>() == fault::character_type);
    CHECK(fault_of_type<unsized>() == fault::open_enum_type);
}

TEST_CASE("a model is assigned, and what containers hold is made before it is read")
{
    CHECK(cairn::diagnose<unassignable>() == fault::not_copyable);
    CHECK(fault_of_type<pen>() == fault::none);
    CHECK(fault_of_type<std::vector<pen>>() == fault::not_constructible);
    CHECK(fault_of_type<std::map<int, pen>>() == fault::not_constructible);
    CHECK(fault_of_type<std::pair<int, pen>>() == fault::none);
    CHECK(fault_of_type<std::vector<std::pair<int, pen>>>() == fault::not_constructible);
}

TEST_CASE("a lifecycle knows the values of an enum that no other file sees")
{
    CHECK(cairn::diagnose<gate>() == fault::none);
    CHECK(cairn::detail::is_enumerator<hidden::second>);
    CHECK_FALSE(cairn::detail::is_enumerator<static_cast<hidden>(2)>);
    CHECK_FALSE(cairn::detail::is_enumerator<static_cast<hidden>(17)>);
}
