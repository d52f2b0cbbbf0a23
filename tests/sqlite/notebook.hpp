// SPDX-License-Identifier: BSL-1.0
// The models of these tests.
#pragma once

#include <cairn/describe/elements.hpp>
#include <cairn/describe/schema.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace test {

/// A text key, an index over the whole unsigned range, one over values that may be missing, a
/// unique.
struct note {
    std::string id;
    std::uint64_t rank = 0;
    std::optional<std::int32_t> level{};
    std::optional<std::string> label{};
    std::string text{};

    bool operator==(note const&) const = default;
};

/// One signed integer as the key.
struct event {
    std::int64_t number = 0;
    std::string text{};
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::note, id, rank, level, label, text);
BOOST_HANA_ADAPT_STRUCT(test::event, number, text);

template <>
inline constexpr auto cairn::descriptor<test::note> = cairn::entity<"note">(
    cairn::version<2>, cairn::key<"note:{id}">, cairn::index<"rank", "rank">,
    cairn::index<"level", "level", "rank">, cairn::unique<"label", "label">);

template <>
inline constexpr auto cairn::descriptor<test::event> =
    cairn::entity<"event">(cairn::version<1>, cairn::key<"event:{number}">);

namespace test {

struct notebook : cairn::schema<note, event> {};

} // namespace test
