// SPDX-License-Identifier: BSL-1.0
// Frozen bytes: a change of any of them is a change of the file format, and fails here.
#include "models.hpp"

#include <cairn/base/text.hpp>
#include <cairn/encode/checksum.hpp>
#include <cairn/encode/ordered.hpp>
#include <cairn/json.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace {

using cairn::cell;
using cairn::column_type;
using cairn::scalar;

std::vector<std::string> lines_of(std::string const& path)
{
    auto file = std::ifstream{path};
    REQUIRE_MESSAGE(file.good(), "run from the folder tests: no " << path);
    auto out = std::vector<std::string>{};
    for (auto line = std::string{}; std::getline(file, line);)
        if (!line.empty() && line.front() != '#') out.push_back(line);
    return out;
}

std::string unhex(std::string_view text)
{
    auto const bytes = cairn::from_hex(text == "-" ? "" : text);
    REQUIRE(bytes);
    return {reinterpret_cast<char const*>(bytes->data()), bytes->size()};
}

template <class Integer>
Integer number(std::string const& text, int base = 10)
{
    auto out = Integer{};
    auto const end = std::from_chars(text.data(), text.data() + text.size(), out, base).ptr;
    REQUIRE(end == text.data() + text.size());
    return out;
}

column_type type_of(std::string name)
{
    auto const nullable = name.back() == '?';
    if (nullable) name.pop_back();
    auto const digits = name.find_first_of("0123456789");
    auto const width = digits == name.npos ? 0 : number<std::uint32_t>(name.substr(digits));
    auto const word = name.substr(0, digits);
    if (word == "bool") return {scalar::boolean, 1, nullable};
    if (word == "i") return {scalar::integer, width / 8, nullable};
    if (word == "u") return {scalar::natural, width / 8, nullable};
    if (word == "f") return {scalar::real, width / 8, nullable};
    if (word == "text") return {scalar::text, 0, nullable};
    REQUIRE(word == "bytes");
    return {scalar::bytes, width, nullable};
}

/// The cell of a line's value; texts are kept in `storage`.
cell value_of(column_type type, std::string const& text, std::string& storage)
{
    if (text == "null") return cell::null();
    switch (type.kind) {
    case scalar::boolean:
    case scalar::integer: return cell::of(number<std::int64_t>(text));
    case scalar::natural: return cell::of(number<std::uint64_t>(text));
    case scalar::real: return cell::of(std::bit_cast<double>(number<std::uint64_t>(text, 16)));
    default:
        storage = unhex(text);
        return {cairn::detail::tag_of(type.kind), 0, storage.data(), storage.size()};
    }
}

cairn::timestamp nanoseconds(std::int64_t count)
{
    return cairn::timestamp{std::chrono::nanoseconds{count}};
}

test::everything full_record()
{
    auto e = test::everything{};
    e.id = 0x0102030405060708;
    e.name = "naïve";
    e.tint = test::colour::red;
    e.weight = -1.5;
    e.ratio = 0.25F;
    e.nick = "Nick";
    e.digest = {std::byte{0xDE}, std::byte{0xAD}, std::byte{0xBE}, std::byte{0xEF}};
    e.blob = {std::byte{0}, std::byte{0xFF}};
    e.on = true;
    e.rank = -2;
    e.at = nanoseconds(1'795'187'004'123'456'789);
    e.shift = std::int16_t{-300};
    e.token = "open sesame";
    e.small = -128;
    e.tiny = 255;
    e.port = 8080;
    e.wide = -1;
    e.height = test::level::high;
    e.real = 3.5F;
    e.precise = -0.0;
    e.delay = std::chrono::milliseconds{-7};
    e.day = std::chrono::sys_seconds{std::chrono::seconds{86400}};
    e.note = "line\n";
    e.raw = {1, 2, 3};
    e.digests = {e.digest, {}};
    e.numbers = {1, 0x01020304};
    e.flags = {true, false, true};
    e.words = {"", "word"};
    e.pair = {test::part{1, "one", {}}, test::part{2, "two", test::colour::blue}};
    e.shelves = {{"a", {test::part{3, "three", {}}}}, {"b", {}}};
    e.loose = {{-1, "minus"}, {256, "much"}, {1, "one"}};
    e.marks = {{std::uint8_t{1}, false}, {std::uint8_t{1}, true}};
    e.bag = {"b", "aa", ""};
    e.choice = test::part{4, "four", test::colour{77}};
    e.maybe.emplace();
    e.triple = {true, test::colour::green, "end"};
    return e;
}

std::map<std::string, test::everything> records()
{
    auto boxed = test::everything{};
    boxed.maybe.emplace().emplace(test::part{9, "in two boxes", {}});
    boxed.choice = std::int32_t{-9};
    boxed.name = std::string{"\xFF\0", 2};
    boxed.at = cairn::timestamp::min();
    return {{"empty", test::everything{}}, {"full", full_record()}, {"boxed", boxed}};
}

/// The records of a golden file: a name, a space, what was frozen.
std::map<std::string, std::string> frozen(std::string const& path)
{
    auto out = std::map<std::string, std::string>{};
    for (auto const& line : lines_of(path))
        out.emplace(line.substr(0, line.find(' ')), line.substr(line.find(' ') + 1));
    REQUIRE(out.size() == records().size());
    return out;
}

} // namespace

TEST_CASE("the ordered encoding of every column type is the frozen one, ascending")
{
    auto const lines = lines_of("golden/ordered.txt");
    CHECK(lines.size() == 144);
    auto before = std::string{};
    auto type_before = std::string{};
    for (auto const& line : lines) {
        CAPTURE(line);
        auto parts = std::istringstream{line};
        std::string type, value, hex, storage, out, scratch;
        parts >> type >> value >> hex;
        auto const original = value_of(type_of(type), value, storage);
        cairn::append_ordered(out, original, type_of(type));
        CHECK(out == unhex(hex));
        auto in = std::string_view{out};
        CHECK(cairn::read_ordered(in, type_of(type), scratch) == original);
        CHECK(in.empty());
        if (type == type_before) CHECK(before < out);
        before = out;
        type_before = type;
    }
}

TEST_CASE("the bodies of known records are the frozen ones")
{
    auto const golden = frozen("golden/body.txt");
    for (auto const& each : records()) {
        auto const& name = each.first;
        auto const& record = each.second;
        CAPTURE(name);
        auto const s = test::stored{record};
        CHECK(cairn::to_hex(s.body) == golden.at(name));
    }
}

TEST_CASE("the frozen bodies decode to the known records")
{
    auto const golden = frozen("golden/body.txt");
    for (auto const& each : records()) {
        auto const& name = each.first;
        auto const& record = each.second;
        CAPTURE(name);
        auto s = test::stored{record};
        s.body = *cairn::from_hex(golden.at(name));
        CHECK(s.decode() == record);
    }
}

TEST_CASE("the JSON of known records is the frozen one and reads back")
{
    auto const golden = frozen("golden/json.txt");
    for (auto const& each : records()) {
        auto const& name = each.first;
        auto const& record = each.second;
        CAPTURE(name);
        CHECK(cairn::to_json(record, {.secrets = true}) == golden.at(name));
        CHECK(cairn::from_json<test::everything>(golden.at(name)) == record);
    }
}

TEST_CASE("the checksum is XXH3 as its author publishes it")
{
    CHECK(cairn::checksum({}) == 0x2D06800538D394C2);
    CHECK(
        cairn::hash128({}) == std::array<std::uint64_t, 2>{0x6001C324468D497F, 0x99AA06D3014798D8});
}
