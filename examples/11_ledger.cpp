// SPDX-License-Identifier: BSL-1.0
// An event-sourced ledger: movements are stored, balances are rebuilt from them and from
// checkpoints, also by a process that finds what a killed one has left.
#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>
#include <cairn/sqlite.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>

#include <sys/wait.h>
#include <unistd.h>

struct movement {
    std::uint64_t number = 0;
    std::string account{};
    std::int64_t cents = 0;
};
BOOST_HANA_ADAPT_STRUCT(movement, number, account, cents);

template <>
inline constexpr auto cairn::descriptor<movement> =
    cairn::entity<"movement">(cairn::key<"movement/{number}">);

struct balances { // the state: what it holds, and how a record is applied
    std::map<std::string, std::int64_t> cents{};
    std::uint64_t movements = 0;

    void apply(movement const& m)
    {
        if (m.account.empty()) cairn::refuse("it names no account"); // before anything changed
        cents[m.account] += m.cents;
        ++movements;
    }
};
BOOST_HANA_ADAPT_STRUCT(balances, cents, movements);

struct bank : cairn::schema<movement, cairn::checkpoint_header, cairn::checkpoint_chunk> {};
inline constexpr auto movements = cairn::table<movement>;

static auto plan()
{
    return cairn::recovery<balances>("balances", 1, cairn::records(movements));
}

using store = cairn::store<bank, cairn::sqlite>;

/// Pays without end, ten movements in a transaction, until it is killed on the way.
[[noreturn]] static void pay_until_killed()
{
    auto db = store{"ledger.db"};
    auto ledger = cairn::kept{db, plan(), {.every = 100}};
    for (auto n = ledger.state().movements;; n += 10) {
        ledger.write([&](auto& tx) { // stored, applied, and a checkpoint if one is due
            for (auto i = n; i != n + 10; ++i) {
                tx[movements].insert({i, i % 2 == 0 ? "ada" : "grace", i % 2 == 0 ? 5 : -5});
                if (i == 1234) ::raise(SIGKILL);
            }
        });
    }
}

int main()
{
    { // begins anew, so that it can be run twice
        auto db = store{"ledger.db"};
        db.write([](auto& tx) {
            tx[movements].clear();
            tx[cairn::checkpoint_headers].clear();
            tx[cairn::checkpoint_chunks].clear();
        });
    }
    auto const child = ::fork();
    if (child == 0) pay_until_killed();
    ::waitpid(child, nullptr, 0);

    auto db = store{"ledger.db"};
    auto const ledger = cairn::kept{db, plan()};
    std::cout << ledger.report().text();
    for (auto const& [account, cents] : ledger.state().cents)
        std::cout << account << ' ' << cents << '\n';

    auto keeper = cairn::checkpointer{plan()}; // the same from every record there is
    auto const slow = keeper.recover(db, {.strategy = cairn::recovery_strategy::from_scratch});
    auto const same = slow.state.cents == ledger.state().cents;
    std::cout << slow.report.applied() << " movements give " << (same ? "the same" : "another")
              << " balance\n";
    return same && ledger.state().movements == 1230 ? EXIT_SUCCESS : EXIT_FAILURE;
}
