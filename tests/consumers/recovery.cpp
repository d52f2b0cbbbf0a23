// SPDX-License-Identifier: BSL-1.0
// A program of somebody else's that recovers: the same, and zstd with it.
#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>
#include <cairn/sqlite.hpp>

#include <cstdint>
#include <cstdio>

struct deposit {
    std::uint64_t number = 0;
    std::int64_t cents = 0;
};
BOOST_HANA_ADAPT_STRUCT(deposit, number, cents);

template <>
inline constexpr auto cairn::descriptor<deposit> =
    cairn::entity<"deposit">(cairn::version<1>, cairn::key<"deposit/{number}">);

struct balance {
    std::int64_t cents = 0;

    void apply(deposit const& d) { cents += d.cents; }
};
BOOST_HANA_ADAPT_STRUCT(balance, cents);

struct bank : cairn::schema<deposit, cairn::checkpoint_header, cairn::checkpoint_chunk> {};
inline constexpr auto deposits = cairn::table<deposit>;

static auto plan()
{
    return cairn::recovery<balance>("balance", 1, cairn::records(deposits));
}

int main(int argc, char** argv)
{
    if (argc != 2) return std::fprintf(stderr, "usage: consumer FILE\n"), 2;
    auto db = cairn::store<bank, cairn::sqlite>{argv[1]};
    {
        auto ledger = cairn::kept{db, plan(), {.every = 2}};
        for (std::uint64_t n = 0; n != 3; ++n)
            ledger.write([&](auto& tx) { tx[deposits].insert({n, 5}); });
    }
    auto const ledger = cairn::kept{db, plan()};
    std::fputs(ledger.report().text().c_str(), stdout);
    auto const from_a_checkpoint = ledger.report().applied() < 3;
    return ledger.state().cents == 15 && from_a_checkpoint ? 0 : 1;
}
