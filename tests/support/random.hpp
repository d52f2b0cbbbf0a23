// SPDX-License-Identifier: BSL-1.0
// Seeded random values that are the same everywhere, and prefer the edges of their types.
#pragma once

#include <cairn/base/timestamp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// splitmix64: the same numbers on every platform.
class generator {
public:
    explicit generator(std::uint64_t seed) : state_{seed} {}

    std::uint64_t operator()()
    {
        auto z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    /// A number in [0, end).
    std::size_t below(std::size_t end) { return static_cast<std::size_t>((*this)() % end); }
    bool one_in(std::size_t n) { return below(n) == 0; }

    template <class T, std::size_t N>
    T const& any_of(std::array<T, N> const& values)
    {
        return values[below(N)];
    }
    template <class T>
    T const& any_of(std::vector<T> const& values)
    {
        return values[below(values.size())];
    }

private:
    std::uint64_t state_;
};

/// A number from the environment, so that a campaign can be longer and a failure be rerun.
inline std::uint64_t from_environment(char const* name, std::uint64_t otherwise)
{
    auto const* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The least, the greatest, zero and its neighbours, or a small or a wild one.
template <class Integer>
Integer any_integer(generator& random)
{
    using limits = std::numeric_limits<Integer>;
    switch (random.below(8)) {
    case 0: return limits::min();
    case 1: return limits::max();
    case 2: return static_cast<Integer>(limits::max() / 2);
    case 3: return static_cast<Integer>(limits::max() / 2 + 1);
    case 4: return static_cast<Integer>(random());
    case 5: return static_cast<Integer>(-1);
    default: return static_cast<Integer>(random.below(4));
    }
}

inline double any_real(generator& random)
{
    using limits = std::numeric_limits<double>;
    static constexpr auto edges = std::array{
        0.0,
        -0.0,
        1.0,
        -1.0,
        limits::infinity(),
        -limits::infinity(),
        limits::min(),
        limits::denorm_min(),
        -limits::denorm_min(),
        limits::max(),
        limits::lowest(),
        0.1};
    return random.any_of(edges);
}

/// Strings that share prefixes, are empty, or hold NUL, 0xFF, separators and UTF-8.
inline std::string any_text(generator& random)
{
    using namespace std::string_literals;
    static auto const edges = std::vector<std::string>{
        ""s,     "a"s,        "ab"s, "ab\0"s, "ab\0c"s, "\0"s, "\0\0"s,     "\0\xFF"s,
        "\xFF"s, "\xFF\xFF"s, "/"s,  "a/b"s,  "%2F"s,   "a%"s, "\xC3\xA4"s, "'; DROP--"s,
        "1"s,    "17000"s,    "\1"s, "~"s,    "z"s,     " "s,  "a\n"s};
    if (!random.one_in(8)) return random.any_of(edges);
    auto text = std::string(40 + random.below(3), 'p'); // a long shared prefix
    return text.append(random.any_of(edges));
}

inline std::vector<std::byte> any_bytes(generator& random)
{
    auto const text = any_text(random);
    auto bytes = std::vector<std::byte>{};
    for (auto const c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

inline cairn::timestamp any_time(generator& random)
{
    return cairn::timestamp{std::chrono::nanoseconds{any_integer<std::int64_t>(random)}};
}

/// Nothing, one time in three.
template <class Make>
auto maybe(generator& random, Make const& make) -> std::optional<decltype(make())>
{
    if (random.one_in(3)) return std::nullopt;
    return make();
}

} // namespace test
