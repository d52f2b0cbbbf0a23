// SPDX-License-Identifier: BSL-1.0
// Objects that hold one another through cereal functions are bounded in depth.
#include <cairn/cereal.hpp>
#include <cairn/describe/schema.hpp>
#include <cairn/encode/record.hpp>
#include <cairn/json.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace {

/// Holds the next one without a container between them.
struct bead {
    std::shared_ptr<bead> next{};

    template <class Archive>
    void save(Archive& archive) const
    {
        archive(static_cast<bool>(next));
        if (next) archive(*next);
    }
    template <class Archive>
    void load(Archive& archive)
    {
        auto more = false;
        archive(more);
        if (!more) return next.reset();
        next = std::make_shared<bead>();
        archive(*next);
    }
};

struct necklace {
    std::int64_t id = 0;
    bead first{};
};

/// A necklace of so many beads.
necklace necklace_of(int beads)
{
    auto out = necklace{};
    auto* last = &out.first;
    for (; beads > 1; --beads) {
        last->next = std::make_shared<bead>();
        last = last->next.get();
    }
    return out;
}

int beads_of(necklace const& c)
{
    auto beads = 1;
    for (auto const* at = &c.first; at->next; at = at->next.get()) ++beads;
    return beads;
}

/// The bytes of a bead, in hex, that is followed by so many.
std::string text_of(std::size_t more)
{
    auto out = std::string{R"({"id":1,"first":"0x)"};
    for (; more != 0; --more) out += "01";
    return out += "00\"}";
}

} // namespace

template <>
inline constexpr auto cairn::foreign<bead> = cairn::cereal_format<"bead", 1>;
BOOST_HANA_ADAPT_STRUCT(necklace, id, first);
template <>
inline constexpr auto cairn::descriptor<necklace> =
    cairn::entity<"necklace">(cairn::key<"necklace/{id}">);

using codec = cairn::record_codec<necklace>;

TEST_CASE("objects as deep as the limit are written and read")
{
    auto body = cairn::byte_buffer{};
    codec::encode(necklace_of(64), body);
    auto back = necklace{};
    codec::decode({}, body.view(), back);
    CHECK(beads_of(back) == 64);
    CHECK(beads_of(cairn::from_json<necklace>(cairn::to_json(back))) == 64);
}

TEST_CASE("deeper ones are refused when they are written, and nothing is")
{
    auto body = cairn::byte_buffer{};
    CHECK_THROWS_AS(codec::encode(necklace_of(65), body), cairn::limit_exceeded);
    CHECK(body.empty());
}

TEST_CASE("bytes of objects nested too deep by cereal functions are refused, however many")
{
    for (auto const more : {std::size_t{64}, std::size_t{1'000'000}})
        CHECK_THROWS_AS(
            static_cast<void>(cairn::from_json<necklace>(text_of(more))), cairn::invalid_argument);
    CHECK(beads_of(cairn::from_json<necklace>(text_of(63))) == 64);
}
