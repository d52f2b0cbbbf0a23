// SPDX-License-Identifier: BSL-1.0
// Transactions: all or nothing, parts that may fail on their own, and one moment for many reads.
#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <iostream>
#include <stdexcept>

struct account {
    std::string name;
    std::int64_t cents = 0;
};
BOOST_HANA_ADAPT_STRUCT(account, name, cents);

struct transfer {
    std::int64_t number = 0; // one signed integer as the key: SQLite's row number itself
    std::string from{};
    std::string to{};
    std::int64_t cents = 0;
};
BOOST_HANA_ADAPT_STRUCT(transfer, number, from, to, cents);

template <>
inline constexpr auto cairn::descriptor<account> =
    cairn::entity<"account">(cairn::key<"account:{name}">);
template <>
inline constexpr auto cairn::descriptor<transfer> =
    cairn::entity<"transfer">(cairn::key<"transfer:{number}">);

struct bank : cairn::schema<account, transfer> {};
inline constexpr auto accounts = cairn::table<account>;
inline constexpr auto transfers = cairn::table<transfer>;

static void move_money(auto& tx, transfer const& t)
{
    tx[accounts].update(t.from, [&](account& a) {
        if (a.cents < t.cents) throw std::runtime_error{"not enough"};
        a.cents -= t.cents;
    });
    tx[accounts].update(t.to, [&](account& a) { a.cents += t.cents; });
    tx[transfers].insert(t);
}

int main()
{
    auto db = cairn::store<bank, cairn::sqlite>{"bank.db"};
    db.write([](auto& tx) {
        tx[transfers].clear();
        tx[accounts].put({"ada", 100});
        tx[accounts].put({"grace", 0});
    });

    db.write([](auto& tx) { move_money(tx, {1, "ada", "grace", 30}); });

    try {
        db.write([](auto& tx) { move_money(tx, {2, "ada", "nobody", 30}); });
    } catch (cairn::not_found const& error) {
        std::cout << error.what() << '\n'; // and nothing of the transfer is stored
    }

    auto const failed = db.write([](auto& tx) { // the closure's value comes back after the commit
        auto count = 0;
        for (std::int64_t cents : {50, 50, 20}) {
            try {
                tx.attempt([&] { move_money(tx, {cents + count, "ada", "grace", cents}); });
            } catch (std::runtime_error const&) {
                ++count; // what the attempt wrote is undone; what came before it stays
            }
        }
        return count;
    });

    db.read([&](auto& view) { // both reads see the same moment
        std::cout << failed << " failed; ada " << view[accounts].get("ada").cents << ", grace "
                  << view[accounts].get("grace").cents << '\n';
    });
    db.close();
}
