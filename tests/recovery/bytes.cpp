// SPDX-License-Identifier: BSL-1.0
// What a checkpoint's writer is given its reader gives back, across blocks, and nothing else.
#include "dag.hpp"

#include <cairn/base/hex.hpp>
#include <cairn/recovery/header.hpp>

#include <functional>
#include <limits>
#include <set>
#include <unordered_map>

using namespace test;

namespace {

/// A writer's blocks, kept apart.
struct kept_blocks {
    std::vector<std::vector<std::byte>> blocks{};
    std::uint64_t bytes = 0;

    void write(std::function<void(cairn::checkpoint_writer&)> const& use)
    {
        auto sink = [&](std::span<std::byte const> block) {
            CHECK(block.size() <= cairn::detail::block_bytes);
            blocks.emplace_back(block.begin(), block.end());
            bytes += block.size();
        };
        auto out = cairn::checkpoint_writer{sink};
        use(out);
        out.finish();
        CHECK(out.written() == bytes);
    }

    void read(std::function<void(cairn::checkpoint_reader&)> const& use) const
    {
        auto next = std::size_t{0};
        auto source = [&](cairn::byte_buffer& out) {
            if (next != blocks.size()) out.append(blocks[next++]);
        };
        auto in = cairn::checkpoint_reader{source, bytes};
        use(in);
        in.finish();
    }
};

struct mixed {
    std::string text{};
    std::unordered_map<std::uint32_t, std::string> names{};
    std::set<std::int64_t> numbers{};
    std::vector<double> reals{};
    std::vector<bool> flags{};
    std::optional<std::string> maybe{};
    std::vector<std::string> texts{};
    std::array<std::uint16_t, 3> three{};

    bool operator==(mixed const&) const = default;
};

bool is_refused(std::function<void()> const& use)
{
    try {
        use();
    } catch (cairn::detail::checkpoint_refused const&) {
        return true;
    }
    return false;
}

} // namespace

BOOST_HANA_ADAPT_STRUCT(mixed, text, names, numbers, reals, flags, maybe, texts, three);

