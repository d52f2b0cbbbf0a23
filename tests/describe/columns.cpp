// SPDX-License-Identifier: BSL-1.0
// Which types are columns, and that a value comes back from its cell or is refused.
#include <cairn/describe/column.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <map>

namespace {

using cairn::cell;
using cairn::column_type;
using cairn::column_type_of;
using cairn::scalar;

enum class plain { a, b };
enum class tiny : std::uint8_t { a, b };
enum class flag : bool { off, on };
enum open_enum { one, two };

template <class T>
bool comes_back(T const& value)
{
    T out{};
    return cairn::from_cell(cairn::to_cell(value), out) && out == value;
}

template <class T>
bool refuses(cell const& value)
{
    T out{};
    return !cairn::from_cell(value, out);
}

template <class T>
bool ends_come_back()
{
    using limits = std::numeric_limits<T>;
    return comes_back(limits::min()) && comes_back(limits::max()) && comes_back(T{});
}

template <class... Bytes>
std::array<std::byte, sizeof...(Bytes)> bytes(Bytes... values)
{
    return {static_cast<std::byte>(values)...};
}

} // namespace

TEST_CASE("integers and enums have the column of their width and sign")
{
    CHECK(column_type_of<bool> == column_type{scalar::boolean, 1});
    CHECK(column_type_of<std::int16_t> == column_type{scalar::integer, 2});
    CHECK(column_type_of<long> == column_type_of<std::int64_t>);
    CHECK(column_type_of<long long> == column_type_of<std::int64_t>);
    CHECK(column_type_of<unsigned long> == column_type{scalar::natural, 8});
    CHECK(column_type_of<plain> == column_type{scalar::integer, 4});
    CHECK(column_type_of<tiny> == column_type{scalar::natural, 1});
    CHECK(column_type_of<flag> == column_type{scalar::natural, 1});
    CHECK(column_type_of<std::byte> == column_type{scalar::natural, 1});
}

TEST_CASE("texts, bytes, times and optionals have columns")
{
    CHECK(column_type_of<std::string> == column_type{scalar::text, 0});
    CHECK(column_type_of<std::vector<std::byte>> == column_type{scalar::bytes, 0});
    CHECK(column_type_of<std::array<unsigned char, 32>> == column_type{scalar::bytes, 32});
    CHECK(column_type_of<std::chrono::sys_seconds> == column_type{scalar::integer, 8});
    CHECK(column_type_of<std::chrono::duration<std::int32_t>> == column_type{scalar::integer, 4});
    CHECK(column_type_of<std::optional<float>> == column_type{scalar::real, 4, true});
}

TEST_CASE("what has no order in a database is no column")
{
    CHECK_FALSE(cairn::column_value<char>);
    CHECK_FALSE(cairn::column_value<wchar_t>);
    CHECK_FALSE(cairn::column_value<long double>);
    CHECK_FALSE(cairn::column_value<int*>);
    CHECK_FALSE(cairn::column_value<int const>);
    CHECK_FALSE(cairn::column_value<open_enum>);
    CHECK_FALSE(cairn::column_value<std::vector<int>>);
    CHECK_FALSE(cairn::column_value<std::array<std::byte, 0>>);
    CHECK_FALSE(cairn::column_value<std::map<int, int>>);
    CHECK_FALSE(cairn::column_value<std::optional<std::optional<int>>>);
    CHECK_FALSE(cairn::column_value<std::chrono::steady_clock::time_point>);
    CHECK_FALSE(cairn::column_value<std::chrono::duration<double>>);
}

TEST_CASE("every value comes back from its cell")
{
    CHECK(ends_come_back<std::int8_t>());
    CHECK(ends_come_back<std::int64_t>());
    CHECK(ends_come_back<std::uint16_t>());
    CHECK(ends_come_back<std::uint64_t>());
    CHECK(ends_come_back<double>());
    CHECK(ends_come_back<float>());
    CHECK(comes_back(std::numeric_limits<float>::infinity()));
    CHECK(comes_back(std::numeric_limits<float>::denorm_min()));
    CHECK(comes_back(true));
    CHECK(comes_back(flag::on));
    CHECK(comes_back(static_cast<tiny>(200)));
    CHECK(comes_back(std::string("a\0b", 3)));
    CHECK(comes_back(std::string{}));
    CHECK(comes_back(bytes(0, 1, 255)));
    CHECK(comes_back(std::vector<unsigned char>{}));
    CHECK(comes_back(std::chrono::nanoseconds::min()));
    CHECK(comes_back(std::chrono::sys_time<std::chrono::nanoseconds>::max()));
    CHECK(comes_back(std::optional<std::string>{}));
    CHECK(comes_back(std::optional<std::string>{""}));
}

TEST_CASE("unsigned types make natural cells and signed ones integer cells, whatever the value")
{
    CHECK(cairn::to_cell(std::uint8_t{1}).kind == cell::tag::natural);
    CHECK(cairn::to_cell(tiny::b).kind == cell::tag::natural);
    CHECK(cairn::to_cell(std::int64_t{1}).kind == cell::tag::integer);
    CHECK(cairn::to_cell(true).kind == cell::tag::integer);
    CHECK(cairn::to_cell(std::chrono::seconds{1}).kind == cell::tag::integer);
    CHECK(cairn::to_cell(std::optional<int>{}).is_null());
}

TEST_CASE("a cell of another kind or out of range is refused")
{
    CHECK(refuses<std::int8_t>(cell::of(std::int64_t{128})));
    CHECK(refuses<std::int8_t>(cell::of(std::int64_t{-129})));
    CHECK(refuses<std::int8_t>(cell::of(std::uint64_t{1})));
    CHECK(refuses<std::uint8_t>(cell::of(std::uint64_t{256})));
    CHECK(refuses<std::uint8_t>(cell::of(std::int64_t{1})));
    CHECK(refuses<bool>(cell::of(std::int64_t{2})));
    CHECK(refuses<bool>(cell::of(std::int64_t{-1})));
    CHECK(refuses<flag>(cell::of(std::uint64_t{2})));
    CHECK(refuses<plain>(cell::of(std::int64_t{1} << 40)));
    CHECK(refuses<int>(cell::null()));
    CHECK(refuses<std::string>(cell::null()));
    CHECK(refuses<std::string>(cell::of_bytes({})));
    CHECK(refuses<std::array<std::byte, 2>>(cairn::to_cell(bytes(1, 2, 3))));
    CHECK(refuses<std::chrono::duration<std::int16_t>>(cell::of(std::int64_t{40000})));
}

TEST_CASE("a real that no float holds is refused, and not a number never comes back")
{
    CHECK(refuses<float>(cell::of(0.1)));
    CHECK(refuses<float>(cell::of(1e300)));
    CHECK(refuses<float>(cell::of(-1e300)));
    CHECK(refuses<double>(cell::of(std::numeric_limits<double>::quiet_NaN())));
    CHECK(refuses<double>(cell::of(std::int64_t{1})));
}

TEST_CASE("a negative zero is stored as zero")
{
    CHECK(cairn::to_cell(-0.0) == cairn::to_cell(0.0));
    CHECK(cairn::to_cell(-0.0F) == cairn::to_cell(0.0F));
}
