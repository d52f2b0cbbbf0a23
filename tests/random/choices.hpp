// SPDX-License-Identifier: BSL-1.0
// What the numbers of a step mean: records, keys, changes; the same for model and stores.
#pragma once

#include "program.hpp"

#include "../support/models.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace test::program {

/// Thrown by closures that a program lets fail.
struct planned_failure : std::runtime_error {
    planned_failure() : std::runtime_error{"planned"} {}
};

template <class T, std::size_t N>
T const& chosen(std::array<T, N> const& values, std::uint8_t choice)
{
    return values[choice % N];
}

inline std::string chosen_text(std::uint8_t choice)
{
    using namespace std::string_literals;
    static auto const texts = std::array{
        ""s, "a"s, "ab"s, "ab\0c"s, "\xFF"s, std::string(40, 'a'), "a/b%"s, "\xC3\xA4"s};
    return chosen(texts, choice);
}

template <class Integer>
Integer chosen_integer(std::uint8_t choice)
{
    using limits = std::numeric_limits<Integer>;
    static constexpr auto numbers = std::array<Integer, 6>{
        Integer{0},    Integer{1},    Integer{2},
        limits::min(), limits::max(), static_cast<Integer>(limits::max() / 2 + 1)};
    return chosen(numbers, choice);
}

inline cairn::timestamp chosen_time(std::uint8_t choice)
{
    return cairn::timestamp{std::chrono::nanoseconds{chosen_integer<std::int64_t>(choice)}};
}

inline double chosen_real(std::uint8_t choice)
{
    using limits = std::numeric_limits<double>;
    static constexpr auto numbers = std::array{
        0.0, 1.0, -0.0, -1.5, limits::infinity(), limits::denorm_min(), limits::quiet_NaN(), 0.1};
    return chosen(numbers, choice);
}

template <class T>
std::optional<T> chosen_or_none(T value, std::uint8_t choice)
{
    if (choice % 4 == 0) return std::nullopt;
    return value;
}

inline task_status chosen_status(std::uint8_t choice)
{
    return static_cast<task_status>(choice % 4);
}

/// How the records of a model come about.
template <class Model>
struct meaning;

template <>
struct meaning<account> {
    static constexpr on table = on::accounts;

    static auto key(choices const& pick) { return std::tuple{chosen_text(pick[0])}; }
    static auto key_in(account const& r) { return std::tuple{r.name}; }
    static account make(choices const& pick)
    {
        auto result = account{.name = chosen_text(pick[0]), .email = chosen_text(pick[1])};
        fill(result, pick);
        return result;
    }
    static void fill(account& r, choices const& pick)
    {
        r.email = chosen_text(pick[1]);
        r.phone = chosen_or_none(chosen_text(pick[2]), pick[2]);
        r.age = chosen_integer<std::uint32_t>(pick[3]);
        r.notes.assign(pick[4] % 3, chosen_text(pick[4]));
    }
    static void change_key(account& r) { r.name += 'x'; }
    static void nudge(account& r, std::uint8_t choice)
    {
        r.age = chosen_integer<std::uint32_t>(choice);
        if (choice % 8 == 7) r.phone = "shared";
    }
};

template <>
struct meaning<task> {
    static constexpr on table = on::tasks;

    static auto key(choices const& pick) { return std::tuple{chosen_text(pick[0])}; }
    static auto key_in(task const& r) { return std::tuple{r.id}; }
    static task make(choices const& pick)
    {
        auto result = task{.id = chosen_text(pick[0])};
        fill(result, pick);
        return result;
    }
    static void fill(task& r, choices const& pick)
    {
        r.status = chosen_status(pick[1]);
        r.created_at = chosen_time(pick[2]);
        r.payload.assign(pick[3] % 5, std::byte{pick[3]});
    }
    static void change_key(task& r) { r.id += 'x'; }
    static void nudge(task& r, std::uint8_t choice) { r.status = chosen_status(choice); }
};

template <>
struct meaning<entry> {
    static constexpr on table = on::entries;