TEST_CASE("numbers of every length come back")
{
    auto numbers = std::vector<std::uint64_t>{0, std::numeric_limits<std::uint64_t>::max()};
    for (int bit = 0; bit != 64; ++bit)
        for (auto const off : {-1, 0, 1})
            numbers.push_back((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(off));
    auto kept = kept_blocks{};
    kept.write([&](auto& out) {
        for (auto const n : numbers) out.number(n);
    });
    kept.read([&](auto& in) {
        for (auto const n : numbers) REQUIRE(in.number() == n);
    });
}

TEST_CASE("a small number is one byte, and a fixed value its own size")
{
    auto kept = kept_blocks{};
    kept.write([](auto& out) {
        out.number(127);
        CHECK(out.written() == 1);
        out.number(128);
        CHECK(out.written() == 3);
        out.put(std::array<std::byte, 32>{});
        CHECK(out.written() == 35);
        out.put(true);
        CHECK(out.written() == 36);
        out.put(graph_mark{});
        CHECK(out.written() == 52);
        out.put(std::string{"ab"});
        CHECK(out.written() == 62); // 4 for its size as a value, 4 for its own length
    });
}

TEST_CASE("values of any type come back across the borders of blocks")
{
    auto random = generator{7};
    auto texts = std::vector<std::string>{};
    for (int i = 0; i != 3000; ++i) texts.emplace_back(random.below(2000), static_cast<char>(i));
    auto kept = kept_blocks{};
    kept.write([&](auto& out) {
        for (auto const& text : texts) {
            out.put(text);
            out.number(text.size());
            out.put(std::uint64_t{text.size()});
            out.bytes(std::as_bytes(std::span{text}));
        }
    });
    CHECK(kept.blocks.size() >= 5);
    kept.read([&](auto& in) {
        for (auto const& text : texts) {
            REQUIRE(in.template get<std::string>() == text);
            REQUIRE(in.number() == text.size());
            REQUIRE(in.template get<std::uint64_t>() == text.size());
            auto raw = std::string(text.size(), '\0');
            in.bytes(std::as_writable_bytes(std::span{raw}));
            REQUIRE(raw == text);
        }
    });
}

TEST_CASE("a value larger than a block comes back")
{
    auto const large = std::string(3'500'000, 'x') + "end";
    auto kept = kept_blocks{};
    kept.write([&](auto& out) { out.put(large); });
    CHECK(kept.blocks.size() == 4);
    kept.read([&](auto& in) { CHECK(in.template get<std::string>() == large); });
}

TEST_CASE("a described state of every kind of member saves and loads itself")
{
    auto state = mixed{
        .text = "t",
        .names = {{1, "one"}, {2, "two"}},
        .numbers = {-5, 0, 5},
        .reals = {1.5, -2.5},
        .flags = {true, false, true},
        .maybe = "yes",
        .texts = {"a", "", "c"},
        .three = {1, 2, 3}};
    for (int i = 0; i != 100'000; ++i) state.numbers.insert(i * 7);
    state.reals.assign(300'000, 0.25);
    auto kept = kept_blocks{};
    kept.write([&](auto& out) { cairn::detail::save_state(out, state); });
    CHECK(kept.blocks.size() > 2);
    auto back = mixed{.numbers = {99}, .reals = {9}};
    kept.read([&](auto& in) { cairn::detail::load_state(in, back); });
    CHECK(back == state);
}

TEST_CASE("a reader refuses what is not there")
{
    auto kept = kept_blocks{};
    kept.write([](auto& out) {
        out.put(std::uint32_t{0xFFFFFFFF});
        out.number(300);
    });
    auto const refuses = [&](std::function<void(cairn::checkpoint_reader&)> const& use) {
        return is_refused([&] { kept.read(use); });
    };
    CHECK(refuses([](auto&) {})); // bytes are left
    CHECK(refuses([](auto& in) { static_cast<void>(in.template get<std::string>()); }));
    CHECK(refuses([](auto& in) { static_cast<void>(in.template get<std::uint64_t>()); }));
    CHECK(refuses([](auto& in) { static_cast<void>(in.template get<bool>()); }));
    CHECK(refuses([](auto& in) {
        static_cast<void>(in.template get<std::uint32_t>());
        static_cast<void>(in.number_below(300));
    }));
    CHECK(refuses([](auto& in) {
        static_cast<void>(in.template get<std::uint32_t>());
        static_cast<void>(in.count(1)); // 300 elements in no bytes
    }));
    CHECK(refuses([](auto& in) { in.refuse("the user says so"); }));
    CHECK_FALSE(refuses([](auto& in) {
        static_cast<void>(in.template get<std::uint32_t>());
        CHECK(in.left() == 2);
        CHECK(in.number_below(301) == 300);
    }));
}

TEST_CASE("a number without an end, or above 64 bits, is refused")
{
    auto const reads = [](std::vector<std::uint8_t> const& bytes) {
        auto kept = kept_blocks{};
        kept.write([&](auto& out) { out.bytes(std::as_bytes(std::span{bytes})); });
        return !is_refused([&] { kept.read([](auto& in) { static_cast<void>(in.number()); }); });
    };
    CHECK(reads({0x80, 0x01}));
    CHECK(reads({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}));
    CHECK_FALSE(reads({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}));
    CHECK_FALSE(reads({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x01}));
    CHECK_FALSE(reads({0xFF}));
}

TEST_CASE("a block is never larger than it was, and comes back")
{
    auto pack = cairn::detail::block_compressor{3};
    auto unpack = cairn::detail::block_decompressor{};
    auto random = generator{9};
    for (auto const size : {1U, 2U, 100U, 65'536U, 1U << 20}) {
        for (auto const noisy : {false, true}) {
            auto block = std::vector<std::byte>(size);
            for (auto& byte : block) byte = static_cast<std::byte>(noisy ? random() : 7);
            auto data = std::vector<std::byte>{};
            pack.compress(block, data);
            CHECK(data.size() <= size + cairn::detail::block_frame_bytes);
            REQUIRE(unpack.size_of(data) == size);
            auto back = std::vector<std::byte>(size);
            unpack.decompress(data, back.data());
            CHECK(back == block);
        }
    }
}

TEST_CASE("the rule of retention keeps the newest, what they build on, and no more")
{
    auto const now = cairn::timestamp{std::chrono::hours{100}};
    auto headers = std::vector<cairn::checkpoint_header>{};
    for (std::uint64_t n = 9; n != 0; --n) { // 1, 4 and 7 are full
        auto& header = headers.emplace_back();
        header.number = n;
        header.created_at = now - std::chrono::hours{9 - n};
        if (n % 3 != 1) header.base = n - 1;
    }
    using numbers = std::vector<std::uint64_t>;
    auto const kept = [&](std::size_t keep, std::chrono::nanoseconds age, numbers const& bad) {
        return cairn::detail::kept_numbers(headers, bad, {keep, age, now});
    };
    CHECK(kept(1, {}, {}) == numbers{9, 8, 7});
    CHECK(kept(3, {}, {}) == numbers{9, 8, 7});
    CHECK(kept(4, {}, {}) == numbers{9, 8, 7, 6, 5, 4});
    CHECK(kept(9, std::chrono::hours{3}, {}) == numbers{9, 8, 7, 6, 5, 4});
    CHECK(kept(9, std::chrono::minutes{1}, {}) == numbers{9, 8, 7});
    CHECK(kept(1, {}, {9, 8}) == numbers{7});
    CHECK(kept(2, {}, {9, 8}) == numbers{7, 6, 5, 4});
    CHECK(kept(2, {}, {9, 8, 7, 6, 5, 4, 3, 2, 1}).empty());
}

TEST_CASE("the bytes of checkpoint format 1 are frozen")
{
    auto const hex = [](std::span<std::byte const> bytes) { return cairn::to_hex(bytes); };
    auto kept = kept_blocks{};
    kept.write([](auto& out) {
        out.put(std::uint32_t{0x01020304});
        out.put(std::string{"ab"});
        out.number(300);
        out.put(std::optional<std::uint8_t>{7});
        out.bytes(std::as_bytes(std::span{"xy", 2}));
    });
    REQUIRE(kept.blocks.size() == 1);
    CHECK(hex(kept.blocks[0]) == "0403020106000000020000006162ac020200000001077879");

    auto header = cairn::checkpoint_header{.state = "s", .number = 2, .version = 3};
    header.base = 1;
    header.base_checksum = 4;
    header.created_at = cairn::timestamp{std::chrono::nanoseconds{5}};
    header.position = 6;
    header.sources = {{"m", 7, 8, {std::byte{9}}}};
    header.mark = {std::byte{10}};
    header.bytes = 11;
    header.stored_bytes = 12;
    header.chunks = {13};
    CHECK(cairn::detail::header_checksum(header) == 0x37B0999645E7226CU);

    auto const data = std::vector<std::byte>{std::byte{0}, std::byte{1},   std::byte{0},
                                             std::byte{0}, std::byte{'h'}, std::byte{'i'}};
    auto unpack = cairn::detail::block_decompressor{};
    REQUIRE(unpack.size_of(data) == 2);
    auto text = std::string(2, '\0');
    unpack.decompress(data, std::as_writable_bytes(std::span{text}).data());
    CHECK(text == "hi");
    auto compressed = std::vector<std::byte>{};
    cairn::detail::block_compressor{1}.compress(std::vector<std::byte>(1000), compressed);
    CHECK(hex(std::span{compressed}.first(8)) == "01e7030028b52ffd"); // frame, zstd's own number
}
