// SPDX-License-Identifier: BSL-1.0
// Damaged bytes are never taken for a record, and crafted ones cost bounded memory and time.
#include "counted_memory.hpp"
#include "models.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstring>
#include <deque>
#include <list>

namespace {

using cairn::detail::reader;
using cairn::detail::writer;
using test::codec;
using test::everything;

struct big {
    std::array<std::vector<std::uint8_t>, 1024> lists{}; // 4 KB of body, 24 KB of memory
};

struct nothing_at_all {};

struct nest {
    std::vector<nest> next{};
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(big, lists);
BOOST_HANA_ADAPT_STRUCT(nothing_at_all);
BOOST_HANA_ADAPT_STRUCT(nest, next);

namespace {

struct thrown_damage final : cairn::detail::damage_report {
    void damaged(char const* reason) const override
    {
        throw cairn::corrupt_record{{.message = reason}};
    }
};

std::vector<std::byte> with_length(std::uint32_t count, std::size_t zeros = 0)
{
    auto out = std::vector<std::byte>(sizeof count + zeros);
    std::memcpy(out.data(), &count, sizeof count);
    return out;
}

template <class T>
void read_all(std::vector<std::byte> const& bytes, cairn::decode_limits const& limits = {})
{
    auto const report = thrown_damage{};
    auto in = reader{bytes, limits, report};
    auto value = T{};
    cairn::detail::read_value(in, value);
    in.finish();
}

template <class T>
std::size_t refused_with(std::vector<std::byte> const& bytes)
{
    return test::peak_of([&] { CHECK_THROWS_AS(read_all<T>(bytes), cairn::corrupt_record); });
}

template <class T>
std::vector<std::byte> bytes_of(T const& value)
{
    auto out = cairn::byte_buffer{};
    auto to = writer{out, {}, {}};
    cairn::detail::write_value(to, value);
    to.commit();
    return {out.view().begin(), out.view().end()};
}

/// A record with fields that nobody encoded, and a checksum that fits.
std::vector<std::byte> forged(std::vector<std::byte> const& fields)
{
    auto body = std::vector<std::byte>(cairn::detail::body_header_bytes);
    cairn::detail::store_header(body.data(), cairn::shape_of<everything>.version);
    body.insert(body.end(), fields.begin(), fields.end());
    auto const sum = cairn::detail::body_checksum(cairn::shape_of<everything>, fields);
    body.resize(body.size() + 8);
    cairn::detail::store_number(body.data() + body.size() - 8, sum);
    return body;
}

std::vector<std::byte> fields_of(test::stored const& s)
{
    return {s.body.begin() + 5, s.body.end() - 8};
}

void flip(std::vector<std::byte>& bytes, std::size_t bit)
{
    bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
}

void mutate(test::dice& d, std::vector<std::byte>& bytes)
{
    auto const at = d.below(bytes.size() + 1);
    auto const place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (d.below(5)) {
    case 0: bytes.resize(at); break;
    case 1: bytes.insert(place, static_cast<std::byte>(d.below(256))); break;
    case 2:
        if (at < bytes.size()) bytes.erase(place);
        break;
    case 3:
        if (!bytes.empty()) bytes[d.below(bytes.size())] = std::byte{0xFF};
        break;
    default:
        if (!bytes.empty()) flip(bytes, d.below(bytes.size() * 8));
    }
}

class stopwatch {
public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

constexpr double patience = 10; // seconds; sanitizers are slow, a bomb takes minutes
constexpr std::size_t megabyte = std::size_t{1} << 20;

} // namespace

TEST_CASE("every truncation of a body is detected")
{
    auto d = test::dice{21};
    for (int i = 0; i < 20; ++i) {
        auto const s = test::stored{test::random_record(d)};
        for (std::size_t size = 0; size < s.body.size(); ++size) {
            auto out = everything{};
            CHECK_THROWS_AS(
                codec::decode(s.columns, std::span{s.body}.first(size), out),
                cairn::corrupt_record);
        }
    }
}

TEST_CASE("every flipped bit of a body is a corrupt record, never a value")
{
    auto d = test::dice{22};
    for (int i = 0; i < 20; ++i) {
        auto s = test::stored{test::random_record(d)};
        for (std::size_t bit = 0; bit < s.body.size() * 8; ++bit) {
            flip(s.body, bit);
            CHECK_THROWS_AS(s.decode(), cairn::corrupt_record);
            flip(s.body, bit);
        }
        CHECK(s.decode() == s.record);
    }
}

TEST_CASE("every flipped bit of a column is a corrupt record, never a value")
{
    auto d = test::dice{23};
    for (int i = 0; i < 50; ++i) {
        auto s = test::stored{test::random_record(d)};
        for (auto& column : s.columns) {
            auto const before = column;
            auto text = std::vector<std::byte>{column.as_bytes().begin(), column.as_bytes().end()};
            for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
                flip(text, bit);
                column.data = reinterpret_cast<char const*>(text.data());
                CHECK_THROWS_AS(s.decode(), cairn::corrupt_record);
                flip(text, bit);
            }
            column = before;
            if (before.is_null() || before.data != nullptr) continue;
            for (std::size_t bit = 0; bit < 64; ++bit) {
                column.bits = before.bits ^ std::uint64_t{1} << bit;
                CHECK_THROWS_AS(s.decode(), cairn::corrupt_record);
            }
            column = before;
        }
        CHECK(s.decode() == s.record);
    }
}

TEST_CASE("a body beside the columns of another record is a corrupt record")
{
    auto d = test::dice{24};
    for (int i = 0; i < 500; ++i) {
        auto const a = test::stored{test::random_record(d)};
        auto const b = test::stored{test::random_record(d)};
        auto out = everything{};
        CHECK_THROWS_AS(codec::decode(a.columns, b.body, out), cairn::corrupt_record);
    }
}

TEST_CASE("null and a value that could stand for it are different columns")
{
    auto e = everything{};
    e.nick = "";
    e.ratio = 0.0F;
    e.shift = std::int16_t{0};
    auto s = test::stored{e};
    for (auto& column : s.columns) {
        auto const before = column;
        column = cairn::cell::null();
        CHECK_THROWS_AS(s.decode(), cairn::corrupt_record);
        column = before;
    }
}

TEST_CASE("random damage of any kind is never taken for a record")
{
    auto d = test::dice{25};
    auto const s = test::stored{test::random_record(d)};
    for (int i = 0; i < 50'000; ++i) {
        auto body = s.body;
        for (auto n = 1 + d.below(4); n > 0; --n) mutate(d, body);
        if (body == s.body) continue;
        auto out = everything{};
        try {
            codec::decode(s.columns, body, out);
            FAIL("a damaged record was decoded");
        } catch (cairn::corrupt_record const&) {
        } catch (cairn::newer_version const&) { // the header is damaged beside something else
        } catch (cairn::schema_mismatch const&) {
        }
    }
}

TEST_CASE("a body of another version or format is refused by its name, and not decoded")
{
    auto const s = test::stored{everything{}};
    auto const of_version = [&](std::uint32_t version, std::uint8_t format) {
        auto body = s.body;
        cairn::detail::store_header(body.data(), version);
        body[0] = std::byte{format};
        body.back() ^= std::byte{1}; // its checksum is over its own version
        auto out = everything{};
        codec::decode(s.columns, body, out);
    };
    CHECK_THROWS_AS(of_version(4, 1), cairn::newer_version);
    CHECK_THROWS_AS(of_version(2, 1), cairn::schema_mismatch);
    CHECK_THROWS_AS(of_version(3, 2), cairn::newer_version);
    CHECK_THROWS_AS(of_version(3, 1), cairn::corrupt_record);
}

TEST_CASE("forged fields give a record or a typed error, in bounded memory")
{
    auto d = test::dice{26};
    auto decoded = 0;
    auto const watch = stopwatch{};
    for (int i = 0; i < 20'000; ++i) {
        auto const s = test::stored{test::random_record(d)};
        auto fields = fields_of(s);
        for (auto n = 1 + d.below(3); n > 0; --n) mutate(d, fields);
        auto const body = forged(fields);
        auto const peak = test::peak_of([&] {
            auto out = everything{};
            try {
                codec::decode({}, body, out);
                ++decoded;
                auto const again = test::stored{out}; // NaN is not equal to itself, its bytes are
                CHECK(test::stored{again.decode()}.body == again.body);
            } catch (cairn::corrupt_record const&) {
            }
        });
        CHECK(peak < megabyte);
    }
    CHECK(decoded > 100);
    CHECK(watch.seconds() < 3 * patience);
}

TEST_CASE("a length that the bytes left cannot hold allocates nothing")
{
    constexpr auto most = std::uint32_t{0xFFFFFFFF};
    for (auto const count : {most, most / 2, std::uint32_t{1} << 20, std::uint32_t{9}}) {
        CHECK(refused_with<std::string>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::vector<std::byte>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::vector<bool>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::vector<std::uint64_t>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::vector<std::string>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::vector<std::array<std::byte, 64>>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::vector<big>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::map<int, int>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::unordered_set<std::uint16_t>>(with_length(count, 8)) < 4096);
        CHECK(refused_with<std::deque<std::optional<double>>>(with_length(count, 8)) < 4096);
    }
}

TEST_CASE("elements of no bytes are bounded by the limits")
{
    constexpr auto most = std::uint32_t{0xFFFFFFFF};
    auto const watch = stopwatch{};
    CHECK(refused_with<std::vector<nothing_at_all>>(with_length(most)) < 4096);
    CHECK(refused_with<std::list<std::monostate>>(with_length(most)) < 4096);
    auto const full = std::vector<nothing_at_all>(cairn::decode_limits{}.elements);
    CHECK_NOTHROW(read_all<std::vector<nothing_at_all>>(bytes_of(full)));

    auto many = with_length(1 << 19); // half a million containers that say to hold a million each
    for (int i = 0; i < 1 << 19; ++i) {
        auto const inner = with_length(1 << 20);
        many.insert(many.end(), inner.begin(), inner.end());
    }
    CHECK_THROWS_AS(
        read_all<std::vector<std::vector<nothing_at_all>>>(many), cairn::corrupt_record);
    CHECK(watch.seconds() < patience);
}

TEST_CASE("small elements that are large in memory are bounded by the memory limit")
{
    auto const limits = cairn::decode_limits{};
    auto const count = limits.record_bytes / sizeof(std::uint32_t) / 1024 - 1;
    auto const bomb = with_length(static_cast<std::uint32_t>(count), count * 4096);
    CHECK(refused_with<std::vector<big>>(bomb) < limits.memory);

    auto const nodes = with_length(std::uint32_t{1} << 20, std::size_t{4} << 20);
    CHECK(refused_with<std::list<std::string>>(nodes) < limits.memory + megabyte);
}

TEST_CASE("values nested as deep as the limit are read, deeper ones are refused")
{
    auto const nested = [](std::size_t levels) {
        auto out = std::vector<std::byte>{};
        for (std::size_t i = 0; i < levels; ++i) {
            auto const one = with_length(i + 1 < levels ? 1 : 0);
            out.insert(out.end(), one.begin(), one.end());
        }
        return out;
    };
    CHECK_NOTHROW(read_all<nest>(nested(64)));
    CHECK_THROWS_AS(read_all<nest>(nested(65)), cairn::corrupt_record);
    CHECK_THROWS_AS(read_all<nest>(nested(1'000'000)), cairn::corrupt_record);

    auto root = nest{};
    auto* at = &root;
    for (int i = 1; i < 64; ++i) at = &at->next.emplace_back();
    CHECK(bytes_of(root) == nested(64));
    at->next.emplace_back();
    CHECK_THROWS_AS(static_cast<void>(bytes_of(root)), cairn::limit_exceeded);
}

TEST_CASE("bytes that no value has are refused")
{
    auto const bytes = [](std::initializer_list<int> list) {
        auto out = std::vector<std::byte>{};
        for (auto const b : list) out.push_back(static_cast<std::byte>(b));
        return out;
    };
    refused_with<bool>(bytes({2}));
    refused_with<std::vector<bool>>(bytes({1, 0, 0, 0, 2}));
    refused_with<std::optional<std::uint8_t>>(bytes({2, 0}));
    refused_with<std::variant<std::uint8_t, bool>>(bytes({2, 0}));
    refused_with<std::variant<std::uint8_t, bool>>(bytes({1, 3}));
    refused_with<std::set<std::uint8_t>>(bytes({2, 0, 0, 0, 7, 7}));
    refused_with<std::map<std::uint8_t, bool>>(bytes({2, 0, 0, 0, 7, 0, 7, 1}));
    refused_with<std::uint16_t>(bytes({1}));
    refused_with<std::uint16_t>(bytes({1, 2, 3}));
    CHECK_NOTHROW(read_all<std::uint16_t>(bytes({1, 2})));
}

TEST_CASE("decoding a large record takes at most four times its bytes")
{
    auto e = everything{};
    e.raw.assign(4 * megabyte, 7);
    e.numbers.assign(megabyte / 2, 7);
    e.note.assign(megabyte, 'x');
    auto const s = test::stored{e};
    auto const peak = test::peak_of([&] { CHECK(s.decode() == e); });
    CHECK(peak < 4 * s.body.size() + megabyte);
}
