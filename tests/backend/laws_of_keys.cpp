// SPDX-License-Identifier: BSL-1.0
// Laws of the typed table, on every backend: keys are told apart and ordered as their values.

#include "opened_seam.hpp"

#include "../support/random.hpp"

#include <algorithm>
#include <tuple>

using namespace test;

namespace {

std::vector<std::string> edge_texts()
{
    using namespace std::string_literals;
    auto const prefix = std::string(1000, 'p');
    return {""s,       "\0"s,       "\0\0"s, "\0\1"s,        "\0\xFF"s,    "\1"s,
            "a"s,      "a\0"s,      "a\0b"s, "a/"s,          "a/b"s,       "ab"s,
            "ab\xFF"s, "b"s,        "bc"s,   "c"s,           "\x7F"s,      "\x80"s,
            "\xFF"s,   "\xFF\xFF"s, prefix,  prefix + "\0"s, prefix + "x", prefix + "\xFF"s};
}

std::vector<std::uint64_t> edge_numbers()
{
    return {0,          1,
            2,          255,
            256,        (1ULL << 31) - 1,
            1ULL << 31, (1ULL << 32) - 1,
            1ULL << 32, (1ULL << 63) - 1,
            1ULL << 63, (1ULL << 63) + 1,
            ~0ULL - 1,  ~0ULL};
}

template <class T>
std::vector<T> shuffled(std::vector<T> values, std::uint64_t seed)
{
    auto random = generator{seed};
    for (auto i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
    return values;
}

} // namespace

TEST_CASE_TEMPLATE(
    "pairs of strings are distinct keys, in the order of the pairs", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto t = db.template table<pair>();
    auto all = std::vector<pair>{};
    for (auto const& left : edge_texts())
        for (auto const& right : edge_texts())
            all.push_back({left, right, static_cast<std::uint32_t>(all.size())});
    db.write([&](auto& s) {
        for (auto const& record : shuffled(all, 7)) REQUIRE(t.insert(s, record));
    });

    auto wrong = 0;
    for (auto const& record : all) {
        auto const k = key{text_cell(record.left), text_cell(record.right)};
        auto const found = db.read([&](auto& s) { return t.find(s, k); });
        wrong += !found || !(found->record == record);
    }
    CHECK(wrong == 0);
    std::sort(all.begin(), all.end(), [](pair const& a, pair const& b) {
        return std::tie(a.left, a.right) < std::tie(b.left, b.right);
    });
    CHECK(db.template all<pair>(asking<pair>{}.by_key()) == all);
}

TEST_CASE_TEMPLATE(
    "a prefix finds the records whose leading field is equal, and no other", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto t = db.template table<pair>();
    db.write([&](auto& s) {
        for (auto const& left : edge_texts())
            for (auto const* right : {"", "c", "bc"}) REQUIRE(t.insert(s, {left, right, 0}));
    });
    for (auto const& left : edge_texts()) {
        auto const found = db.template all<pair>(asking<pair>{}.by_key().equal({text_cell(left)}));
        REQUIRE(found.size() == 3);
        CHECK(
            std::all_of(found.begin(), found.end(), [&](pair const& p) { return p.left == left; }));
    }
}

TEST_CASE_TEMPLATE("chain 1 is not chain 17000", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    for (auto const chain : {17000U, 1U, 11155111U, 0U, ~0U})
        for (auto const number : {10U, 9U, 100U})
            db.add(std::vector{block{chain, number, {std::byte{7}}}});

    for (auto const chain : {1U, 17000U, 11155111U, 0U, ~0U}) {
        auto const q = asking<block>{}.by_key().equal({natural_cell(chain)});
        auto numbers = std::vector<std::uint64_t>{};
        for (auto const& b : db.template all<block>(q)) {
            CHECK(b.chain == chain);
            numbers.push_back(b.number);
        }
        CHECK(numbers == std::vector<std::uint64_t>{9, 10, 100});
    }
    auto last = asking<block>{}.by_key().equal({natural_cell(1)}).backward();
    CHECK(db.template all<block>(last).front().number == 100);
}

TEST_CASE_TEMPLATE(
    "the whole unsigned range is ordered and bounded in a composite key", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    for (auto const round : shuffled(edge_numbers(), 3))
        for (auto const last : {255, 0, 1})
            db.add(std::vector{certificate{round, {std::byte{1}, static_cast<std::byte>(last)}}});

    auto rounds = std::vector<std::uint64_t>{};
    auto digests = std::vector<int>{};
    for (auto const& c : db.template all<certificate>(asking<certificate>{}.by_key())) {
        digests.push_back(std::to_integer<int>(c.digest[1]));
        if (rounds.empty() || rounds.back() != c.round) rounds.push_back(c.round);
    }
    CHECK(rounds == edge_numbers());
    for (std::size_t i = 0; i != digests.size(); ++i)
        CHECK(digests[i] == std::vector{0, 1, 255}[i % 3]);

    for (auto const limit : edge_numbers()) {
        auto const below = std::count_if(
            rounds.begin(), rounds.end(), [&](auto r) { return r < limit; });
        auto const q = asking<certificate>{}.by_key().until(natural_cell(limit));
        CHECK(db.template all<certificate>(q).size() == static_cast<std::size_t>(3 * below));
    }
}

TEST_CASE_TEMPLATE("the whole unsigned range is ordered in an index", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    for (auto const round : shuffled(edge_numbers(), 4))
        db.add(std::vector{certificate{round, {}, "author"}});
    auto rounds = std::vector<std::uint64_t>{};
    auto const q = asking<certificate>{}.by("author").equal({text_cell("author")});
    for (auto const& c : db.template all<certificate>(q)) rounds.push_back(c.round);
    CHECK(rounds == edge_numbers());

    auto const upper = asking<certificate>{}
                           .by("author")
                           .equal({text_cell("author")})
                           .above(natural_cell((1ULL << 63) - 1));
    CHECK(db.template all<certificate>(upper).size() == 4);
}

TEST_CASE_TEMPLATE(
    "edge strings are told apart and ordered in an index and in a unique", Backend, EVERY_BACKEND)
{
    auto db = opened_seam<Backend>{};
    auto people = db.template table<account>();
    auto numbers = db.template table<entry>();
    db.write([&](auto& s) {
        auto n = 0;
        for (auto const& text : shuffled(edge_texts(), 5)) {
            REQUIRE(people.insert(s, {.name = std::to_string(n), .email = text}));
            REQUIRE(numbers.insert(s, {.number = n++, .text = text}));
        }
    });
    auto sorted = edge_texts();
    std::sort(sorted.begin(), sorted.end());
    auto emails = std::vector<std::string>{};
    for (auto const& a : db.template all<account>(asking<account>{}.by("email")))
        emails.push_back(a.email);
    auto texts = std::vector<std::string>{};
    for (auto const& e : db.template all<entry>(asking<entry>{}.by("text")))
        texts.push_back(e.text);
    CHECK(emails == sorted);
    CHECK(texts == sorted);
    for (auto const& text : edge_texts())
        CHECK(
            db.template all<entry>(asking<entry>{}.by("text").equal({text_cell(text)})).size()
            == 1);
}
