// SPDX-License-Identifier: BSL-1.0
// Records that cannot be read, and the checkpoints that would forget them.
#include "dag.hpp"
#include "damage.hpp"
#include "ledger.hpp"

#include <chrono>
#include <functional>

using namespace test;

namespace {

using numbers = std::vector<std::uint64_t>;

/// A ledger of ten movements under a checkpoint and five behind it.
class books_in_use {
    using store = books_store<cairn::sqlite>;
    using ledger_keeper = cairn::kept<store, decltype(ledger_plan())>;

public:
    books_in_use()
    {
        run([&](auto& kept) { pay(kept, 15); });
        REQUIRE(checkpoints() == numbers{1});
    }

    /// Opens the store, recovers, and lets somebody use it.
    void run(std::function<void(ledger_keeper&)> const& use)
    {
        auto db = store{at_.options()};
        auto kept = ledger_keeper{db, ledger_plan(), {.every = 10}};
        use(kept);
    }

    void pay(ledger_keeper& kept, std::uint64_t count)
    {
        for (std::uint64_t i = 0; i != count; ++i)
            kept.write([&](auto& tx) { tx[movements].insert(move_money(next_++)); });
    }

    void damage_one(std::uint64_t id) const { change(id, "CAST(_body || x'00' AS BLOB)"); }
    void restore_one(std::uint64_t id) const { change(id, "substr(_body, 1, length(_body) - 1)"); }

    [[nodiscard]] numbers checkpoints() const
    {
        auto found = numbers{};
        auto const db = store{at_.options()};
        for (auto const& header : cairn::checkpointer{ledger_plan()}.list(db))
            found.push_back(header.number);
        return found;
    }

private:
    void change(std::uint64_t id, std::string const& body) const
    {
        damage(
            at_.file(),
            "UPDATE movement SET _body = " + body + " WHERE id = " + std::to_string(id));
    }

    place<cairn::sqlite> at_{};
    std::uint64_t next_ = 1;
};

} // namespace

TEST_CASE("a state that lacks a damaged record takes no checkpoint by itself: each start tells it")
{
    auto books = books_in_use{};
    books.damage_one(12);
    for (std::uint64_t start = 0; start != 3; ++start) {
        books.run([&](auto& kept) {
            CHECK(kept.report().quarantined_count == 1);
            CHECK(kept.state().movements == 14 + 20 * start);
            books.pay(kept, 20);
        });
        CHECK(books.checkpoints() == numbers{1});
    }
}

TEST_CASE("a damaged record that is whole again is in the state again, and checkpoints go on")
{
    auto books = books_in_use{};
    books.damage_one(12);
    books.run([&](auto& kept) { books.pay(kept, 20); });
    books.restore_one(12);
    books.run([&](auto& kept) {
        CHECK(kept.report().quarantined_count == 0);
        CHECK(kept.state().movements == 35);
        books.pay(kept, 1);
    });
    CHECK(books.checkpoints() == numbers{2, 1});
}

TEST_CASE("a checkpoint by call is of the state as it is, and the next recovery misses nothing")
{
    auto books = books_in_use{};
    books.damage_one(12);
    books.run([&](auto& kept) {
        CHECK(kept.checkpoint().number == 2);
        books.pay(kept, 20);
    });
    CHECK(books.checkpoints() == numbers{2, 1});
    books.run([&](auto& kept) {
        CHECK(kept.report().quarantined_count == 0);
        CHECK(kept.state().movements == 34);
        books.pay(kept, 1);
    });
    CHECK(books.checkpoints() == numbers{3, 2, 1});
}

TEST_CASE("a damaged record under a checkpoint is in it, and stops no other")
{
    auto books = books_in_use{};
    books.damage_one(3);
    books.run([&](auto& kept) {
        CHECK(kept.report().quarantined_count == 0);
        books.pay(kept, 10);
    });
    CHECK(books.checkpoints() == numbers{2, 1});
}

TEST_CASE("a refused record stops no checkpoint: it is refused whenever it is read")
{
    auto db = books_store<cairn::memory>{};
    db[movements].insert(move_money(1, ""));
    auto kept = cairn::kept{db, ledger_plan(), {.every = 10}};
    CHECK(kept.report().quarantined_count == 1);
    kept.write([&](auto& tx) {
        for (std::uint64_t id = 2; id != 22; ++id) tx[movements].insert(move_money(id));
    });
    CHECK(cairn::checkpointer{ledger_plan()}.list(db).size() == 1);
}

TEST_CASE("a state that lacks a damaged change takes no checkpoint by itself")
{
    auto const at = place<cairn::sqlite>{};
    {
        auto db = graph_store<cairn::sqlite>{at.options()};
        auto user = graph_user{db, {.every = 0}};
        grow(user, 0, 4);
        user.checkpoint();
        user.mark(3, 12);
    }
    damage(
        at.file(),
        "UPDATE vertex SET _body = zeroblob(length(_body)) WHERE round = 3 AND name = 12");
    auto db = graph_store<cairn::sqlite>{at.options()};
    auto user = graph_user{db, {.every = 1}};
    CHECK(user.recover().report.quarantined_count == 1);
    grow(user, 4, 2);
    CHECK(user.keeper().list(db).size() == 1);
}

TEST_CASE("a damaged record that every recovery reads stops no checkpoint")
{
    auto const at = place<cairn::sqlite>{};
    auto const plan = cairn::recovery<ledger>("ledger", 1, cairn::records(movements).whole());
    books_store<cairn::sqlite>{at.options()}[movements].insert(move_money(1));
    damage(at.file(), "UPDATE movement SET _body = zeroblob(length(_body))");
    auto db = books_store<cairn::sqlite>{at.options()};
    auto keeper = cairn::checkpointer{plan, {.every = 0, .interval = std::chrono::nanoseconds{1}}};
    auto const found = keeper.recover(db);
    CHECK(found.report.quarantined_count == 1);
    CHECK(db.write([&](auto& tx) { return keeper.checkpoint_if_due(tx, found.state); }));
}
