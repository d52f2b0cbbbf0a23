// SPDX-License-Identifier: BSL-1.0
// Whether a struct has members that were not adapted is told from what braces make it.
#include <cairn/describe/checked.hpp>
#include <cairn/describe/elements.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace {

using cairn::fault;
using cairn::detail::fault_of_type;
using cairn::detail::leaves_out;

enum class color : std::uint8_t { red, blue };

struct part {
    std::array<int, 3> numbers{};
    std::array<std::string, 2> names{};
};

/// Takes anything, also what it was not made for.
struct greedy {
    greedy() = default;
    greedy(greedy const&) = default;
    greedy(greedy&) = default;
    template <class T>
    greedy(T&&)
    {
        static_assert(sizeof(typename std::remove_cvref_t<T>::nothing) > 0);
    }
};

class money {
public:
    money() = default;
    money(long cents) : cents_{cents} {}
    [[nodiscard]] long cents() const { return cents_; }

private:
    long cents_ = 0;
};

/// A `T` in each place; what is adapted of them follows below.
template <class T>
struct whole {
    int id;
    T value;
    int rank;
};
template <class T>
struct without_first {
    T value;
    int id;
    int rank;
};
template <class T>
struct without_middle {
    int id;
    T value;
    int rank;
};
template <class T>
struct without_last {
    int id;
    int rank = 3;
    T value{};
};

using tree_map = std::map<std::string, int>;
using hash_map = std::unordered_map<std::string, int>;
using digest = std::array<std::byte, 32>;
using empty_array = std::array<int, 0>;
using triple = std::tuple<int, std::string, std::optional<int>>;
using choice = std::variant<std::monostate, std::string, int>;
using instant = std::chrono::system_clock::time_point;
using callback = std::function<void()>;

struct with_array {
    int id;
    part parts[4];
    std::string text;
};
struct without_array {
    int id;
    char buffer[16];
    std::string text;
};

struct tag {};
struct base {
    int id;
    std::string text;
};
struct derived : base {
    int x;
    int y;
};
struct derived_without : base {
    int x;
    int y;
};
struct derived_without_base : base {
    int x;
    int y;
};
struct derived_from_two : tag, base {
    int x;
};
struct derived_from_two_without : tag, base {
    int x;
    int y;
};
struct tagged : tag {
    int x;
    int y;
};
struct tagged_without : tag {
    int x;
    int y;
};
struct only_base : base {};
struct only_base_without : base {};

class with_constructor {
public:
    with_constructor() = default;
    int id = 0;
    int rank = 0;
};
class with_private {
public:
    int id = 0;

private:
    [[maybe_unused]] int rank_ = 0;
};
struct with_static {
    [[maybe_unused]] static constexpr int most = 4;
    int id;
};
struct with_bits {
    int id;
    int flags : 3;
};
struct without_bits {
    int id;
    int flags : 3;
};

struct on_purpose {
    int id = 0;
    int cached = 0;
    char buffer[16]{};
};
struct half_on_purpose {
    int id = 0;
    int cached = 0;
    char buffer[16]{};
};
struct derived_on_purpose : base {
    int x;
};

struct outer {
    int id = 0;
    std::vector<half_on_purpose> parts{};
};

} // namespace

// Every place from which `Type` can be left out.
#define PLACES_OF(Type)                                      \
    BOOST_HANA_ADAPT_STRUCT(whole<Type>, id, value, rank);   \
    BOOST_HANA_ADAPT_STRUCT(without_first<Type>, id, rank);  \
    BOOST_HANA_ADAPT_STRUCT(without_middle<Type>, id, rank); \
    BOOST_HANA_ADAPT_STRUCT(without_last<Type>, id, rank);

#define EVERY_TYPE(of)                                                                             \
    of(bool) of(double) of(std::uint64_t) of(color) of(std::string) of(std::vector<bool>)          \
        of(std::vector<std::string>) of(std::vector<part>) of(std::deque<int>) of(digest)          \
            of(empty_array) of(part) of(tree_map) of(hash_map) of(triple) of(choice)               \
                of(std::variant<int>) of(std::tuple<int>) of(std::monostate) of(instant)           \
                    of(std::optional<std::optional<bool>>) of(std::chrono::milliseconds) of(money) \
                        of(greedy) of(std::bitset<9>) of(callback) of(std::unique_ptr<int>)        \
                            of(char const*)

EVERY_TYPE(PLACES_OF)

