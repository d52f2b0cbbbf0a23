// SPDX-License-Identifier: BSL-1.0
// A small event-sourced state that the tests of recovery share, and stores of it.
#pragma once

#include "../support/backends.hpp"
#include "../support/random.hpp"

#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace test {

struct movement {
    std::uint64_t id = 0;
    std::string account{};
    std::int64_t amount = 0;

    bool operator==(movement const&) const = default;
};

/// Balances by account. Saved by the library's encoding: it has no functions for it.
struct ledger {
    std::map<std::string, std::int64_t> balances{};
    std::uint64_t movements = 0;

    void apply(movement const& m)
    {
        if (m.account.empty()) cairn::refuse("a movement without an account");
        balances[m.account] += m.amount;
        ++movements;
    }
    bool operator==(ledger const&) const = default;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::movement, id, account, amount);
BOOST_HANA_ADAPT_STRUCT(test::ledger, balances, movements);

template <>
inline constexpr auto cairn::descriptor<test::movement> =
    cairn::entity<"movement">(cairn::version<1>, cairn::key<"movement/{id}">);

namespace test {

struct books : cairn::schema<movement, cairn::checkpoint_header, cairn::checkpoint_chunk> {};
inline constexpr auto movements = cairn::table<movement>;

inline auto ledger_plan(std::string name = "ledger")
{
    return cairn::recovery<ledger>(std::move(name), 1, cairn::records(movements));
}

inline movement move_money(std::uint64_t id, std::string account = "ada", std::int64_t amount = 1)
{
    return {.id = id, .account = std::move(account), .amount = amount};
}

template <class Backend>
using books_store = cairn::store<books, Backend>;

} // namespace test
