// SPDX-License-Identifier: BSL-1.0
// What recovering promises, whatever the state.
#include "ledger.hpp"

using namespace test;

TEST_CASE_TEMPLATE("smoke", Backend, cairn::memory, cairn::sqlite)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    auto keeper = cairn::checkpointer{ledger_plan(), {.every = 10}};
    auto state = keeper.recover(db).state;
    for (std::uint64_t i = 0; i != 95; ++i) {
        db.write([&](auto& tx) {
            tx[movements].insert(move_money(i, i % 2 ? "ada" : "bob", 3));
            state.apply(move_money(i, i % 2 ? "ada" : "bob", 3));
            keeper.checkpoint_if_due(tx, state);
        });
    }
    auto again = cairn::checkpointer{ledger_plan()}.recover(db);
    CHECK(again.state == state);
    MESSAGE(again.report.text());
    auto scratch = cairn::checkpointer{ledger_plan()}.recover(
        db, {.strategy = cairn::recovery_strategy::from_scratch});
    CHECK(scratch.state == state);
    auto books = cairn::kept{db, ledger_plan()};
    CHECK(books.state() == state);
    books.write([&](auto& tx) { tx[movements].insert(move_money(1000, "eve", 7)); });
    CHECK(books.state().balances.at("eve") == 7);
}
