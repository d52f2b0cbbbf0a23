// SPDX-License-Identifier: BSL-1.0
// The ordered encoding: it comes back, keeps the order of values, and no encoding begins another.
#include "models.hpp"

#include <cairn/encode/ordered.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

namespace {

using cairn::cell;
using cairn::column_type;
using cairn::scalar;

constexpr column_type column_types[] = {
    {scalar::boolean, 1},       {scalar::integer, 1},       {scalar::integer, 2},
    {scalar::integer, 4},       {scalar::integer, 8},       {scalar::natural, 1},
    {scalar::natural, 2},       {scalar::natural, 4},       {scalar::natural, 8},
    {scalar::real, 4},          {scalar::real, 8},          {scalar::text, 0},
    {scalar::bytes, 0},         {scalar::bytes, 3},         {scalar::text, 0, true},
    {scalar::integer, 8, true}, {scalar::natural, 4, true}, {scalar::bytes, 3, true},
    {scalar::real, 8, true},
};

/// A value of a column, with what its cell points to.
struct value {
    column_type type;
    std::uint64_t bits = 0;
    std::string text{};
    bool null = false;

    [[nodiscard]] cell view() const
    {
        auto const kind = null ? cell::tag::null : cairn::detail::tag_of(type.kind);
        if (kind == cell::tag::text || kind == cell::tag::bytes)
            return {kind, 0, text.data(), text.size()};
        return {kind, null ? 0 : bits, nullptr, 0};
    }
};

std::uint64_t random_bits(test::dice& d, column_type type)
{
    auto const unused = 64 - 8 * type.width;
    auto const wide = d.integer<std::uint64_t>();
    auto const shifted = d.coin() ? d.integer<std::int8_t>() : d.integer<std::int64_t>();
    switch (type.kind) {
    case scalar::boolean: return d.below(2);
    case scalar::natural: return (d.coin() ? wide : d.below(300)) << unused >> unused;
    case scalar::integer:
        return static_cast<std::uint64_t>(
            static_cast<std::int64_t>(static_cast<std::uint64_t>(shifted) << unused) >> unused);
    default: return cell::of(d.real<double>()).bits;
    }
}

value random_value(test::dice& d, column_type type)
{
    auto out = value{type};
    if (type.nullable && d.below(3) == 0) {
        out.null = true;
        return out;
    }
    if (type.kind == scalar::text || type.kind == scalar::bytes) {
        do out.text = d.text(4);
        while (type.width != 0 && out.text.size() != type.width);
    } else {
        out.bits = random_bits(d, type);
    }
    return out;
}

/// The order that values have in C++: nothing before something.
int compare(value const& a, value const& b)
{
    auto const sign = [](auto const& x, auto const& y) { return x < y ? -1 : y < x ? 1 : 0; };
    if (a.null || b.null) return sign(!a.null, !b.null);
    auto const x = a.view();
    auto const y = b.view();
    switch (a.type.kind) {
    case scalar::boolean:
    case scalar::integer: return sign(x.as_integer(), y.as_integer());
    case scalar::natural: return sign(x.as_natural(), y.as_natural());
    case scalar::real: return sign(x.as_real(), y.as_real());
    default: return sign(a.text, b.text);
    }
}

int compare(std::vector<value> const& a, std::vector<value> const& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (auto const c = compare(a[i], b[i]); c != 0) return c;
    return 0;
}

std::string encoded(std::vector<value> const& values)
{
    auto out = std::string{};
    for (auto const& v : values) cairn::append_ordered(out, v.view(), v.type);
    return out;
}

std::vector<column_type> random_types(test::dice& d)
{
    auto out = std::vector<column_type>(1 + d.below(4));
    for (auto& type : out) type = column_types[d.below(std::size(column_types))];
    return out;
}

std::vector<value> random_tuple(test::dice& d, std::vector<column_type> const& types)
{
    auto out = std::vector<value>{};
    for (auto const& type : types) out.push_back(random_value(d, type));
    return out;
}

bool begins_with(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}

void check_refused(cell const& bad, column_type type)
{
    auto out = std::string{"before"};
    CHECK_THROWS_AS(cairn::append_ordered(out, bad, type), cairn::invalid_argument);
    CHECK(out == "before");
}

void check_unreadable(std::string_view bytes, column_type type)
{
    auto scratch = std::string{};
    CHECK_THROWS_AS(
        static_cast<void>(cairn::read_ordered(bytes, type, scratch)), cairn::invalid_argument);
}

} // namespace

TEST_CASE("random tuples come back from their encoding, and nothing is left of it")
{
    auto d = test::dice{11};
    for (int i = 0; i < 20'000; ++i) {
        auto const original = random_tuple(d, random_types(d));
        auto const bytes = encoded(original);
        auto in = std::string_view{bytes};
        auto scratch = std::string{};
        auto read = std::vector<cell>{};
        for (auto const& v : original) read.push_back(cairn::read_ordered(in, v.type, scratch));
        CHECK(in.empty());
        for (std::size_t k = 0; k < read.size(); ++k) CHECK(read[k] == original[k].view());
    }
}

TEST_CASE("the order of encodings is the order of tuples")
{
    auto d = test::dice{12};
    auto equal = 0;
    for (int i = 0; i < 50'000; ++i) {
        auto const types = random_types(d);
        auto const a = random_tuple(d, types);
        auto const b = random_tuple(d, types);
        auto const bytes = encoded(a).compare(encoded(b));
        auto const expected = compare(a, b);
        CHECK((bytes > 0) - (bytes < 0) == expected);
        equal += expected == 0;
    }
    CHECK(equal > 100); // else injectivity was not tried
}

