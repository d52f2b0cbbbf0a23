// SPDX-License-Identifier: BSL-1.0
// Types with cereal functions of their own are written and read through the bounded archives.
#include "counted_memory.hpp"

#include <cairn/base/hex.hpp>
#include <cairn/cereal.hpp>
#include <cairn/describe/elements.hpp>
#include <cairn/encode/record.hpp>
#include <cairn/json.hpp>

#include <cereal/types/bitset.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include <doctest/doctest.h>

#include <bitset>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

struct with_serialize {
    std::int32_t number = 0;
    std::vector<std::string> words{};
    std::bitset<9> bits{};
    std::optional<float> maybe{};

    bool operator==(with_serialize const&) const = default;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(cereal::make_nvp("number", number), words);
        archive& bits;
        archive(CEREAL_NVP(maybe));
    }
};

struct with_save_and_load {
    std::map<std::string, std::uint64_t> counts{};
    bool operator==(with_save_and_load const&) const = default;
};

template <class Archive>
void save(Archive& archive, with_save_and_load const& value)
{
    archive << cereal::make_size_tag(static_cast<cereal::size_type>(value.counts.size()));
    for (auto const& [name, count] : value.counts) archive << name << count;
}

template <class Archive>
void load(Archive& archive, with_save_and_load& value)
{
    auto size = cereal::size_type{};
    archive >> cereal::make_size_tag(size);
    for (; size > 0; --size) {
        auto name = std::string{};
        archive >> name >> value.counts[name];
    }
}

struct minimal {
    std::string text{};
    bool operator==(minimal const&) const = default;

    template <class Archive>
    std::string save_minimal(Archive const&) const
    {
        return text;
    }
    template <class Archive>
    void load_minimal(Archive const&, std::string const& from)
    {
        if (from == "bad") throw cereal::Exception{"it is bad"};
        text = from;
    }
};

struct versioned : with_serialize {
    std::int64_t more = 0;
    std::uint32_t seen = 0;

    bool operator==(versioned const&) const = default;

    template <class Archive>
    void serialize(Archive& archive, std::uint32_t const version)
    {
        seen = version;
        archive(cereal::base_class<with_serialize>(this), more);
    }
};

struct raw {
    std::array<std::uint16_t, 4> block{};
    bool operator==(raw const&) const = default;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(cereal::binary_data(block.data(), sizeof block));
    }
};

struct knot {
    std::vector<knot> parts{};
    bool operator==(knot const&) const = default;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(parts);
    }
};

/// Reads as many numbers as the bytes say, in cereal's manner: resize, then fill.
struct trusting {
    std::vector<std::array<std::byte, 1024>> blocks{};
    bool operator==(trusting const&) const = default;

    template <class Archive>
    void save(Archive& archive) const
    {
        archive(cereal::make_size_tag(static_cast<cereal::size_type>(blocks.size())));
        for (auto const& block : blocks) archive(block);
    }
    template <class Archive>
    void load(Archive& archive)
    {
        auto size = cereal::size_type{};
        archive(cereal::make_size_tag(size));
        blocks.resize(static_cast<std::size_t>(size));
        for (auto& block : blocks) archive(block);
    }
};

/// A model with such a type among its members.
struct purse {
    std::int64_t id = 0;
    minimal owner{};
    std::vector<with_serialize> coins{};

    bool operator==(purse const&) const = default;
};

struct thrown_damage final : cairn::detail::damage_report {
    void damaged(char const* reason) const override
    {
        throw cairn::corrupt_record{{.message = reason}};
    }
};

template <class T>
std::vector<std::byte> written(T const& value)
{
    auto out = cairn::byte_buffer{};
    auto to = cairn::detail::writer{out, {}, {}};
    cairn::detail::write_value(to, value);
    to.check_size();
    to.commit();
    return {out.view().begin(), out.view().end()};
}

template <class T>
T read_back(std::span<std::byte const> bytes)
{
    auto const report = thrown_damage{};
    auto in = cairn::detail::reader{bytes, {}, report};
    auto value = T{};
    cairn::detail::read_value(in, value);
    in.finish();
    return value;
}

