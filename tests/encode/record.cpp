// SPDX-License-Identifier: BSL-1.0
// A record that was encoded comes back equal, within limits that hold in both directions.
#include "models.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace {

using test::codec;
using test::everything;

struct heap {
    std::uint64_t id = 0;
    std::vector<std::string> words{};
    std::vector<std::uint8_t> bytes{};

    bool operator==(heap const&) const = default;
};

struct lone {
    std::int32_t value = 0;
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(heap, id, words, bytes);
template <>
inline constexpr auto cairn::descriptor<heap> = cairn::entity<"heap">(cairn::key<"heap/{id}">);

BOOST_HANA_ADAPT_STRUCT(lone, value);
template <>
inline constexpr auto cairn::descriptor<lone> = cairn::entity<"lone">(cairn::key<"lone">);

namespace {

using heap_codec = cairn::record_codec<heap>;

template <class Model>
std::vector<std::byte> body_of(Model const& record, cairn::decode_limits const& limits = {})
{
    auto out = cairn::byte_buffer{};
    cairn::record_codec<Model>::encode(record, out, limits);
    return {out.view().begin(), out.view().end()};
}

heap decode_heap(heap const& original, cairn::decode_limits const& limits)
{
    cairn::cell columns[heap_codec::columns];
    heap_codec::to_columns(original, columns);
    auto out = heap{};
    heap_codec::decode(columns, body_of(original), out, limits);
    return out;
}

} // namespace

TEST_CASE("random records come back equal from their columns and body")
{
    auto d = test::dice{1};
    for (int i = 0; i < 3000; ++i) {
        auto const s = test::stored{test::random_record(d)};
        CHECK(s.decode() == s.record);
    }
}

TEST_CASE("decoding into a record that held another one leaves nothing of it")
{
    auto d = test::dice{2};
    auto reused = everything{};
    for (int i = 0; i < 1000; ++i) {
        auto const s = test::stored{test::random_record(d)};
        codec::decode(s.columns, s.body, reused);
        CHECK(reused == s.record);
    }
}

TEST_CASE("equal records have equal bytes whatever their unordered containers went through")
{
    auto a = everything{};
    auto b = everything{};
    for (int i = 0; i < 100; ++i) a.loose[i] = "x", a.bag.insert(std::to_string(i));
    b.loose.reserve(5000);
    for (int i = 99; i >= 0; --i) b.loose[i] = "x", b.bag.insert(std::to_string(i));
    REQUIRE(a == b);
    CHECK(test::stored{a}.body == test::stored{b}.body);
}

TEST_CASE("encoding appends to the buffer and reuses its memory")
{
    auto out = cairn::byte_buffer{};
    out.append("before", 6);
    codec::encode(everything{}, out);
    auto const alone = test::stored{everything{}}.body;
    CHECK(std::memcmp(out.data(), "before", 6) == 0);
    CHECK(std::vector<std::byte>(out.view().begin() + 6, out.view().end()) == alone);
    auto const* const memory = out.data();
    for (int i = 0; i < 100; ++i) {
        out.clear();
        codec::encode(everything{}, out);
    }
    CHECK(out.data() == memory);
}

TEST_CASE("keys are the key's fields in the order of the key schema")
{
    auto e = everything{};
    e.id = 7;
    e.name = "seven";
    cairn::cell key[codec::key_fields];
    codec::to_key(e, key);
    CHECK(key[0] == cairn::cell::of(std::uint64_t{7}));
    CHECK(key[1] == cairn::cell::of(std::string_view{"seven"}));
}

TEST_CASE("a singleton has neither columns nor key fields")
{
    static_assert(cairn::record_codec<lone>::columns == 0);
    static_assert(cairn::record_codec<lone>::key_fields == 0);
    auto out = lone{};
    cairn::record_codec<lone>::decode({}, body_of(lone{-5}), out);
    CHECK(out.value == -5);
}

TEST_CASE("NaN in a column is refused and the member named, in the body it is kept")
{
    auto e = everything{};
    codec::check(e);
    e.precise = std::numeric_limits<double>::quiet_NaN();
    codec::check(e);
    CHECK(std::isnan(test::stored{e}.decode().precise));

    auto const refused = [](everything const& bad, std::string_view member) {
        try {
            codec::check(bad);
            FAIL("not refused");
        } catch (cairn::invalid_argument const& error) {
            CHECK(error.index() == member);
            CHECK(error.model() == "everything");
        }
    };
    auto weight = everything{};
    weight.weight = std::numeric_limits<double>::quiet_NaN();
    refused(weight, "weight");
    auto ratio = everything{};
    ratio.ratio = std::numeric_limits<float>::quiet_NaN();
    refused(ratio, "ratio");
}

TEST_CASE("negative zero becomes zero in columns and stays in the body")
{
    auto e = everything{};
    e.weight = -0.0;
    e.ratio = -0.0F;
    e.precise = -0.0;
    auto const back = test::stored{e}.decode();
    CHECK_FALSE(std::signbit(back.weight));
    CHECK_FALSE(std::signbit(*back.ratio));
    CHECK(std::signbit(back.precise));

    codec::normalize(e);
    CHECK_FALSE(std::signbit(e.weight));
    CHECK_FALSE(std::signbit(*e.ratio));
    CHECK(std::signbit(e.precise));
}

TEST_CASE("the largest body that may be written can be read, one byte more is refused")
{
    auto const limit = cairn::decode_limits{}.record_bytes;
    auto const id = sizeof(heap::id);
    auto const lengths = std::size_t{8};
    auto const frame = std::size_t{13};
    auto h = heap{.id = 1, .words = {}, .bytes = {}};
    h.bytes.resize(limit - frame - id - lengths, 7);
    CHECK(decode_heap(h, {}) == h);
    h.bytes.push_back(7);
    auto out = cairn::byte_buffer{};
    out.append("x", 1);
    CHECK_THROWS_AS(heap_codec::encode(h, out), cairn::limit_exceeded);
    CHECK(out.size() == 1); // nothing of the refused record is left
    h.bytes.resize(limit * 2);
    CHECK_THROWS_AS(heap_codec::encode(h, out), cairn::limit_exceeded);
    CHECK(out.size() == 1);
}

TEST_CASE("a container holds as many elements as the limit, not one more")
{
    auto const limits = cairn::decode_limits{.elements = 10};
    auto h = heap{.id = 1, .words = std::vector<std::string>(10), .bytes = {}};
    CHECK(body_of(h, limits) == body_of(h));
    CHECK(decode_heap(h, limits) == h);
    h.words.emplace_back();
    CHECK_THROWS_AS(static_cast<void>(body_of(h, limits)), cairn::limit_exceeded);
    CHECK_THROWS_AS(decode_heap(h, limits), cairn::corrupt_record);
    h.words.clear();
    h.bytes.resize(1000); // bytes are bounded by the record, not by the elements
    CHECK(decode_heap(h, limits) == h);
}

TEST_CASE("the memory of all elements together is bounded alike in both directions")
{
    auto const each = cairn::detail::element_memory<std::vector<std::string>>();
    auto const limits = cairn::decode_limits{.memory = 10 * each};
    auto h = heap{.id = 1, .words = std::vector<std::string>(10), .bytes = {}};
    CHECK(decode_heap(h, limits) == h);
    h.words.emplace_back();
    CHECK_THROWS_AS(static_cast<void>(body_of(h, limits)), cairn::limit_exceeded);
    CHECK_THROWS_AS(decode_heap(h, limits), cairn::corrupt_record);
}

TEST_CASE("columns of the wrong kind or number are damage, not decoded")
{
    auto s = test::stored{everything{}};
    auto out = everything{};
    CHECK_THROWS_AS(
        codec::decode(cairn::cells{s.columns}.first(codec::columns - 1), s.body, out),
        cairn::corrupt_record);
    s.columns[0] = cairn::cell::of(std::int64_t{0}); // id is a natural
    CHECK_THROWS_AS(s.decode(), cairn::corrupt_record);
}

TEST_CASE("the error of a damaged record has its key and no secret")
{
    auto e = everything{};
    e.id = 42;
    e.name = "an key";
    e.token = "hush";
    auto s = test::stored{e};
    s.body.back() ^= std::byte{1};
    try {
        static_cast<void>(s.decode());
        FAIL("not detected");
    } catch (cairn::corrupt_record const& error) {
        CHECK(error.model() == "everything");
        CHECK(error.key() == "all/42/an%20key");
        CHECK(std::string_view{error.what()}.find("hush") == std::string_view::npos);
    }
}
