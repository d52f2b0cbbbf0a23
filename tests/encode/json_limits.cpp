// SPDX-License-Identifier: BSL-1.0
// Whatever can be stored is read back from its JSON, and no more than that is read.
#include <cairn/describe/schema.hpp>
#include <cairn/encode/record.hpp>
#include <cairn/json.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace {

struct samples {
    std::int64_t id = 0;
    std::vector<std::int8_t> levels{};
    std::map<std::string, std::int32_t> marks{};
    std::string text{};
    std::vector<std::byte> blob{};
    std::array<std::byte, 0> nothing{};

    bool operator==(samples const&) const = default;
};

struct point {
    std::uint8_t horizontal_position_in_the_window = 0;
    std::uint8_t vertical_position_in_the_window = 0;
    bool operator==(point const&) const = default;
};
struct track {
    std::int64_t id = 0;
    std::vector<point> points{};
    bool operator==(track const&) const = default;
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(samples, id, levels, marks, text, blob, nothing);
BOOST_HANA_ADAPT_STRUCT(point, horizontal_position_in_the_window, vertical_position_in_the_window);
BOOST_HANA_ADAPT_STRUCT(track, id, points);
template <>
inline constexpr auto cairn::descriptor<samples> =
    cairn::entity<"samples">(cairn::key<"samples/{id}">);
template <>
inline constexpr auto cairn::descriptor<track> = cairn::entity<"track">(cairn::key<"track/{id}">);

namespace {

/// Whether a record that can be stored comes back from its JSON.
template <class Model>
bool comes_back(Model const& record)
{
    auto body = cairn::byte_buffer{};
    cairn::record_codec<Model>::encode(record, body);
    return cairn::from_json<Model>(cairn::to_json(record)) == record;
}

/// Why a text is no such record.
std::string refusal(std::string_view text)
{
    try {
        static_cast<void>(cairn::from_json<samples>(text));
    } catch (cairn::invalid_argument const& e) {
        return e.model() + ": " + e.what();
    }
    return {};
}

bool is_too_large(samples const& record)
{
    return refusal(cairn::to_json(record)).find("the record is larger than the limit")
        != std::string::npos;
}

constexpr auto most_bytes = cairn::decode_limits{}.record_bytes;
constexpr std::size_t bytes_of_nothing = 8 + 4 * 4; // the number and four lengths

} // namespace

TEST_CASE("numbers of one byte are as many in JSON as in a body")
{
    auto record = samples{};
    record.levels.resize((std::size_t{1} << 20) + 1);
    CHECK(comes_back(record));
}

TEST_CASE("a text may be many times longer in JSON than in a body")
{
    auto record = samples{};
    record.text.assign(most_bytes / 4 * 3, '\1'); // six characters each: 4.5 times the limit
    CHECK(comes_back(record));
}

TEST_CASE("names may make the text any number of times as long as the body")
{
    auto record = track{};
    record.points.resize(900'000);
    CHECK(comes_back(record));
}

TEST_CASE("a record without anything in it comes back")
{
    CHECK(comes_back(samples{}));
}

TEST_CASE("more bytes than a body may have are refused, wherever they stand, and the model named")
{
    auto record = samples{};
    record.text.assign(most_bytes - bytes_of_nothing, 'a');
    CHECK(cairn::from_json<samples>(cairn::to_json(record)) == record);
    record.blob.resize(1);
    CHECK(is_too_large(record));
    record.blob.clear();
    record.levels.resize(1);
    CHECK(is_too_large(record));
    record.levels.clear();
    record.marks["a"] = 1;
    CHECK(is_too_large(record));
    CHECK(refusal(cairn::to_json(record)).starts_with("samples: "));
}

TEST_CASE("the name of an object's member is a string and nothing else")
{
    auto const text = [](std::string const& marks) {
        return R"({"id":1,"levels":[],"marks":)" + marks
            + R"(,"text":"","blob":"0x","nothing":"0x"})";
    };
    CHECK(refusal(text(R"({"a":1})")).empty());
    CHECK(refusal(text(R"([[{"hex":"0xff"},1]])")).empty());
    CHECK_FALSE(refusal(text(R"({{"hex":"0x61"}:1})")).empty());
}
