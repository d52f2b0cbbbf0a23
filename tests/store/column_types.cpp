// SPDX-License-Identifier: BSL-1.0
// Every type of column that an index can have: its order, its bounds, its pages, on every backend.
#include "people.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <random>

using namespace test;

namespace columns {

enum class small : std::int8_t { low = -5, middle = 0, high = 7 };
enum class wide : std::uint64_t { low = 0, half = 1ULL << 63, high = ~0ULL };

struct row {
    std::uint32_t id = 0;
    std::int8_t i8 = 0;
    std::uint8_t u8 = 0;
    std::int16_t i16 = 0;
    std::uint16_t u16 = 0;
    std::optional<std::uint64_t> maybe_u64{};
    std::optional<bool> maybe_bool{};
    small of_signed{};
    wide of_unsigned{};
    std::optional<wide> maybe_wide{};
    std::chrono::milliseconds delay{};
    std::optional<std::chrono::hours> maybe_delay{};
    std::chrono::sys_seconds at{};
    float f32 = 0;
    std::optional<double> maybe_f64{};
    std::vector<std::uint8_t> blob{};
    std::optional<std::vector<std::byte>> maybe_blob{};
    std::optional<std::array<std::byte, 3>> maybe_digest{};

    bool operator==(row const&) const = default;
};

} // namespace columns

BOOST_HANA_ADAPT_STRUCT(
    columns::row, id, i8, u8, i16, u16, maybe_u64, maybe_bool, of_signed, of_unsigned, maybe_wide,
    delay, maybe_delay, at, f32, maybe_f64, blob, maybe_blob, maybe_digest);

template <>
inline constexpr auto cairn::descriptor<columns::row> = cairn::entity<"row">(
    cairn::key<"row:{id}">, cairn::index<"i8", "i8">, cairn::index<"u8", "u8">,
    cairn::index<"i16", "i16">, cairn::index<"u16", "u16">, cairn::index<"maybe_u64", "maybe_u64">,
    cairn::index<"maybe_bool", "maybe_bool">, cairn::index<"of_signed", "of_signed">,
    cairn::index<"of_unsigned", "of_unsigned">, cairn::index<"maybe_wide", "maybe_wide">,
    cairn::index<"delay", "delay">, cairn::index<"maybe_delay", "maybe_delay">,
    cairn::index<"at", "at">, cairn::index<"f32", "f32">, cairn::index<"maybe_f64", "maybe_f64">,
    cairn::index<"blob", "blob">, cairn::index<"maybe_blob", "maybe_blob">,
    cairn::index<"maybe_digest", "maybe_digest">);

