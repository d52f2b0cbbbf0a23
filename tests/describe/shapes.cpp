// SPDX-License-Identifier: BSL-1.0
// What a descriptor says, as a shape.
#include "models.hpp"

#include <cairn/describe/lifecycle.hpp>
#include <cairn/describe/type_text.hpp>

#include <doctest/doctest.h>

namespace {

using cairn::shape_of;
using test::job;

constexpr auto const& jobs = shape_of<job>;

template <class T>
std::string text_of_type()
{
    char text[200]{};
    cairn::detail::text_writer writer{text};
    cairn::detail::write_type<T>(writer);
    return {text, writer.size};
}

std::vector<int> ordinals(cairn::array_view<std::uint8_t> list)
{
    return {list.begin(), list.end()};
}

struct money {
    std::int64_t cents;
};

struct first_app : cairn::schema<job, test::counter, test::settings> {};
struct second_app : cairn::schema<> {};

bool may(test::state from, test::state to)
{
    return cairn::may_change(jobs, static_cast<int>(from), static_cast<int>(to));
}

} // namespace

template <>
inline constexpr auto cairn::foreign<money> = cairn::cereal_format<"money", 2>;

static_assert(cairn::described<job>);
static_assert(cairn::diagnose<job>() == cairn::fault::none);
static_assert(!cairn::described<int>);
static_assert(cairn::reflected<test::part> && !cairn::reflected<std::string>);
static_assert(cairn::member_count<job> == 8);
static_assert(std::is_same_v<cairn::member_type<job, 1>, test::state>);
static_assert(cairn::member_name<job, 7> == "token");

TEST_CASE("a shape has the name, the version and the members in the order of declaration")
{
    CHECK(jobs.name == "job");
    CHECK(jobs.version == 3);
    CHECK(shape_of<test::counter>.version == 1);
    REQUIRE(jobs.members.size() == 8);
    CHECK(jobs.members[0].name == "id");
    CHECK(jobs.members[4].type.kind == cairn::scalar::none);
}

TEST_CASE("key, indexed, unique, declared and lifecycle members have columns")
{
    CHECK(ordinals(jobs.columns) == std::vector{0, 1, 2, 5, 6});
    CHECK(jobs.members[0].key);
    CHECK_FALSE(jobs.members[1].key);
    CHECK(jobs.members[7].secret);
    CHECK_FALSE(jobs.members[7].column);
    CHECK(shape_of<test::settings>.columns.empty());
}

TEST_CASE("indexes and uniques come in the order of the descriptor")
{
    REQUIRE(jobs.indexes.size() == 2);
    CHECK(jobs.indexes[0].name == "queue");
    CHECK_FALSE(jobs.indexes[0].unique);
    CHECK(ordinals(jobs.indexes[0].columns()) == std::vector{1, 2});
    CHECK(jobs.indexes[1].unique);
    CHECK(ordinals(jobs.indexes[1].columns()) == std::vector{5});
}

TEST_CASE("a key schema is taken apart")
{
    auto const& wide = shape_of<test::wide_key>.key;
    CHECK(wide.size == 8);
    CHECK(wide.literals[0] == "/w/");
    CHECK(wide.literals[2] == ",");
    CHECK(wide.literals[8] == "/end");
    CHECK(shape_of<test::settings>.key.size == 0);
    CHECK(shape_of<test::settings>.key.literals[0] == "/settings/current");
}

TEST_CASE("one signed integer as the key is the sequence")
{
    CHECK(shape_of<test::counter>.key.is_sequence);
    CHECK_FALSE(jobs.key.is_sequence);
    CHECK_FALSE(shape_of<test::wide_key>.key.is_sequence);
}

TEST_CASE("a lifecycle lets through what it declares and what does not change")
{
    using enum test::state;
    CHECK(jobs.lifecycle == 1);
    CHECK(may(pending, processing));
    CHECK(may(processing, completed));
    CHECK(may(failed, failed));
    CHECK_FALSE(may(processing, pending));
    CHECK_FALSE(may(completed, processing));
    CHECK(cairn::may_change(shape_of<test::counter>, 1, 2));
}

TEST_CASE("an enum's names are found by its member, also through an optional")
{
    CHECK(jobs.enumerators(1).size() == 4);
    CHECK(jobs.enumerators(1)[1].name == "in progress");
    CHECK(jobs.enumerators(0).empty());
    CHECK(shape_of<test::wide_key>.enumerators(4).empty());
}

TEST_CASE("a type is told in words that are the same everywhere")
{
    CHECK(text_of_type<long>() == "i64");
    CHECK(text_of_type<bool>() == "bool");
    CHECK(text_of_type<std::byte>() == "u8");
    CHECK(text_of_type<float>() == "f32");
    CHECK(text_of_type<std::array<std::byte, 32>>() == "bytes32");
    CHECK(text_of_type<std::vector<std::optional<std::uint32_t>>>() == "vector<optional<u32>>");
    CHECK(text_of_type<std::optional<std::string>>() == "optional<string>");
    CHECK(text_of_type<std::array<int, 3>>() == "array3<i32>");
    CHECK(text_of_type<std::unordered_map<int, bool>>() == "map<i32,bool>");
    CHECK(text_of_type<std::unordered_set<int>>() == "set<i32>");
    CHECK(text_of_type<std::tuple<int, std::pair<bool, bool>>>() == "tuple<i32,tuple<bool,bool>>");
    CHECK(text_of_type<cairn::timestamp>() == "time:i64/1000000000");
    CHECK(text_of_type<std::chrono::minutes>() == "duration:i64*60");
    CHECK(text_of_type<std::chrono::duration<double>>() == "duration:f64");
    CHECK(text_of_type<test::side>() == "enum:i8{}");
    CHECK(text_of_type<money>() == "cereal:money@2");
}

TEST_CASE("the members of a shape carry their types in words")
{
    CHECK(jobs.members[1].type_text == "enum:u8{pending=0,in%20progress=1,completed=2,failed=3}");
    CHECK(jobs.members[4].type_text == "vector<{number:u16,label:string}>");
    CHECK(shape_of<test::settings>.members[0].type_text == "map<string,variant<nothing,bool,i32>>");
}

TEST_CASE("a schema knows its models by their place")
{
    CHECK(cairn::model_count<first_app> == 3);
    CHECK(cairn::model_count<second_app> == 0);
    CHECK(cairn::shapes_of<first_app>[1] == &shape_of<test::counter>);
    CHECK(cairn::ordinal_in<first_app, test::settings> == 2);
}

TEST_CASE("an index is found by its name")
{
    using namespace cairn::literals;
    CHECK(cairn::index_ordinal<job, decltype("queue"_by)> == 0);
    CHECK(cairn::index_ordinal<job, decltype("by_digest"_by)> == 1);
}
