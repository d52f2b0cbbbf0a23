// SPDX-License-Identifier: BSL-1.0
// A record with a member of every kind, and random ones.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/base/timestamp.hpp>
#include <cairn/describe/elements.hpp>
#include <cairn/describe/enum_names.hpp>
#include <cairn/encode/record.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace test {

enum class colour : std::int8_t { red = -1, green = 0, blue = 5 };
enum class level : std::uint64_t { low = 1, high = 0xFFFFFFFFFFFFFFFF };

struct part {
    std::uint32_t count = 0;
    std::string label{};
    std::optional<colour> tint{};

    bool operator==(part const&) const = default;
    auto operator<=>(part const&) const = default;
};

struct everything {
    std::uint64_t id = 0;
    std::string name{};
    colour tint = colour::green;
    double weight = 0;
    std::optional<float> ratio{};
    std::optional<std::string> nick{};
    std::array<std::byte, 4> digest{};
    std::vector<std::byte> blob{};
    bool on = false;
    std::int32_t rank = 0;
    cairn::timestamp at{};
    std::optional<std::int16_t> shift{};
    std::string token{}; // the last column; secret
    std::int8_t small = 0;
    std::uint8_t tiny = 0;
    std::uint16_t port = 0;
    std::int64_t wide = 0;
    level height = level::low;
    float real = 0;
    double precise = 0;
    std::chrono::milliseconds delay{};
    std::chrono::sys_seconds day{};
    std::string note{};
    std::vector<std::uint8_t> raw{};
    std::vector<std::array<std::byte, 4>> digests{};
    std::vector<std::uint32_t> numbers{};
    std::vector<bool> flags{};
    std::vector<std::string> words{};
    std::array<part, 2> pair{};
    std::map<std::string, std::vector<part>> shelves{};
    std::unordered_map<std::int32_t, std::string> loose{};
    std::set<std::pair<std::uint8_t, bool>> marks{};
    std::unordered_set<std::string> bag{};
    std::variant<std::monostate, std::int32_t, std::string, part> choice{};
    std::optional<std::optional<part>> maybe{};
    std::tuple<bool, colour, std::string> triple{};

    bool operator==(everything const&) const = default;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::part, count, label, tint);
BOOST_HANA_ADAPT_STRUCT(
    test::everything, id, name, tint, weight, ratio, nick, digest, blob, on, rank, at, shift, token,
    small, tiny, port, wide, height, real, precise, delay, day, note, raw, digests, numbers, flags,
    words, pair, shelves, loose, marks, bag, choice, maybe, triple);

template <>
inline constexpr auto cairn::enum_names<test::colour> =
    cairn::names<test::colour>({{test::colour::red, "red"}, {test::colour::blue, "blue \"deep\""}});

template <>
inline constexpr auto cairn::descriptor<test::everything> = cairn::entity<"everything">(
    cairn::version<3>, cairn::key<"all/{id}/{name}">,
    cairn::index<"look", "tint", "weight", "ratio", "nick">,
    cairn::column<"digest", "blob", "on", "rank", "at", "shift", "token">, cairn::secret<"token">);

namespace test {

using codec = cairn::record_codec<everything>;

class dice {
public:
    explicit dice(std::uint64_t seed) : engine_{seed} {}

    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool coin() { return below(2) == 0; }

    /// Often an end of the range.
    template <class Integer>
    Integer integer()
    {
        using limits = std::numeric_limits<Integer>;
        switch (below(5)) {
        case 0: return limits::min();
        case 1: return limits::max();
        case 2: return static_cast<Integer>(below(3));
        default: return static_cast<Integer>(engine_());
        }
    }

    template <class Real>
    Real real()
    {
        using limits = std::numeric_limits<Real>;
        Real const ends[] = {
            0,
            1,
            -1,
            limits::min(),
            limits::max(),
            limits::lowest(),
            limits::denorm_min(),
            limits::infinity(),
            -limits::infinity()};
        if (coin()) return ends[below(std::size(ends))];
        return static_cast<Real>(integer<std::int64_t>()) / static_cast<Real>(1 + below(1000));
    }