namespace columns {

struct schema : cairn::schema<row> {};
inline constexpr auto rows = cairn::table<row>;

/// One of some values, by chance.
template <class T>
T any_of(std::mt19937_64& dice, std::initializer_list<T> values)
{
    return values.begin()[dice() % values.size()];
}

template <class T>
std::optional<T> maybe(std::mt19937_64& dice, T value)
{
    return dice() % 3 == 0 ? std::nullopt : std::optional{std::move(value)};
}

std::vector<row> some_rows()
{
    using limits = std::numeric_limits<std::int64_t>;
    constexpr auto half = std::uint64_t{1} << 63;
    constexpr auto infinite = std::numeric_limits<float>::infinity();
    auto dice = std::mt19937_64{5};
    auto made = std::vector<row>(40);
    for (auto& r : made) {
        r.id = static_cast<std::uint32_t>(&r - made.data());
        r.i8 = static_cast<std::int8_t>(dice());
        r.u8 = static_cast<std::uint8_t>(dice());
        r.i16 = static_cast<std::int16_t>(dice());
        r.u16 = static_cast<std::uint16_t>(dice());
        r.maybe_u64 = maybe(dice, any_of<std::uint64_t>(dice, {0, half - 1, half, ~0ULL}));
        r.maybe_bool = maybe(dice, dice() % 2 == 0);
        r.of_signed = any_of(dice, {small::low, small::middle, small::high, small{-128}});
        r.of_unsigned = any_of(dice, {wide::low, wide::half, wide::high});
        r.maybe_wide = maybe(dice, any_of(dice, {wide::low, wide::half, wide::high}));
        r.delay = std::chrono::milliseconds{
            any_of<std::int64_t>(dice, {limits::min(), -1, 0, limits::max()})};
        r.maybe_delay = maybe(dice, std::chrono::hours{any_of(dice, {-50, 0, 3})});
        r.at = std::chrono::sys_seconds{std::chrono::seconds{any_of(dice, {-1000, 0, 7})}};
        r.f32 = any_of(dice, {-0.0F, 0.0F, 1.5F, -1.5F, infinite, -infinite, 1e-45F});
        r.maybe_f64 = maybe(dice, any_of(dice, {-0.0, 0.0, 5e-324, -1e308}));
        r.blob.assign(dice() % 3, any_of<std::uint8_t>(dice, {0, 255}));
        r.maybe_blob = maybe(
            dice, std::vector(dice() % 3, any_of(dice, {std::byte{}, std::byte{9}})));
        r.maybe_digest = maybe(
            dice,
            std::array{std::byte{}, any_of(dice, {std::byte{1}, std::byte{255}}), std::byte{}});
    }
    return made;
}

template <class T>
T const* present(T const& value)
{
    return &value;
}
template <class T>
T const* present(std::optional<T> const& value)
{
    return value ? &*value : nullptr;
}

/// The pages of a range from the first on, or from the last back, put together.
template <class Range>
std::vector<row> paged(Range const& range, bool backwards)
{
    auto page = range.page(3);
    auto all = page.records;
    while (!page.next.empty()) {
        page = range.page(3, page.next);
        all.insert(all.end(), page.records.begin(), page.records.end());
    }
    if (!backwards) return all;
    all = page.records;
    while (!page.previous.empty()) {
        page = range.page(3, page.previous);
        all.insert(all.begin(), page.records.begin(), page.records.end());
    }
    return all;
}

template <class Range>
void check_range(Range const& range, std::vector<row> expected)
{
    CHECK(range.to_vector() == expected);
    CHECK(range.count() == expected.size());
    CHECK(paged(range, false) == expected);
    CHECK(paged(range, true) == expected);
    std::reverse(expected.begin(), expected.end());
    CHECK(range.reversed().to_vector() == expected);
}

/// Compares the ranges of the index over `member` with filtering and sorting.
template <class Store, class Index, class T>
void check_index(Store const& db, std::vector<row> all, Index index, T row::*member)
{
    std::stable_sort(
        all.begin(), all.end(), [&](row const& a, row const& b) { return a.*member < b.*member; });
    auto const where = [&](auto const& holds) {
        auto found = std::vector<row>{};
        for (auto const& r : all)
            if (holds(r.*member)) found.push_back(r);
        return found;
    };
    check_range(db[rows].by(index), all);
    for (std::size_t i = 0; i < all.size(); i += 5) {
        auto const& value = all[i].*member;
        check_range(db[rows].by(index, value), where([&](T const& v) { return v == value; }));
        auto const* const edge = present(value);
        if (edge == nullptr) continue;
        check_range(db[rows].by(index).from(*edge), where([&](T const& v) { return v >= value; }));
        check_range(db[rows].by(index).above(*edge), where([&](T const& v) { return v > value; }));
        auto const below = [&](T const& v) { return present(v) && v < value; };
        auto const through = [&](T const& v) { return present(v) && v <= value; };
        check_range(db[rows].by(index).until(*edge), where(below));
        check_range(db[rows].by(index).through(*edge), where(through));
    }
}

template <class Store>
void check_all(Store const& db, std::vector<row> const& all)
{
    using namespace cairn::literals;
    CHECK(db[rows].scan().to_vector() == all);
    check_index(db, all, "i8"_by, &row::i8);
    check_index(db, all, "u8"_by, &row::u8);
    check_index(db, all, "i16"_by, &row::i16);
    check_index(db, all, "u16"_by, &row::u16);
    check_index(db, all, "maybe_u64"_by, &row::maybe_u64);
    check_index(db, all, "maybe_bool"_by, &row::maybe_bool);
    check_index(db, all, "of_signed"_by, &row::of_signed);
    check_index(db, all, "of_unsigned"_by, &row::of_unsigned);
    check_index(db, all, "maybe_wide"_by, &row::maybe_wide);
    check_index(db, all, "delay"_by, &row::delay);
    check_index(db, all, "maybe_delay"_by, &row::maybe_delay);
    check_index(db, all, "at"_by, &row::at);
    check_index(db, all, "f32"_by, &row::f32);
    check_index(db, all, "maybe_f64"_by, &row::maybe_f64);
    check_index(db, all, "blob"_by, &row::blob);
    check_index(db, all, "maybe_blob"_by, &row::maybe_blob);
    check_index(db, all, "maybe_digest"_by, &row::maybe_digest);
}

} // namespace columns

TEST_CASE_TEMPLATE(
    "every type of column orders, bounds, counts and pages as by filtering and sorting", Backend,
    EVERY_BACKEND)
{
    auto const where = place<Backend>{};
    auto const all = columns::some_rows();
    {
        auto const db = cairn::store<columns::schema, Backend>{where.options()};
        for (auto const& r : all) db[columns::rows].insert(r);
        columns::check_all(db, all);
    }
    if constexpr (has_file<Backend>)
        columns::check_all(cairn::store<columns::schema, Backend>{where.options()}, all);
}