template <class T>
void check_trip(T const& value)
{
    auto const bytes = written(value);
    CHECK(read_back<T>(bytes) == value);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(
            static_cast<void>(read_back<T>(std::span{bytes}.first(size))), cairn::corrupt_record);
}

versioned sample()
{
    auto out = versioned{};
    out.number = 5;
    out.words = {"a", ""};
    out.bits[8] = true;
    out.maybe = 1.5F;
    out.more = -1;
    out.seen = 3;
    return out;
}

} // namespace

CEREAL_CLASS_VERSION(versioned, 3)

template <>
inline constexpr auto cairn::foreign<minimal> = cairn::cereal_format<"minimal", 1>;
template <>
inline constexpr auto cairn::foreign<with_serialize> = cairn::cereal_format<"with_serialize", 1>;
BOOST_HANA_ADAPT_STRUCT(purse, id, owner, coins);
template <>
inline constexpr auto cairn::descriptor<purse> = cairn::entity<"purse">(cairn::key<"purse/{id}">);

TEST_CASE("objects with each kind of cereal functions come back")
{
    check_trip(static_cast<with_serialize const&>(sample()));
    check_trip(with_save_and_load{{{"a", 1}, {"b", 2}}});
    check_trip(minimal{"text"});
    check_trip(sample());
    check_trip(raw{{1, 2, 3, 4}});
    check_trip(knot{{knot{}, knot{{knot{}}}}});
    check_trip(trusting{std::vector<std::array<std::byte, 1024>>(3)});
}

TEST_CASE("they come back inside containers, optionals and variants")
{
    check_trip(std::vector<versioned>{sample(), {}, sample()});
    check_trip(std::map<std::string, minimal>{{"a", {"b"}}});
    check_trip(std::variant<minimal, raw>{raw{{9, 8, 7, 6}}});
    check_trip(std::optional<with_save_and_load>{with_save_and_load{}});
}

TEST_CASE("members are written in the library's own layout, cereal's headers included or not")
{
    auto value = with_serialize{};
    value.words = {"ab"};
    CHECK(
        cairn::to_hex(written(value)).substr(0, 28)
        == "00000000"
           "01000000"
           "02000000"
           "6162");
}

TEST_CASE("a class version stands before each object, so that equal objects have equal bytes")
{
    auto const one = cairn::to_hex(written(sample()));
    CHECK(one.substr(0, 8) == "03000000");
    CHECK(cairn::to_hex(written(std::array{sample(), sample()})) == one + one);
}

TEST_CASE("an exception of cereal is a typed error, one of the type's own passes through")
{
    auto const bytes = written(minimal{"bad"});
    CHECK_THROWS_WITH_AS(
        static_cast<void>(read_back<minimal>(bytes)), "cairn: corrupt_record: it is bad",
        cairn::corrupt_record);
}

TEST_CASE("a size that cereal code would trust is checked before it is given out")
{
    auto bytes = std::vector<std::byte>(12);
    bytes[2] = std::byte{0x10}; // a million blocks of a kilobyte each
    auto const peak = test::peak_of([&] {
        CHECK_THROWS_AS(static_cast<void>(read_back<trusting>(bytes)), cairn::corrupt_record);
    });
    CHECK(peak < 4096);
}

TEST_CASE("objects nested through cereal functions are bounded in depth")
{
    auto deep = std::vector<std::byte>{};
    for (int i = 0; i < 100'000; ++i) {
        for (auto const b : {1, 0, 0, 0}) deep.push_back(static_cast<std::byte>(b));
    }
    CHECK_THROWS_AS(static_cast<void>(read_back<knot>(deep)), cairn::corrupt_record);
}

TEST_CASE("a model may have such members, in its body and in its JSON")
{
    auto const original = purse{7, {"Ada"}, {with_serialize{}, sample()}};
    auto body = cairn::byte_buffer{};
    cairn::record_codec<purse>::encode(original, body);
    auto back = purse{};
    cairn::record_codec<purse>::decode({}, body.view(), back);
    CHECK(back == original);
    CHECK(cairn::from_json<purse>(cairn::to_json(original)) == original);
    CHECK_THROWS_AS(
        static_cast<void>(cairn::from_json<purse>(R"({"id":1,"owner":"0x09000000","coins":[]})")),
        cairn::invalid_argument);
}
