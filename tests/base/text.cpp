// SPDX-License-Identifier: BSL-1.0
// Bytes as text and back: published vectors, every byte, and what must be refused.
#include <cairn/base/text.hpp>

#include <doctest/doctest.h>

#include <random>

namespace {

std::vector<std::byte> bytes_of(std::string_view text)
{
    auto const* first = reinterpret_cast<std::byte const*>(text.data());
    return {first, first + text.size()};
}

std::vector<std::byte> random_bytes(std::mt19937_64& dice)
{
    auto bytes = std::vector<std::byte>(dice() % 40);
    for (auto& b : bytes) b = static_cast<std::byte>(dice() % 3 == 0 ? 0 : dice());
    return bytes;
}

std::vector<std::byte> every_byte()
{
    auto bytes = std::vector<std::byte>{};
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::byte>(i));
    return bytes;
}

} // namespace

TEST_CASE("hex is two lower-case digits for each byte")
{
    CHECK(cairn::to_hex({}).empty());
    CHECK(cairn::to_hex(bytes_of("\x01\xAB\xFF")) == "01abff");
    CHECK(cairn::from_hex("01ABff") == bytes_of("\x01\xAB\xFF"));
    CHECK(cairn::from_hex(cairn::to_hex(every_byte())) == every_byte());
}

TEST_CASE("text that is not hex is refused")
{
    for (auto const* text : {"0", "0g", "g0", "0x00", " 00", "00 ", "/0", ":0", "@0", "`0"})
        CHECK_FALSE(cairn::from_hex(text).has_value());
    CHECK_FALSE(cairn::from_hex(std::string_view{"\0\0", 2}).has_value());
}

TEST_CASE("base58 gives the published vectors")
{
    CHECK(cairn::to_base58(bytes_of("Hello World!")) == "2NEpo7TZRRrLZSi2U");
    CHECK(
        cairn::to_base58(bytes_of("The quick brown fox jumps over the lazy dog."))
        == "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z");
    CHECK(cairn::to_base58(*cairn::from_hex("0000287fb4cd")) == "11233QC4");
    CHECK(
        cairn::to_base58(*cairn::from_hex("00eb15231dfceb60925886b67d065299925915aeb172c06647"))
        == "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L");
}

TEST_CASE("each leading zero byte is a leading 1 in base58")
{
    for (std::size_t zeros = 0; zeros < 5; ++zeros) {
        auto bytes = std::vector<std::byte>(zeros);
        CHECK(cairn::to_base58(bytes) == std::string(zeros, '1'));
        CHECK(cairn::from_base58(std::string(zeros, '1')) == bytes);
        bytes.push_back(std::byte{57});
        CHECK(cairn::to_base58(bytes) == std::string(zeros, '1') + 'z');
        CHECK(cairn::from_base58(std::string(zeros, '1') + 'z') == bytes);
    }
}

TEST_CASE("text with a character outside the alphabet is no base58")
{
    for (auto const* text : {"0", "O", "I", "l", " ", "a b", "1+", "\x80"})
        CHECK_FALSE(cairn::from_base58(text).has_value());
}

TEST_CASE("base64url gives the vectors of RFC 4648, without padding")
{
    auto const pairs = {std::pair{"", ""},      {"f", "Zg"},        {"fo", "Zm8"},
                        {"foo", "Zm9v"},        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"},
                        {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
    for (auto const& [plain, text] : pairs) {
        CHECK(cairn::to_base64url(bytes_of(plain)) == text);
        CHECK(cairn::from_base64url(text) == bytes_of(plain));
    }
}

TEST_CASE("base64url that no bytes give is refused")
{
    for (auto const* text : {"Z", "Zg==", "Zh", "Zm9", "+_8A", "-/8A", "Zm9v Zm8", "Zm9vZ"})
        CHECK_FALSE(cairn::from_base64url(text).has_value());
}

TEST_CASE("random bytes come back from each text")
{
    auto dice = std::mt19937_64{20261120};
    for (int i = 0; i < 2000; ++i) {
        auto const bytes = random_bytes(dice);
        CHECK(cairn::from_hex(cairn::to_hex(bytes)) == bytes);
        CHECK(cairn::from_base58(cairn::to_base58(bytes)) == bytes);
        CHECK(cairn::from_base64url(cairn::to_base64url(bytes)) == bytes);
    }
}
