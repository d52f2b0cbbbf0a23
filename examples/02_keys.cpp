// SPDX-License-Identifier: BSL-1.0
// Composite keys: one record by the whole key, many by its leading fields, and a singleton.
#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

#include <array>
#include <iostream>

using digest = std::array<std::byte, 4>;

struct certificate {
    std::uint64_t round = 0;
    digest hash{};
    std::string author{};
};
BOOST_HANA_ADAPT_STRUCT(certificate, round, hash, author);

struct head {
    std::uint64_t round = 0;
};
BOOST_HANA_ADAPT_STRUCT(head, round);

template <>
inline constexpr auto cairn::descriptor<certificate> = cairn::entity<"certificate">(
    cairn::key<"/dag/round/{round}/hash/{hash}">, cairn::index<"author", "author", "round">);

template <>
inline constexpr auto cairn::descriptor<head> =
    cairn::entity<"head">(cairn::key<"/dag/head">); // no field: at most one record

struct dag : cairn::schema<certificate, head> {};
inline constexpr auto certificates = cairn::table<certificate>;
inline constexpr auto heads = cairn::table<head>;

static digest numbered(unsigned n)
{
    return {std::byte{0xab}, {}, {}, std::byte(n)};
}

int main()
{
    using namespace cairn::literals;
    auto db = cairn::store<dag, cairn::memory>{};

    for (std::uint64_t round : {300u, 7u, 70u})
        for (unsigned n : {2u, 1u})
            db[certificates].insert({round, numbered(n), n == 1 ? "ada" : "grace"});
    db[heads].put({.round = 300});

    certificate const one = db[certificates].get(7u, numbered(1)); // every field of the key
    std::cout << "7/1 is by " << one.author << '\n';

    for (auto const& c : db[certificates].prefix(7u)) // round 7 and no other, in digest order
        std::cout << c.round << ' ' << c.author << '\n';

    for (auto const& c : db[certificates].prefix().reversed().limit(2)) // the newest
        std::cout << c.round << ' ' << c.author << '\n';

    auto later = db[certificates].by("author"_by, "ada").above(7u); // author, then round
    std::cout << later.count() << " later ones by ada\n";

    std::cout << "head: " << db[heads].get().round << '\n';

    try {
        static_cast<void>(db[certificates].get(8u, numbered(9)));
    } catch (cairn::not_found const& error) {
        std::cout << error.key() << '\n'; // /dag/round/8/hash/ab000009
    }
}