BOOST_HANA_ADAPT_STRUCT(with_array, id, parts, text);
BOOST_HANA_ADAPT_STRUCT(without_array, id, text);
BOOST_HANA_ADAPT_STRUCT(derived, id, text, x, y);
BOOST_HANA_ADAPT_STRUCT(derived_without, id, text, x);
BOOST_HANA_ADAPT_STRUCT(derived_without_base, x, y);
BOOST_HANA_ADAPT_STRUCT(derived_from_two, id, text, x);
BOOST_HANA_ADAPT_STRUCT(derived_from_two_without, id, text, x);
BOOST_HANA_ADAPT_STRUCT(tagged, x, y);
BOOST_HANA_ADAPT_STRUCT(tagged_without, x);
BOOST_HANA_ADAPT_STRUCT(only_base, id, text);
BOOST_HANA_ADAPT_STRUCT(only_base_without);
BOOST_HANA_ADAPT_STRUCT(with_constructor, id);
BOOST_HANA_ADAPT_STRUCT(with_private, id);
BOOST_HANA_ADAPT_STRUCT(with_static, id);
BOOST_HANA_ADAPT_STRUCT(with_bits, id);
BOOST_HANA_ADAPT_STRUCT(without_bits, id);
BOOST_HANA_ADAPT_STRUCT(on_purpose, id);
BOOST_HANA_ADAPT_STRUCT(half_on_purpose, id);
BOOST_HANA_ADAPT_STRUCT(derived_on_purpose, x);
BOOST_HANA_ADAPT_STRUCT(outer, id, parts);

template <>
inline constexpr auto cairn::left_out<on_purpose> =
    cairn::members<&on_purpose::cached, &on_purpose::buffer>;
template <>
inline constexpr auto cairn::left_out<half_on_purpose> = cairn::members<&half_on_purpose::cached>;
template <>
inline constexpr auto cairn::left_out<derived_on_purpose> = cairn::members<&derived_on_purpose::id>;
template <>
inline constexpr auto cairn::left_out<with_bits> = cairn::any_members;

template <>
inline constexpr auto cairn::descriptor<half_on_purpose> =
    cairn::entity<"half">(cairn::key<"half/{id}">);
template <>
inline constexpr auto cairn::descriptor<on_purpose> =
    cairn::entity<"purpose">(cairn::key<"purpose/{id}">);

TEST_CASE("a member left out is found, whatever its type and wherever it stands")
{
#define CHECK_PLACES_OF(Type)                \
    CHECK_FALSE(leaves_out<whole<Type>>);    \
    CHECK(leaves_out<without_first<Type>>);  \
    CHECK(leaves_out<without_middle<Type>>); \
    CHECK(leaves_out<without_last<Type>>);
    EVERY_TYPE(CHECK_PLACES_OF)
    CHECK_FALSE(leaves_out<with_array>);
    CHECK(leaves_out<without_array>);
    CHECK(leaves_out<without_bits>);
    CHECK_FALSE(leaves_out<with_static>);
}

TEST_CASE("members of bases count, and a base of which nothing is adapted is left out")
{
    CHECK_FALSE(leaves_out<derived>);
    CHECK(leaves_out<derived_without>);
    CHECK(leaves_out<derived_without_base>);
    CHECK_FALSE(leaves_out<derived_from_two>);
    CHECK(leaves_out<derived_from_two_without>);
    CHECK_FALSE(leaves_out<tagged>);
    CHECK(leaves_out<tagged_without>);
    CHECK_FALSE(leaves_out<only_base>);
    CHECK(leaves_out<only_base_without>);
}

TEST_CASE("what is left out on purpose is not missed")
{
    CHECK_FALSE(leaves_out<on_purpose>);
    CHECK(leaves_out<half_on_purpose>);
    CHECK_FALSE(leaves_out<derived_on_purpose>);
    CHECK_FALSE(leaves_out<with_bits>);
}

TEST_CASE("nothing is said where braces do not tell: of constructors and private members")
{
    CHECK_FALSE(leaves_out<with_constructor>);
    CHECK_FALSE(leaves_out<with_private>);
}

TEST_CASE("such a member is a fault of a model and of a struct in it")
{
    CHECK(cairn::diagnose<half_on_purpose>() == fault::member_left_out);
    CHECK(cairn::diagnose<on_purpose>() == fault::none);
    CHECK(fault_of_type<outer>() == fault::member_left_out);
    CHECK(fault_of_type<std::map<int, outer>>() == fault::member_left_out);
}
