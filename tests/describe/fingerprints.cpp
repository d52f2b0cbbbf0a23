// SPDX-License-Identifier: BSL-1.0
// The texts whose hashes a catalog keeps, and how two of them differ.
#include "models.hpp"

#include <cairn/describe/fingerprint.hpp>

#include <doctest/doctest.h>

using cairn::shape_of;

TEST_CASE("the record's text has members, types, order and key, but no names of enums")
{
    CHECK(
        cairn::record_text(shape_of<test::job>)
        == "record\n"
           "member id string\n"
           "member status enum:u8\n"
           "member created_at time:i64/1000000000\n"
           "member score optional<u32>\n"
           "member parts vector<{number:u16,label:string}>\n"
           "member digest bytes4\n"
           "member weight f64\n"
           "member token string\n"
           "key id\n");
    CHECK(
        cairn::record_text(shape_of<test::settings>)
        == "record\nmember values map<string,variant<nothing,bool,i32>>\nkey\n");
}

TEST_CASE("the table's text has columns, indexes and uniques")
{
    CHECK(
        cairn::table_text(shape_of<test::job>)
        == "table\ncolumn id\ncolumn status\ncolumn created_at\ncolumn digest\ncolumn weight\n"
           "index queue status created_at\nunique by_digest digest\n");
}

TEST_CASE("the members' text explains a file by itself")
{
    CHECK(cairn::members_text(shape_of<test::counter>) == "member number i64\nmember value u64\n");
    CHECK(cairn::members_text(shape_of<test::job>).find("in%20progress=1") != std::string::npos);
}

TEST_CASE("names of enums inside of types are left out, and nothing else")
{
    using cairn::detail::layout_text;
    CHECK(
        layout_text("map<enum:u8{a=0,b=1},{xenum:u8,e:enum:i64{}}>")
        == "map<enum:u8,{xenum:u8,e:enum:i64}>");
    CHECK(layout_text("{xenum:{a:u8}}") == "{xenum:{a:u8}}");
}

TEST_CASE("two texts differ by sentences")
{
    auto const before = "record\nmember a u8\nmember b u8\nmember c string\nkey a\n";
    auto const after = "record\nmember c string\nmember a u16\nmember d u8\nkey a c\n";
    CHECK(
        cairn::text_differences(before, after)
        == std::vector<std::string>{
            "member a: (u8) in the file, (u16) in the program",
            "member b is in the file, not in the program",
            "key: (a) in the file, (a c) in the program",
            "member d is in the program, not in the file", "the members stand in another order"});
    CHECK(cairn::text_differences(before, before).empty());
}
