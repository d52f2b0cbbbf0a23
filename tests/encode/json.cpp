// SPDX-License-Identifier: BSL-1.0
// JSON of a record: it comes back, shows what people expect, hides secrets, and refuses all else.
#include "models.hpp"

#include <cairn/json.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <deque>
#include <limits>

namespace {

using test::everything;

struct view {
    std::int32_t id = 0;
    std::string password{};
    std::optional<std::string> pin{};

    bool operator==(view const&) const = default;
};

struct odd {
    std::int32_t id = 0;
    std::optional<std::monostate> unit{};
    std::optional<std::optional<std::int32_t>> twice{};
    std::vector<std::optional<std::byte>> holes{};
    std::deque<std::vector<bool>> bits{};
    std::map<std::string, std::map<std::uint8_t, std::string>> maps{};
    std::chrono::time_point<std::chrono::system_clock, std::chrono::days> date{};
    std::chrono::time_point<
        std::chrono::system_clock, std::chrono::duration<std::int64_t, std::ratio<1, 3>>>
        thirds{};
    std::chrono::sys_time<std::chrono::duration<std::int32_t, std::milli>> brief{};
    float small = 0;
    double large = 0;

    bool operator==(odd const&) const = default;
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(view, id, password, pin);
template <>
inline constexpr auto cairn::descriptor<view> =
    cairn::entity<"view">(cairn::key<"view/{id}">, cairn::secret<"password", "pin">);

BOOST_HANA_ADAPT_STRUCT(odd, id, unit, twice, holes, bits, maps, date, thirds, brief, small, large);
template <>
inline constexpr auto cairn::descriptor<odd> = cairn::entity<"odd">(cairn::key<"odd/{id}">);

namespace {

view read(std::string_view text)
{
    return cairn::from_json<view>(text);
}

void check_refused(std::string_view text)
{
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(read(text)), cairn::invalid_argument);
}

/// The text of a record with one member of `odd` set to `value`.
std::string odd_with(std::string_view member, std::string_view value)
{
    auto text = cairn::to_json(odd{});
    auto const name = '"' + std::string{member} + "\":";
    auto const begin = text.find(name) + name.size();
    auto end = begin;
    for (auto depth = 0; depth > 0 || (text[end] != ',' && text[end] != '}'); ++end)
        depth += (text[end] == '[' || text[end] == '{') - (text[end] == ']' || text[end] == '}');
    return text.replace(begin, end - begin, value);
}

void check_odd_refused(std::string_view member, std::string_view value)
{
    CAPTURE(member);
    CAPTURE(value);
    CHECK_THROWS_AS(
        static_cast<void>(cairn::from_json<odd>(odd_with(member, value))), cairn::invalid_argument);
}

odd odd_from(std::string_view member, std::string_view value)
{
    return cairn::from_json<odd>(odd_with(member, value));
}

} // namespace

TEST_CASE("random records come back from their JSON")
{
    auto d = test::dice{31};
    for (int i = 0; i < 2000; ++i) {
        auto const original = test::random_record(d);
        auto const text = cairn::to_json(original, {.secrets = true});
        CHECK(cairn::detail::is_utf8(text));
        CHECK(text.find('\n') == text.npos);
        CHECK(cairn::from_json<everything>(text) == original);
    }
}

TEST_CASE("secrets are masked unless asked for, and a mask is never read as a value")
{
    auto const v = view{1, "hunter2", "0000"};
    CHECK(cairn::to_json(v) == R"({"id":1,"password":"***","pin":"***"})");
    CHECK(cairn::to_json(v, {.secrets = true}) == R"({"id":1,"password":"hunter2","pin":"0000"})");
    check_refused(cairn::to_json(v));
    CHECK(read(R"({"id":1,"password":"hunter2"})") == view{1, "hunter2", {}});
}

TEST_CASE("members may come in any order and with any space")
{
    auto const expected = view{-7, "a\"\\/\b\f\n\r\tA\u00e9\u20ac\U0001F600", "x"};
    CHECK(
        read(" {\r\n\t\"pin\" : \"x\" ,\"password\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00E9"
             "\\u20ac\\ud83d\\uDE00\", \"id\":-7 } ")
        == expected);
}

TEST_CASE("text that is not exactly one record is refused")
{
    for (auto const* text :
         {"",
          " ",
          "null",
          "[]",
          "{",
          "{}",
          "{]",
          R"({"id":1})",
          R"({"id":1,"password":"x")",
          R"({"id":1,"password":"x"}})",
          R"({"id":1,"password":"x"} x)",
          R"({"id":1,"password":"x",})",
          R"({,"id":1,"password":"x"})",
          R"({"id":1 "password":"x"})",
          R"({"id" 1,"password":"x"})",
          R"({"id":1,"id":1,"password":"x"})",
          R"({"id":1,"password":"x","other":0})",
          R"({'id':1,"password":"x"})",
          R"({id:1,"password":"x"})",
          R"({"id":1,"password":"x"/**/})",
          R"({"id":null,"password":"x"})",
          R"({"id":"1","password":"x"})",
          R"({"id":1,"password":x})",
          R"({"id":1,"password":["x"]})",
          "\xEF\xBB\xBF{\"id\":1,\"password\":\"x\"}"})
        check_refused(text);
}

TEST_CASE("numbers are integers within their type, as JSON writes them")
{
    auto const with = [](std::string_view number) {
        return R"({"password":"","id":)" + std::string{number} + "}";
    };
    CHECK(read(with("2147483647")).id == 2147483647);
    CHECK(read(with("-2147483648")).id == std::numeric_limits<std::int32_t>::min());
    CHECK(read(with("-0")).id == 0);
    for (auto const* bad :
         {"2147483648", "-2147483649", "99999999999999999999999", "1.0", "1.5", "1e3", "+1", "01",
          "-01", "-", "0x10", ".5", "1.", "1e", "NaN", "Infinity", "true", "\"1\"", "1 2"})
        check_refused(with(bad));
}

TEST_CASE("strings are UTF-8 without control characters")
{
    auto const with = [](std::string_view inside) {
        return "{\"id\":1,\"password\":\"" + std::string{inside} + "\"}";
    };
    CHECK(read(with("\u20ac\x7F")).password == "\u20ac\x7F");
    CHECK(read(with("\\u0000")).password == std::string(1, '\0'));
    using namespace std::string_view_literals;
    for (auto const bad :
         {"\n"sv,
          "\0"sv,
          "\x1F"sv,
          "\x80"sv,
          "\xC3"sv,
          "\xC0\x80"sv,
          "\xE0\x80\x80"sv,
          "\xED\xA0\x80"sv,
          "\xF0\x80\x80\x80"sv,
          "\xF4\x90\x80\x80"sv,
          "\xF5\x80\x80\x80"sv,
          "\xFF"sv,
          "\\x"sv,
          "\\u12"sv,
          "\\u12G4"sv,
          "\\ud800"sv,
          "\\ud800\\u0041"sv,
          "\\ud800x"sv,
          "\\udc00"sv,
          "\\"sv})
        check_refused(with(bad));
}

TEST_CASE("text that is not UTF-8 is hex, and only exactly that form of it is read")
{
    auto const v = view{1, "\xFF", {}};
    auto const text = cairn::to_json(v, {.secrets = true});
    CHECK(text == R"({"id":1,"password":{"hex":"0xff"},"pin":null})");
    CHECK(read(text) == v);
    for (auto const* bad :
         {R"({})", R"({"hex":"ff"})", R"({"hex":"0xf"})", R"({"hex":"0xfg"})", R"({"hex":1})",
          R"({"bytes":"0xff"})", R"({"hex":"0xff","hex":"0xff"})"})
        check_refused(R"({"id":1,"password":)" + std::string{bad} + "}");
}

namespace test {

struct preset {
    int number = 0;
    std::optional<int> level = 3;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::preset, number, level);

template <>
inline constexpr auto cairn::descriptor<test::preset> =
    cairn::entity<"preset">(cairn::key<"preset:{number}">);

TEST_CASE("an optional that the text leaves out is null, whatever the struct presets")
{
    CHECK(cairn::from_json<test::preset>(R"({"number":1})").level == std::nullopt);
    CHECK(cairn::from_json<test::preset>(R"({"number":1,"level":2})").level == 2);
}

TEST_CASE("absent values of every nesting stay apart")
{
    CHECK(odd_from("unit", "null").unit == std::nullopt);
    CHECK(odd_from("unit", "[null]").unit == std::monostate{});
    CHECK(odd_from("twice", "null").twice == std::nullopt);
    CHECK(odd_from("twice", "[null]").twice.value() == std::nullopt);
    CHECK(odd_from("twice", "[5]").twice.value() == 5);
    CHECK(odd_from("holes", "[null,255]").holes.back() == std::byte{255});
    check_odd_refused("twice", "5");
    check_odd_refused("twice", "[]");
    check_odd_refused("twice", "[1,2]");
    check_odd_refused("holes", "[256]");
    check_odd_refused("bits", "[[true,1]]");
    check_odd_refused("bits", "[[true,]]");
}

TEST_CASE("maps with text keys are objects, others pairs, and no key comes twice")
{
    auto const maps = odd_from("maps", R"({"a":[[1,"x"],[2,"y"]],"":[]})").maps;
    CHECK(maps.at("a").at(2) == "y");
    CHECK(maps.contains(""));
    CHECK(odd_from("maps", R"([["a",[]]])").maps.contains("a"));
    auto o = odd{};
    o.maps["\xFF"] = {};
    CHECK(cairn::from_json<odd>(cairn::to_json(o)) == o);
    check_odd_refused("maps", R"({"a":[],"a":[]})");
    check_odd_refused("maps", R"({"a":[[1,"x"],[1,"y"]]})");
    check_odd_refused("maps", R"({"a":[[1]]})");
    check_odd_refused("maps", R"({"a":[[1,"x",2]]})");
    check_odd_refused("maps", R"({1:[]})");
}

TEST_CASE("moments are dates in UTC, exact to their tick")
{
    CHECK(cairn::to_json(odd{}).find(R"("date":"1970-01-01T00:00:00Z")") != std::string::npos);
    CHECK(odd_from("date", R"("2024-02-29T00:00:00Z")").date.time_since_epoch().count() == 19782);
    CHECK(odd_from("date", R"("0000-01-01T00:00:00Z")").date.time_since_epoch().count() == -719528);
    CHECK(odd_from("date", R"("9999-12-31T00:00:00Z")").date.time_since_epoch().count() == 2932896);
    CHECK(odd_from("date", "-1").date.time_since_epoch().count() == -1);
    CHECK(odd_from("thirds", "7").thirds.time_since_epoch().count() == 7);
    CHECK(
        odd_from("brief", R"("1969-12-31T23:59:59.999Z")").brief.time_since_epoch().count() == -1);
    CHECK(odd_from("brief", R"("1970-01-01T00:00:00.5Z")").brief.time_since_epoch().count() == 500);
    for (auto const* bad :
         {R"("2023-02-29T00:00:00Z")", R"("2024-00-01T00:00:00Z")", R"("2024-13-01T00:00:00Z")",
          R"("2024-01-01T24:00:00Z")", R"("2024-01-01T00:60:00Z")", R"("2024-01-01T00:00:60Z")",
          R"("2024-01-01T00:00:00")", R"("2024-01-01 00:00:00Z")", R"("2024-1-01T00:00:00Z")",
          R"("2024-01-01T00:00:00.Z")", R"("2024-01-01T00:00:00.0000000000Z")",
          R"("2024-01-01T00:00:00+01:00")", R"("")", R"("12024-01-01T00:00:00Z")",
          R"("2024-01-01T12:00:00Z")"}) // the last lies between two days
        check_odd_refused("date", bad);
    check_odd_refused("brief", R"("2024-01-01T00:00:00Z")"); // beyond 32 bits
    check_odd_refused("brief", R"("1970-01-01T00:00:00.0001Z")");
    check_odd_refused("thirds", R"("1970-01-01T00:00:01Z")");
}

TEST_CASE("moments before and after the four-digit years are numbers")
{
    auto e = everything{};
    for (auto const count :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-62167219201},
          std::int64_t{-62167219200}, std::int64_t{-1}, std::int64_t{253402300799},
          std::int64_t{253402300800}, std::numeric_limits<std::int64_t>::max()}) {
        e.day = std::chrono::sys_seconds{std::chrono::seconds{count}};
        auto const text = cairn::to_json(e, {.secrets = true});
        auto const dated = count >= -62167219200 && count <= 253402300799;
        CHECK((text.find("\"day\":\"") != text.npos) == dated);
        CHECK(cairn::from_json<everything>(text).day == e.day);
    }
}

