// SPDX-License-Identifier: BSL-1.0
#include <cairn/base/array_view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using numbers = cairn::array_view<int>;

struct base {};
struct derived : base {};

int sum(numbers all)
{
    int result = 0;
    for (int const each : all) result += each;
    return result;
}

} // namespace

TEST_CASE("an array view shows whatever has its elements in one piece")
{
    int const plain[] = {1, 2, 3};
    auto const array = std::array{4, 5};
    CHECK(sum(plain) == 6);
    CHECK(sum(array) == 9);
    CHECK(sum(std::vector{6, 7}) == 13);
    CHECK(sum(std::span{plain}.subspan(1)) == 5);
    CHECK(sum({plain, 2}) == 3);
    CHECK(sum({}) == 0);
    CHECK(numbers{}.empty());
    CHECK(numbers{plain}.data() == plain);
}

TEST_CASE("an array view shows parts of itself, and converts to a span")
{
    static constexpr int plain[] = {1, 2, 3};
    constexpr auto all = numbers{plain};
    static_assert(all.size() == 3 && all.front() == 1 && all[1] == 2 && all.back() == 3);
    static_assert(all.first(2).size() == 2 && all.first(2).back() == 2);
    CHECK(std::span<int const>{all}.data() == plain);
    CHECK(all.end() - all.begin() == 3);
}

static_assert(std::is_convertible_v<numbers, std::span<int const>>);
static_assert(!std::is_convertible_v<std::vector<long>, numbers>);
static_assert(!std::is_convertible_v<std::vector<derived>, cairn::array_view<base>>);
static_assert(!std::is_convertible_v<std::string_view, numbers>);
static_assert(!std::is_convertible_v<int, numbers>);