    static auto key(choices const& pick)
    {
        return std::tuple{chosen_integer<std::int32_t>(pick[0])};
    }
    static auto key_in(entry const& r) { return std::tuple{r.number}; }
    static entry make(choices const& pick)
    {
        auto result = entry{.number = chosen_integer<std::int32_t>(pick[0])};
        fill(result, pick);
        return result;
    }
    static void fill(entry& r, choices const& pick)
    {
        r.text = chosen_text(pick[1]);
        r.weight = chosen_integer<std::int64_t>(pick[2]);
    }
    static void change_key(entry& r) { r.number ^= 1; }
    static void nudge(entry& r, std::uint8_t choice) { r.text = chosen_text(choice); }
};

template <>
struct meaning<pair> {
    static constexpr on table = on::pairs;

    static auto key(choices const& pick)
    {
        return std::tuple{chosen_text(pick[0]), chosen_text(pick[1])};
    }
    static auto key_in(pair const& r) { return std::tuple{r.left, r.right}; }
    static pair make(choices const& pick)
    {
        auto result = pair{.left = chosen_text(pick[0]), .right = chosen_text(pick[1])};
        fill(result, pick);
        return result;
    }
    static void fill(pair& r, choices const& pick) { r.value = pick[2]; }
    static void change_key(pair& r) { std::swap(r.left, r.right += 'x'); }
    static void nudge(pair& r, std::uint8_t choice) { r.value = choice; }
};

template <>
struct meaning<reading> {
    static constexpr on table = on::readings;

    static auto key(choices const& pick) { return std::tuple{chosen_text(pick[0])}; }
    static auto key_in(reading const& r) { return std::tuple{r.sensor}; }
    static reading make(choices const& pick)
    {
        auto result = reading{.sensor = chosen_text(pick[0])};
        fill(result, pick);
        return result;
    }
    static void fill(reading& r, choices const& pick)
    {
        r.celsius = chosen_real(pick[1]);
        r.humidity = chosen_or_none(static_cast<float>(chosen_real(pick[2] / 4)), pick[2]);
        r.deadline = chosen_or_none(chosen_time(pick[3] / 4), pick[3]);
        r.level = chosen_or_none(chosen_integer<std::int16_t>(pick[4] / 4), pick[4]);
        r.valid = pick[4] % 2 == 1;
    }
    static void change_key(reading& r) { r.sensor += 'x'; }
    static void nudge(reading& r, std::uint8_t choice) { r.celsius = chosen_real(choice); }
};

/// What the function given to `update` does, by choice 5.
template <class Model>
void change(Model& record, choices const& pick)
{
    switch (pick[5] % 8) {
    case 5: return;
    case 6: return meaning<Model>::change_key(record);
    case 7: meaning<Model>::fill(record, pick); throw planned_failure{};
    default: return meaning<Model>::fill(record, pick);
    }
}

/// What the function given to `range.update` does to the record number `n`.
template <class Model>
void change_in_range(Model& record, choices const& pick, std::size_t n)
{
    if (pick[7] % 16 == 15 && n == 1) throw planned_failure{};
    meaning<Model>::nudge(record, pick[7]);
}

/// What is done with the answer to a query.
enum class use : std::uint8_t { list, list_again, count, first, keys, pages, update, erase };
[[nodiscard]] inline use chosen_use(choices const& pick)
{
    return static_cast<use>(pick[6] % 8);
}

[[nodiscard]] inline bool is_reversed(choices const& pick)
{
    return pick[5] % 2 == 1;
}
/// The limit of a query; none if it is huge.
[[nodiscard]] inline std::size_t chosen_limit(choices const& pick)
{
    static constexpr auto none = static_cast<std::size_t>(-1);
    static constexpr auto limits = std::array<std::size_t, 6>{none, none, none, 0, 1, 3};
    return chosen(limits, static_cast<std::uint8_t>(pick[5] / 2));
}
[[nodiscard]] inline std::size_t chosen_page_size(choices const& pick)
{
    return 1 + pick[7] % 4;
}

} // namespace test::program