TEST_CASE("every real number comes back, those that JSON lacks as strings")
{
    auto d = test::dice{32};
    for (int i = 0; i < 2000; ++i) {
        auto o = odd{};
        o.small = d.real<float>();
        o.large = d.real<double>();
        CHECK(cairn::from_json<odd>(cairn::to_json(o)) == o);
    }
    auto o = odd{};
    o.large = std::numeric_limits<double>::quiet_NaN();
    CHECK(cairn::to_json(o).find(R"("large":"NaN")") != std::string::npos);
    CHECK(std::isnan(cairn::from_json<odd>(cairn::to_json(o)).large));
    CHECK(odd_from("large", R"("-Infinity")").large == -std::numeric_limits<double>::infinity());
    for (auto const* bad : {"NaN", "Infinity", R"("nan")", R"("1")", "1e999", "-1e999"})
        check_odd_refused("large", bad);
    check_odd_refused("small", "1e39");
}

TEST_CASE("enums are their names, and numbers where a value has none")
{
    auto const with = [](std::string_view tint) {
        auto text = cairn::to_json(everything{}, {.secrets = true});
        return cairn::from_json<everything>(
                   text.replace(text.find("\"tint\":0"), 8, "\"tint\":" + std::string{tint}))
            .tint;
    };
    CHECK(with(R"("red")") == test::colour::red);
    CHECK(with(R"("blue \"deep\"")") == test::colour::blue);
    CHECK(with("-1") == test::colour::red);
    CHECK(with("77") == test::colour{77});
    for (auto const* bad : {R"("green")", R"("Red")", R"("")", "128", "-129", "1.5", "null"})
        CHECK_THROWS_AS(static_cast<void>(with(bad)), cairn::invalid_argument);
}

TEST_CASE("an error names model, member and place, and never shows what stands there")
{
    try {
        static_cast<void>(read(R"({"id":1,"password":"hunter2","pin":7})"));
        FAIL("not refused");
    } catch (cairn::invalid_argument const& error) {
        CHECK(error.model() == "view");
        CHECK(error.index() == "pin");
        CHECK(error.message().find("byte") != std::string::npos);
        CHECK(std::string_view{error.what()}.find("hunter2") == std::string_view::npos);
    }
}

TEST_CASE("depth, size and elements are bounded")
{
    check_refused(std::string(2'000'000, '['));
    check_refused(R"({"id":1,"password":)" + std::string(2'000'000, '{'));
    auto deep = std::string(100'000, '[');
    check_odd_refused("bits", deep);

    auto few = cairn::decode_limits{.elements = 3};
    auto const text = odd_with("holes", "[1,2,3]");
    CHECK(cairn::from_json<odd>(text, few).holes.size() == 3);
    CHECK_THROWS_AS(
        static_cast<void>(cairn::from_json<odd>(odd_with("holes", "[1,2,3,4]"), few)),
        cairn::invalid_argument);
    auto tight = cairn::decode_limits{.record_bytes = text.size() / 4 - 1};
    CHECK_THROWS_AS(static_cast<void>(cairn::from_json<odd>(text, tight)), cairn::invalid_argument);
    auto lean = cairn::decode_limits{.memory = 2};
    CHECK_THROWS_AS(static_cast<void>(cairn::from_json<odd>(text, lean)), cairn::invalid_argument);
}

TEST_CASE("damaged JSON is refused or is another record, never a crash")
{
    auto d = test::dice{33};
    for (int i = 0; i < 20'000; ++i) {
        auto text = cairn::to_json(test::random_record(d), {.secrets = true});
        for (auto n = 1 + d.below(3); n > 0; --n) {
            auto const at = d.below(text.size());
            if (d.coin())
                text[at] = "{}[],:\"\\0-e.tn \xFF"[d.below(17)];
            else
                text.erase(at, d.below(10));
        }
        try {
            auto const read = cairn::from_json<everything>(text);
            auto const again = cairn::to_json(read, {.secrets = true});
            CHECK(cairn::to_json(cairn::from_json<everything>(again), {.secrets = true}) == again);
        } catch (cairn::invalid_argument const&) {
        }
    }
}