    /// Any bytes, often NUL and 0xFF.
    std::string text(std::size_t most = 12)
    {
        auto out = std::string(below(most + 1), '\0');
        for (auto& c : out)
            c = coin() ? static_cast<char>(engine_())
                       : "\0\1\xFF"
                         "a"[below(4)];
        return out;
    }

    std::vector<std::byte> bytes(std::size_t most = 12)
    {
        auto const from = text(most);
        auto const* first = reinterpret_cast<std::byte const*>(from.data());
        return {first, first + from.size()};
    }

    colour tint()
    {
        return std::array{colour::red, colour::green, colour::blue, colour{77}}[below(4)];
    }

    test::part part()
    {
        auto out = test::part{integer<std::uint32_t>(), text(), {}};
        if (coin()) out.tint = tint();
        return out;
    }

private:
    std::mt19937_64 engine_;
};

inline void fill_columns(dice& d, everything& e)
{
    e.id = d.integer<std::uint64_t>();
    e.name = d.text();
    e.tint = d.tint();
    e.weight = d.real<double>();
    if (d.coin()) e.ratio = d.real<float>();
    if (d.coin()) e.nick = d.text();
    for (auto& b : e.digest) b = static_cast<std::byte>(d.below(256));
    e.blob = d.bytes();
    e.on = d.coin();
    e.rank = d.integer<std::int32_t>();
    e.at = cairn::timestamp{std::chrono::nanoseconds{d.integer<std::int64_t>()}};
    if (d.coin()) e.shift = d.integer<std::int16_t>();
    e.token = d.text();
}

inline void fill_scalars(dice& d, everything& e)
{
    e.small = d.integer<std::int8_t>();
    e.tiny = d.integer<std::uint8_t>();
    e.port = d.integer<std::uint16_t>();
    e.wide = d.integer<std::int64_t>();
    e.height = level{d.integer<std::uint64_t>()};
    e.real = d.real<float>();
    e.precise = d.coin() ? -0.0 : d.real<double>();
    e.delay = std::chrono::milliseconds{d.integer<std::int64_t>()};
    e.day = std::chrono::sys_seconds{std::chrono::seconds{d.integer<std::int64_t>()}};
    e.note = d.text(200);
}

inline void fill_containers(dice& d, everything& e)
{
    for (auto n = d.below(5); n > 0; --n) {
        e.raw.push_back(d.integer<std::uint8_t>());
        e.digests.emplace_back().fill(static_cast<std::byte>(n));
        e.numbers.push_back(d.integer<std::uint32_t>());
        e.flags.push_back(d.coin());
        e.words.push_back(d.text());
        e.shelves[d.text(3)].push_back(d.part());
        e.loose[d.integer<std::int32_t>()] = d.text();
        e.marks.emplace(d.integer<std::uint8_t>(), d.coin());
        e.bag.insert(d.text(3));
    }
    for (auto& each : e.pair) each = d.part();
}

inline void fill_choices(dice& d, everything& e)
{
    switch (d.below(4)) {
    case 0: break;
    case 1: e.choice = d.integer<std::int32_t>(); break;
    case 2: e.choice = d.text(); break;
    default: e.choice = d.part();
    }
    if (d.coin()) e.maybe.emplace();
    if (e.maybe && d.coin()) e.maybe->emplace(d.part());
    e.triple = {d.coin(), d.tint(), d.text()};
}

inline everything random_record(dice& d)
{
    auto out = everything{};
    fill_columns(d, out);
    fill_scalars(d, out);
    fill_containers(d, out);
    fill_choices(d, out);
    return out;
}

/// A record as a table holds it.
struct stored {
    everything record;
    std::array<cairn::cell, codec::columns> columns;
    std::vector<std::byte> body;

    explicit stored(everything value) : record{std::move(value)}
    {
        auto out = cairn::byte_buffer{};
        codec::to_columns(record, columns.data());
        codec::encode(record, out);
        body.assign(out.view().begin(), out.view().end());
    }
    stored(stored const&) = delete;
    stored& operator=(stored const&) = delete;

    everything decode() const
    {
        auto out = everything{};
        codec::decode(columns, body, out);
        return out;
    }
};

} // namespace test