TEST_CASE("no encoding is the beginning of another one of its columns")
{
    auto d = test::dice{13};
    for (int i = 0; i < 50'000; ++i) {
        auto const types = random_types(d);
        auto const a = encoded(random_tuple(d, types));
        auto const b = encoded(random_tuple(d, types));
        CHECK((a == b || (!begins_with(a, b) && !begins_with(b, a))));
    }
}

TEST_CASE("keys that a careless concatenation would mix up stay apart")
{
    auto const text = column_type{scalar::text, 0};
    auto const pair = [&](std::string_view a, std::string_view b) {
        return encoded({{text, 0, std::string{a}}, {text, 0, std::string{b}}});
    };
    using namespace std::string_view_literals;
    CHECK(pair("ab", "c") != pair("a", "bc"));
    CHECK(pair("a", "\0b"sv) != pair("a\0"sv, "b"));
    CHECK(pair("a", "z") < pair("a\0"sv, ""));
    CHECK(pair("a\xFF", "") > pair("a\0\xFF"sv, "z"));
    auto const chain = column_type{scalar::natural, 8};
    CHECK(encoded({{chain, 1}}) < encoded({{chain, 17000}}));
    CHECK_FALSE(begins_with(encoded({{chain, 17000}}), encoded({{chain, 1}})));
}

TEST_CASE("cells read with one scratch stay valid together")
{
    auto const text = column_type{scalar::text, 0};
    auto values = std::vector<value>{};
    for (std::size_t i = 0; i < 8; ++i)
        values.push_back({text, 0, std::string(50 * i, '\0') + 'x'});
    auto const bytes = encoded(values);
    auto in = std::string_view{bytes};
    auto scratch = std::string{};
    auto read = std::vector<cell>{};
    for (std::size_t i = 0; i < 8; ++i) read.push_back(cairn::read_ordered(in, text, scratch));
    for (std::size_t i = 0; i < 8; ++i) CHECK(read[i].as_text() == values[i].text);
}

TEST_CASE("a value that is not of its column is refused and nothing of it appended")
{
    check_refused(cell::of(std::int64_t{128}), {scalar::integer, 1});
    check_refused(cell::of(std::int64_t{-129}), {scalar::integer, 1});
    check_refused(cell::of(std::int64_t{1} << 40), {scalar::integer, 4, true});
    check_refused(cell::of(std::uint64_t{256}), {scalar::natural, 1});
    check_refused(cell::of(std::uint64_t{1}), {scalar::integer, 8});
    check_refused(cell::of(std::int64_t{1}), {scalar::natural, 8});
    check_refused(cell::of(std::int64_t{2}), {scalar::boolean, 1});
    check_refused(cell::of(std::nan("")), {scalar::real, 8});
    check_refused(cell::of(std::nan("")), {scalar::real, 8, true});
    check_refused(cell::null(), {scalar::text, 0});
    check_refused(cell::of(std::string_view{"x"}), {scalar::bytes, 0});
    check_refused(cell::of_bytes(test::dice{1}.bytes(0)), {scalar::bytes, 2});
    check_refused(cell::of(std::int64_t{1}), {scalar::none, 0});
    check_refused(cell::of(std::int64_t{1}), {scalar::integer, 3});
}

TEST_CASE("negative zero has the encoding of zero")
{
    auto minus = cell::of(0.0);
    minus.bits = std::uint64_t{1} << 63;
    auto a = std::string{};
    auto b = std::string{};
    cairn::append_ordered(a, minus, {scalar::real, 8});
    cairn::append_ordered(b, cell::of(0.0), {scalar::real, 8});
    CHECK(a == b);
}

TEST_CASE("bytes that no value gives are refused")
{
    using namespace std::string_view_literals;
    check_unreadable(""sv, {scalar::boolean, 1});
    check_unreadable("\2"sv, {scalar::boolean, 1});
    check_unreadable("\2x\0\1"sv, {scalar::text, 0, true});
    check_unreadable("abc"sv, {scalar::text, 0});
    check_unreadable("abc\0"sv, {scalar::text, 0});
    check_unreadable("abc\0\2"sv, {scalar::bytes, 0});
    check_unreadable("a\0\xFF"sv, {scalar::bytes, 0});
    check_unreadable("ab"sv, {scalar::bytes, 3});
    check_unreadable("1234567"sv, {scalar::natural, 8});
    check_unreadable("\xFF\xF8\0\0\0\0\0\0"sv, {scalar::real, 8});             // NaN
    check_unreadable("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, {scalar::real, 8}); // -0.0
    check_unreadable("x"sv, {scalar::none, 0});
}

TEST_CASE("random bytes are refused or are exactly the encoding of what was read")
{
    auto d = test::dice{14};
    auto read = 0;
    for (int i = 0; i < 50'000; ++i) {
        auto const type = column_types[d.below(std::size(column_types))];
        auto const bytes = d.text(12);
        auto in = std::string_view{bytes};
        auto scratch = std::string{};
        try {
            auto const found = cairn::read_ordered(in, type, scratch);
            auto again = std::string{};
            cairn::append_ordered(again, found, type);
            CHECK(again == bytes.substr(0, bytes.size() - in.size()));
            ++read;
        } catch (cairn::invalid_argument const&) {
        }
    }
    CHECK(read > 1000);
}
