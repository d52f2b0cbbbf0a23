// SPDX-License-Identifier: BSL-1.0
// The fuzz target's properties on mutated records, keys and JSON, and on inputs that once failed.
#include "../fuzz/record_properties.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

std::vector<std::byte> fields(test::dice& d)
{
    auto const s = test::stored{test::random_record(d)};
    return {s.body.begin() + 5, s.body.end() - 8};
}

std::vector<std::byte> as_bytes(std::string_view text)
{
    auto const* first = reinterpret_cast<std::byte const*>(text.data());
    return {first, first + text.size()};
}

std::vector<std::byte> seed(test::dice& d, unsigned target)
{
    if (target == 0) return fields(d);
    if (target == 1) return d.bytes(40);
    return as_bytes(cairn::to_json(test::random_record(d), {.secrets = true}));
}

void mutate(test::dice& d, std::vector<std::byte>& bytes)
{
    for (auto n = d.below(4); n > 0 && !bytes.empty(); --n) {
        auto const at = d.below(bytes.size());
        if (d.below(4) == 0)
            bytes.resize(at);
        else
            bytes[at] = static_cast<std::byte>(d.below(256));
    }
}

} // namespace

TEST_CASE("whatever mutated inputs decode to is stable, and the rest is a typed error")
{
    auto d = test::dice{41};
    for (int i = 0; i < 12'000; ++i) {
        auto const target = static_cast<unsigned>(d.below(3));
        auto input = seed(d, target);
        mutate(d, input);
        input.insert(input.begin(), static_cast<std::byte>(target));
        fuzz::try_bytes(input);
    }
}

TEST_CASE("inputs that a fuzzer found are handled")
{
    auto const folder = std::filesystem::path{"fuzz/found"};
    if (!std::filesystem::exists(folder)) return;
    for (auto const& entry : std::filesystem::directory_iterator{folder}) {
        CAPTURE(entry.path().string());
        auto file = std::ifstream{entry.path(), std::ios::binary};
        auto const text = std::string{std::istreambuf_iterator<char>{file}, {}};
        fuzz::try_bytes(as_bytes(text));
    }
}
