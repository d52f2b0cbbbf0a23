// SPDX-License-Identifier: BSL-1.0
// Errors: one class per reason, what each can tell, and what state it leaves.
#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <iostream>

enum class stage : std::uint8_t { ordered, shipped, returned };

struct order {
    std::uint64_t number = 0;
    std::string invoice{};
    stage at = stage::ordered;
    std::string card{};
};
BOOST_HANA_ADAPT_STRUCT(order, number, invoice, at, card);

template <>
inline constexpr auto cairn::descriptor<order> = cairn::entity<"order">(
    cairn::key<"order/{number}">, cairn::unique<"invoice", "invoice">,
    cairn::secret<"card">, // in no error, log or path
    cairn::lifecycle<"at">(
        cairn::from<stage::ordered>.to<stage::shipped>,
        cairn::from<stage::shipped>.to<stage::returned>));

struct shop : cairn::schema<order> {};
inline constexpr auto orders = cairn::table<order>;

static void show(auto const& doing)
{
    try {
        doing();
    } catch (cairn::error const& error) { // the base of all
        std::cout << to_string(error.code()) << ": " << error.model() << ' ' << error.key() << " ["
                  << error.index() << "] " << error.message() << '\n';
        if (error.outcome() == cairn::write_outcome::unknown)
            std::cout << "  the commit itself failed: reopen the store and look\n";
    }
}

int main()
{
    auto db = cairn::store<shop, cairn::sqlite>{"shop.db"};
    db[orders].clear();
    db[orders].insert({1, "2026-001"});

    show([&] { static_cast<void>(db[orders].get(7u)); });
    show([&] { db[orders].insert({1, "2026-002"}); });
    show([&] { db[orders].insert({2, "2026-001"}); });
    show([&] { db[orders].put({1, "2026-001", stage::returned}); });
    show([&] { db[orders].update(1u, [](order& o) { o.number = 2; }); });
    show([&] { db.write([&](auto&) { db[orders].erase(1u); }); }); // would wait for itself
    show([&] { cairn::store<shop, cairn::sqlite>{"shop.db"}; });   // one writer

    if (auto found = db[orders].find(7u); !found) // absence is not an error
        std::cout << "no order 7\n";

    try {
        db[orders].update(1u, [](order&) { throw 42; });
    } catch (int thrown) { // what user code throws passes through; nothing has changed
        std::cout << "thrown through: " << thrown << '\n';
    }

    db.close();
    show([&] { static_cast<void>(db[orders].count()); });
}
