// SPDX-License-Identifier: BSL-1.0
// Keys made from what a caller writes, and keys as paths.
#include "models.hpp"

#include <cairn/describe/key_path.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <set>

namespace {

using cairn::cell;
using cairn::key_path;
using cairn::make_key;
using cairn::parse_key_path;
using cairn::shape_of;
using test::job;
using test::wide_key;

constexpr auto const& wide = shape_of<wide_key>;
using wide_tuple = cairn::key_of<wide_key>;

std::vector<std::byte> blob(std::initializer_list<int> values)
{
    std::vector<std::byte> out;
    for (int const v : values) out.push_back(static_cast<std::byte>(v));
    return out;
}

std::string path_of(wide_tuple const& key)
{
    return key_path(wide, make_key<wide_key>(key).view());
}

wide_tuple key_at(std::string_view path)
{
    auto const parsed = parse_key_path(wide, path);
    wide_tuple out;
    REQUIRE(cairn::read_key<wide_key>(parsed.view(), out));
    return out;
}

std::string random_text(std::mt19937& random)
{
    std::string text(random() % 6, '\0');
    for (char& c : text) {
        auto const any = static_cast<char>(random());
        c = random() % 3 == 0 ? "/:=|%,ae0"[random() % 9] : any;
    }
    return text;
}

wide_tuple random_key(std::mt19937& random)
{
    auto const byte = [&] { return static_cast<unsigned char>(random()); };
    std::vector<std::byte> bytes;
    for (auto n = random() % 4; n > 0; --n) bytes.push_back(static_cast<std::byte>(byte()));
    auto const large = (std::uint64_t{random()} << 32 | random()) >> random() % 64;
    return {
        random() % 2 == 0,
        static_cast<std::int8_t>(byte()),
        large,
        static_cast<test::state>(byte() % 6),
        static_cast<test::side>(byte()),
        random_text(random),
        {byte(), byte()},
        bytes};
}

std::string refusal(std::string_view path, cairn::shape const& s = wide)
{
    try {
        static_cast<void>(parse_key_path(s, path));
    } catch (cairn::invalid_argument const& e) {
        return e.what();
    }
    return "accepted";
}

bool says(std::string const& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

/// A good path, with one part replaced.
std::string path_with(std::string_view part, std::string_view other)
{
    std::string path = "/w/true/-5,7:pending/1/a=0aff|/end";
    auto const at = path.find(part);
    REQUIRE(at != path.npos);
    return path.replace(at, part.size(), other);
}

} // namespace

TEST_CASE("a key is made of what converts to its fields without loss")
{
    std::string const id = "0x01";
    CHECK(make_key<job>("0x01").values[0] == cell::of(std::string_view{"0x01"}));
    CHECK(make_key<job>(id).values == make_key<job>(std::string_view{id}).values);
    CHECK(make_key<job>(std::tuple{id}).values == make_key<job>(id).values);
    CHECK(make_key<test::counter>(7u).values[0] == cell::of(std::int64_t{7}));
    CHECK(make_key<test::counter>(std::int8_t{-7}).values[0] == cell::of(std::int64_t{-7}));
    CHECK(make_key<test::settings>().view().empty());
}

TEST_CASE("an integer out of the range of its field is an invalid argument that names the member")
{
    CHECK_THROWS_AS(
        static_cast<void>(make_key<test::counter>(std::numeric_limits<std::uint64_t>::max())),
        cairn::invalid_argument);
    CHECK_THROWS_AS(
        static_cast<void>(cairn::make_prefix<wide_key>(true, 128)), cairn::invalid_argument);
    try {
        static_cast<void>(cairn::make_prefix<wide_key>(true, 1, -1));
        FAIL("nothing was thrown");
    } catch (cairn::invalid_argument const& e) {
        CHECK(e.model() == "wide");
        CHECK(e.index() == "large");
    }
}

TEST_CASE("a leading part of a key is a prefix")
{
    CHECK(cairn::make_prefix<wide_key>().view().empty());
    CHECK(cairn::make_prefix<wide_key>(true, 3).view().size() == 2);
}

TEST_CASE("values of an index are made of what converts to its members")
{
    using namespace std::chrono_literals;
    auto const row = cairn::make_index_row<job, 0>(
        test::state::failed, std::chrono::sys_seconds{2s});
    CHECK(row.values[0] == cell::of(std::uint64_t{3}));
    CHECK(row.values[1] == cell::of(std::int64_t{2'000'000'000}));
    CHECK(cairn::make_value<job, 3>(std::nullopt).is_null());
    CHECK(cairn::make_value<job, 3>(std::optional<int>{}).is_null());
    CHECK(cairn::make_value<job, 3>(5) == cell::of(std::uint64_t{5}));
    CHECK(cairn::make_value<job, 6>(2) == cell::of(2.0));
}

TEST_CASE("a value that does not fit its member is an invalid argument")
{
    auto const far = std::chrono::sys_time<std::chrono::hours>{std::chrono::hours::max()};
    auto const three = blob({1, 2, 3});
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(static_cast<void>(cairn::make_value<job, 2>(far)), cairn::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(cairn::make_value<job, 5>(three)), cairn::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(cairn::make_value<job, 6>(nan)), cairn::invalid_argument);
    CHECK_THROWS_AS(
        static_cast<void>(cairn::make_value<job, 6>((std::int64_t{1} << 53) + 1)),
        cairn::invalid_argument);
    CHECK_THROWS_AS(
        static_cast<void>(make_key<job>(static_cast<char const*>(nullptr))),
        cairn::invalid_argument);
}

TEST_CASE("a key prints as its path")
{
    wide_tuple const key{
        true,
        -5,
        std::numeric_limits<std::uint64_t>::max(),
        test::state::processing,
        test::side::left,
        std::string("a/b\0~", 5),
        {0x0a, 0xff},
        blob({})};
    CHECK(path_of(key) == "/w/true/-5,18446744073709551615:in%20progress/-1/a%2Fb%00~=0aff|/end");
    CHECK(key_path(shape_of<test::settings>, {}) == "/settings/current");
    CHECK(key_path(wide, cairn::make_prefix<wide_key>(true, 3).view()) == "/w/true/3,");
}

TEST_CASE("an enum's value without a name prints as a number")
{
    auto const key = cairn::make_prefix<wide_key>(false, 0, 0, static_cast<test::state>(9));
    CHECK(key_path(wide, key.view()) == "/w/false/0,0:9/");
}

TEST_CASE("every key comes back from its path, and no two have the same")
{
    std::mt19937 random{20240607};
    std::set<std::string> paths;
    std::set<wide_tuple> keys;
    for (int i = 0; i < 20'000; ++i) {
        auto const key = random_key(random);
        auto const path = path_of(key);
        REQUIRE(key_at(path) == key);
        keys.insert(key);
        paths.insert(path);
    }
    CHECK(keys.size() == paths.size());
}

TEST_CASE("secret fields are masked in what is shown, and are there in the path itself")
{
    auto const& s = shape_of<test::secret_key>;
    auto const key = make_key<test::secret_key>("ada", "hunter2");
    CHECK(key_path(s, key.view()) == "login:ada/***");
    CHECK(cairn::key_path_with_secrets(s, key.view()) == "login:ada/hunter2");
    CHECK_FALSE(says(refusal("login:ada/hunter%7e", s), "hunter"));
}

TEST_CASE("a good path is accepted")
{
    CHECK(refusal("/w/true/-5,7:pending/1/a=0aff|/end") == "accepted");
    CHECK(refusal("/w/true/-5,7:9/1/=0aff|00/end") == "accepted");
}

TEST_CASE("a bad path is refused with the place and what is expected there")
{
    CHECK(says(refusal(""), "'/w/' is missing, at character 1"));
    CHECK(says(refusal(path_with("true", "yes")), "[flag]: neither true nor false"));
    CHECK(says(refusal(path_with("-5", "x")), "[small]: not a decimal number, at character 9"));
    CHECK(says(refusal(path_with("-5", "-129")), "[small]: the number is out of the range"));
    CHECK(says(refusal(path_with(",7", ",99999999999999999999")), "[large]: the number is out"));
    CHECK(says(refusal(path_with(",7", ",-7")), "[large]: not a decimal number"));
    CHECK(says(refusal(path_with("pending", "lost")), "[status]: neither a declared name nor"));
    CHECK(says(refusal(path_with("/a=", "/%4=")), "[text]: a '%' without two hex digits"));
    CHECK(says(refusal(path_with("0aff", "0af")), "[digest]: not pairs of hex digits"));
    CHECK(says(refusal(path_with("0aff", "0a")), "[digest]: not 4 hex digits"));
    CHECK(says(refusal(path_with("/end", "/en")), "'/end' is missing"));
    CHECK(says(refusal(path_with("/end", "/end/end")), "[blob]: not pairs of hex digits"));
    CHECK(says(refusal("/settings/currents", shape_of<test::settings>), "the path goes on"));
    CHECK(says(refusal("job:a/b", shape_of<job>), "must be written as %"));
}

TEST_CASE("another spelling of a key is refused, and the message has the right one")
{
    auto const right = "the path is '/w/true/-5,7:pending/1/a=0aff|/end'";
    CHECK(says(refusal(path_with(",7", ",007")), right));
    CHECK(says(refusal(path_with("0aff", "0AFF")), right));
    CHECK(says(refusal(path_with("/a=", "/%61=")), right));
    CHECK(says(refusal(path_with("pending", "0")), right));
}
