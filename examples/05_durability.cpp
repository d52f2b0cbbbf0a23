// SPDX-License-Identifier: BSL-1.0
// Durability by name, writers that share a sync, and writes that nobody waits for.
#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <iostream>
#include <thread>

struct event {
    std::uint32_t source = 0;
    std::uint32_t number = 0;
    std::string text{};
};
BOOST_HANA_ADAPT_STRUCT(event, source, number, text);

template <>
inline constexpr auto cairn::descriptor<event> =
    cairn::entity<"event">(cairn::key<"event/{source}/{number}">);

struct journal : cairn::schema<event> {};
inline constexpr auto events = cairn::table<event>;

int main()
{
    auto db = cairn::store<journal, cairn::sqlite>{{
        .path = "journal.db",
        .survives = cairn::survives::power_loss, // the default: on disk when a write returns
        .commit = {.members = 64, .time = std::chrono::milliseconds{2}},
    }};
    db[events].clear();

    auto threads = std::vector<std::thread>{}; // each insert is durable; they share syncs
    for (std::uint32_t source = 1; source <= 4; ++source) {
        threads.emplace_back([&db, source] {
            for (std::uint32_t n = 0; n < 50; ++n) db[events].insert({source, n, "written"});
        });
    }
    for (auto& t : threads) t.join();
    std::cout << db[events].count() << " events\n";

    auto ticket = db.write_async([](auto& tx) { // returns at once
        tx[events].insert({9, 1, "later"});
        return tx[events].count();
    });
    std::cout << ticket.get() << " with the asynchronous one\n"; // waits for the commit

    auto again = db.write_async([](auto& tx) { tx[events].insert({9, 1, "twice"}); });
    try {
        again.get();
    } catch (cairn::already_exists const& error) {
        std::cout << error.what() << '\n';
    }

    static_cast<void>(db.write_async([](auto& tx) { tx[events].erase(9u, 1u); })); // not awaited
    db.close(); // drains the queue
    auto reopened = cairn::store<journal, cairn::sqlite>{"journal.db"};
    std::cout << reopened[events].count() << " after reopening\n";
}
