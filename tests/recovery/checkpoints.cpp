// SPDX-License-Identifier: BSL-1.0
// When checkpoints are written, what is kept of them, and what deltas build on.
#include "clock.hpp"
#include "dag.hpp"
#include "ledger.hpp"

#include <stdexcept>

using namespace test;
using namespace std::chrono_literals;

namespace {

template <class Store, class Keeper>
std::vector<std::uint64_t> numbers_in(Store& db, Keeper& keeper)
{
    auto numbers = std::vector<std::uint64_t>{};
    for (auto const& header : keeper.list(db)) numbers.push_back(header.number);
    return numbers;
}

/// A ledger whose checkpoints can be counted.
template <class Backend>
struct counted_books {
    explicit counted_books(cairn::checkpoint_options how)
        : db{at.options()}, kept{db, ledger_plan(), how}
    {
    }

    void pay(std::uint64_t count = 1)
    {
        kept.write([&](auto& tx) {
            for (std::uint64_t i = 0; i != count; ++i) tx[movements].insert(move_money(next++));
        });
    }
    std::vector<std::uint64_t> numbers()
    {
        auto keeper = cairn::checkpointer{ledger_plan()};
        return numbers_in(db, keeper);
    }

    place<Backend> at{};
    books_store<Backend> db;
    cairn::kept<books_store<Backend>, decltype(ledger_plan())> kept;
    std::uint64_t next = 1;
};

using numbers = std::vector<std::uint64_t>;

/// A ledger kept by hand, in transactions some of which fail.
template <class Backend>
struct failing_books {
    explicit failing_books(cairn::checkpoint_options how)
        : db{at.options()}, keeper{ledger_plan(), how}
    {
    }

    /// Stores a movement; `then(tx)` may write checkpoints, and throw. Whether it was stored.
    template <class Then>
    bool pay(Then const& then)
    {
        auto const before = state;
        try {
            db.write([&](auto& tx) {
                auto const next = move_money(state.movements + 1);
                tx[movements].insert(next);
                state.apply(next);
                then(tx);
            });
            return true;
        } catch (std::runtime_error const&) {
            state = before;
            return false;
        }
    }
    /// The same with a checkpoint if one is due; whether there was one.
    bool pay()
    {
        auto was_due = false;
        CHECK(pay([&](auto& tx) { was_due = keeper.checkpoint_if_due(tx, state); }));
        return was_due;
    }
    bool pay_in_vain(std::size_t checkpoints)
    {
        return pay([&](auto& tx) {
            for (std::size_t i = 0; i != checkpoints; ++i) keeper.checkpoint(tx, state);
            throw std::runtime_error{"no"};
        });
    }

    place<Backend> at{};
    books_store<Backend> db;
    cairn::checkpointer<decltype(ledger_plan())> keeper;
    ledger state{};
};

} // namespace

TEST_CASE_TEMPLATE("a checkpoint is due every so many records", Backend, EVERY_BACKEND)
{
    auto books = counted_books<Backend>{{.every = 10}};
    books.pay(9);
    CHECK(books.numbers().empty());
    books.pay();
    CHECK(books.numbers() == numbers{1});
    for (int i = 0; i != 9; ++i) books.pay();
    CHECK(books.numbers() == numbers{1});
    books.pay();
    CHECK(books.numbers() == numbers{2, 1});
    books.pay(35);
    CHECK(books.numbers() == numbers{3, 2, 1}); // once, however far it is overdue
}

TEST_CASE("every so many positions means the state's own, where it has one")
{
    auto db = graph_store<cairn::memory>{};
    auto user = graph_user{db, {.every = 10}};
    grow(user, 0, 35);
    auto const headers = user.keeper().list(db);
    REQUIRE(headers.size() == 3);
    CHECK(headers[0].position == 30);
    CHECK(headers[1].position == 20);
    CHECK(headers[2].position == 10);
}

TEST_CASE_TEMPLATE("the interval goes on where the last process left it", Backend, EVERY_BACKEND)
{
    auto books = counted_books<Backend>{{.every = 10}};
    books.pay(14);
    auto again = cairn::kept{books.db, ledger_plan(), {.every = 10}};
    auto const pay = [&](std::uint64_t id) {
        again.write([&](auto& tx) { tx[movements].insert(move_money(id)); });
    };
    for (std::uint64_t i = 0; i != 9; ++i) pay(100 + i);
    CHECK(books.numbers() == numbers{1});
    pay(200);
    CHECK(books.numbers() == numbers{2, 1});
}

TEST_CASE("a checkpoint is due after so much time, by the clock that never goes back")
{
    auto clock = hand_clock{};
    auto books = counted_books<cairn::memory>{{.every = 0, .interval = 1min, .machine = &clock}};
    books.pay();
    clock.advance(59s);
    books.pay();
    CHECK(books.numbers().empty());
    clock.advance(1s);
    books.pay();
    CHECK(books.numbers() == numbers{1});
    books.pay();
    clock.set_wall(clock.wall_time() + 24h); // the clock on the wall decides nothing here
    books.pay();
    CHECK(books.numbers() == numbers{1});
    clock.advance(61s);
    books.pay();
    CHECK(books.numbers() == numbers{2, 1});
}

TEST_CASE("without an interval there is a checkpoint only by call")
{
    auto books = counted_books<cairn::memory>{{.every = 0}};
    books.pay(1000);
    CHECK(books.numbers().empty());
    books.kept.checkpoint();
    CHECK(books.numbers() == numbers{1});
}

TEST_CASE_TEMPLATE(
    "the newest checkpoints are kept, and of the others nothing", Backend, EVERY_BACKEND)
{
    auto books = counted_books<Backend>{{.every = 1, .keep = 3}};
    for (int i = 0; i != 8; ++i) books.pay();
    CHECK(books.numbers() == numbers{8, 7, 6});
    CHECK(books.db[cairn::checkpoint_chunks].count() == 3);
}

TEST_CASE("one checkpoint is kept, whatever is asked for")
{
    auto books = counted_books<cairn::memory>{{.every = 1, .keep = 0}};
    for (int i = 0; i != 3; ++i) books.pay();
    CHECK(books.numbers() == numbers{3});
}

TEST_CASE("old checkpoints go, and the newest stays however old it is")
{
    auto clock = hand_clock{};
    auto books = counted_books<cairn::memory>{{.every = 1, .max_age = 1h, .machine = &clock}};
    for (int i = 0; i != 3; ++i) {
        books.pay();
        clock.advance(25min);
    }
    CHECK(books.numbers() == numbers{3, 2, 1});
    books.pay(); // 1 is 75 minutes old
    CHECK(books.numbers() == numbers{4, 3, 2});
    clock.advance(100h);
    auto keeper = cairn::checkpointer{ledger_plan(), {.max_age = 1h, .machine = &clock}};
    CHECK(books.db.write([&](auto& tx) { return keeper.prune(tx); }) == 2);
    CHECK(books.numbers() == numbers{4});
}

TEST_CASE_TEMPLATE("a base that a kept delta needs is never removed", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0, .keep = 2, .full_every = 4}};
    auto round = std::uint64_t{0};
    auto const next = [&] {
        grow(user, round++, 1);
        return user.checkpoint();
    };
    CHECK(next().is_full());
    for (std::uint64_t base = 1; base != 4; ++base) CHECK(next().base == base);
    CHECK(numbers_in(db, user.keeper()) == numbers{4, 3, 2, 1});
    CHECK(next().is_full());
    CHECK(numbers_in(db, user.keeper()) == numbers{5, 4, 3, 2, 1});
    CHECK(next().base == 5); // nothing that is kept needs 1 to 4 any more
    CHECK(numbers_in(db, user.keeper()) == numbers{6, 5});
    for (auto const how : every_strategy) CHECK(recovered_by(db, how) == user.state());
}

TEST_CASE("a full checkpoint may be asked for")
{
    auto db = graph_store<cairn::memory>{};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 2);
    CHECK(user.checkpoint().is_full());
    CHECK_FALSE(user.checkpoint().is_full());
    CHECK(user.checkpoint(cairn::checkpoint_kind::full).is_full());
    CHECK(user.checkpoint().base == 3);
}

TEST_CASE_TEMPLATE("a delta builds on what was recovered from", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    {
        auto user = graph_user{db, {.every = 0}};
        grow(user, 0, 5);
        user.checkpoint();
        grow(user, 5, 1);
    }
    auto user = graph_user{db, {.every = 0}};
    grow(user, 6, 1);
    CHECK(user.checkpoint().base == 1);
    CHECK(recovered_by(db, cairn::recovery_strategy::from_checkpoint) == user.state());
}

TEST_CASE("a keeper that has not recovered begins with a full checkpoint")
{
    auto db = graph_store<cairn::memory>{};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 3);
    user.checkpoint();
    auto fresh = cairn::checkpointer{graph_plan()};
    CHECK(db.write([&](auto& tx) { return fresh.checkpoint(tx, user.state()); }).is_full());
}

TEST_CASE_TEMPLATE("a delta is smaller than what it spares", Backend, cairn::sqlite)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 200);
    auto const full = user.checkpoint();
    grow(user, 200, 10);
    auto const delta = user.checkpoint();
    CHECK(delta.base == full.number);
    CHECK(delta.bytes * 8 < full.bytes);
    CHECK(delta.stored_bytes * 8 < full.stored_bytes);
}

TEST_CASE_TEMPLATE(
    "a checkpoint whose transaction fails is not there, nor built on", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 3);
    user.checkpoint();
    grow(user, 3, 1);
    CHECK_THROWS_AS(
        db.write([&](auto& tx) {
            user.keeper().checkpoint(tx, user.state());
            throw std::runtime_error{"no"};
        }),
        std::runtime_error);
    CHECK(numbers_in(db, user.keeper()) == numbers{1});
    auto const next = user.checkpoint();
    CHECK(next.is_full());
    CHECK(next.number == 2);
    CHECK(recovered_by(db, cairn::recovery_strategy::from_checkpoint) == user.state());
}

TEST_CASE_TEMPLATE(
    "a checkpoint whose transaction fails does not begin the interval anew", Backend, EVERY_BACKEND)
{
    auto books = failing_books<Backend>{{.every = 10}};
    auto const stored = [&] { return numbers_in(books.db, books.keeper); };
    for (int i = 0; i != 5; ++i) CHECK_FALSE(books.pay());
    CHECK_FALSE(books.pay_in_vain(1)); // nor does it make one due
    for (int i = 5; i != 9; ++i) CHECK_FALSE(books.pay());
    CHECK_FALSE(books.pay([&](auto& tx) {
        CHECK(books.keeper.checkpoint_if_due(tx, books.state));
        CHECK_FALSE(books.keeper.checkpoint_if_due(tx, books.state));
        throw std::runtime_error{"no"};
    }));
    CHECK(books.pay());
    CHECK(stored() == numbers{1});
    for (int i = 10; i != 19; ++i) CHECK_FALSE(books.pay());
    CHECK(books.pay([&](auto& tx) {
        auto const attempt = [&] {
            CHECK(books.keeper.checkpoint_if_due(tx, books.state));
            throw std::runtime_error{"no"};
        };
        CHECK_THROWS_AS(tx.attempt(attempt), std::runtime_error);
        CHECK(books.keeper.checkpoint_if_due(tx, books.state));
    }));
    CHECK(stored() == numbers{2, 1});
    CHECK_FALSE(books.pay_in_vain(3));
    auto paid = 1;
    while (!books.pay()) ++paid;
    CHECK(paid <= 10);
    CHECK(stored() == numbers{3, 2, 1});
}

TEST_CASE("an interval of time goes on where a transaction failed, and where one recovers from it")
{
    auto clock = hand_clock{};
    auto const how = cairn::checkpoint_options{.every = 0, .interval = 1min, .machine = &clock};
    SUBCASE("by hand")
    {
        auto books = failing_books<cairn::memory>{how};
        clock.advance(1min);
        CHECK_FALSE(books.pay_in_vain(1));
        CHECK(books.pay());
        clock.advance(59s);
        CHECK_FALSE(books.pay_in_vain(1));
        books.state = books.keeper.recover(books.db).state;
        CHECK_FALSE(books.pay());
        clock.advance(1s);
        CHECK(books.pay());
    }
    SUBCASE("by the library")
    {
        auto books = counted_books<cairn::memory>{how};
        clock.advance(59s);
        CHECK_THROWS_AS(
            books.kept.write([](auto& tx) { tx[movements].insert(move_money(50, "")); }),
            cairn::record_refused);
        CHECK(books.numbers().empty());
        clock.advance(1s);
        books.pay();
        CHECK(books.numbers() == numbers{1});
    }
}

TEST_CASE("another's checkpoint behind ours does not make the next one of ours due")
{
    auto books = failing_books<cairn::memory>{{.every = 10, .keep = 1}};
    for (int i = 0; i != 9; ++i) CHECK_FALSE(books.pay());
    CHECK(books.pay());
    auto other = cairn::checkpointer{ledger_plan(), {.keep = 1}};
    books.db.write([&](auto& tx) { other.checkpoint(tx, books.state); });
    CHECK(numbers_in(books.db, books.keeper) == numbers{2});
    for (int i = 0; i != 9; ++i) CHECK_FALSE(books.pay());
    CHECK(books.pay());
}

TEST_CASE_TEMPLATE(
    "a checkpoint is what its transaction sees, and commits with it", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    auto keeper = cairn::checkpointer{ledger_plan()};
    auto state = keeper.recover(db).state;
    auto const header = db.write([&](auto& tx) {
        for (std::uint64_t i = 0; i != 3; ++i) {
            tx[movements].insert(move_money(i));
            state.apply(move_money(i));
        }
        return keeper.checkpoint(tx, state);
    });
    REQUIRE(header.sources.size() == 1);
    CHECK(header.sources.front().model == "movement");
    CHECK(header.sources.front().count == 3);
    CHECK(header.sources.front().sequence == 3);
    auto const found = keeper.recover(db);
    CHECK(found.report.applied() == 0);
    CHECK(found.state == state);
}

TEST_CASE_TEMPLATE("a state of many chunks comes back", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    auto random = generator{11};
    auto big = ledger{};
    for (int i = 0; i != 60'000; ++i) { // neither compressible nor small
        auto name = std::string(40, '\0');
        for (auto& c : name) c = static_cast<char>(random());
        big.balances.emplace(std::move(name), static_cast<std::int64_t>(random()));
    }
    auto keeper = cairn::checkpointer{ledger_plan()};
    auto const header = db.write([&](auto& tx) { return keeper.checkpoint(tx, big); });
    CHECK(header.chunks.size() >= 3);
    for (auto const& chunk : db[cairn::checkpoint_chunks].scan())
        CHECK(chunk.data.size() <= (std::size_t{1} << 20) + 4);
    CHECK(header.bytes > (header.chunks.size() - 1) << 20);
    auto const found = cairn::checkpointer{ledger_plan()}.recover(db);
    CHECK(found.report.checkpoint == 1);
    CHECK(found.state == big);
}

TEST_CASE("an empty state has a checkpoint too")
{
    struct nothing {
        void apply(movement const&) {}
        void save(cairn::checkpoint_writer&) const {}
        void load(cairn::checkpoint_reader&) {}
    };
    auto db = books_store<cairn::memory>{};
    auto const plan = cairn::recovery<nothing>("nothing", 1, cairn::records(movements));
    auto keeper = cairn::checkpointer{plan};
    auto const header = db.write([&](auto& tx) { return keeper.checkpoint(tx, nothing{}); });
    CHECK(header.chunks.empty());
    CHECK(keeper.recover(db).report.checkpoint == 1);
}

TEST_CASE("a level that zstd does not have is refused")
{
    auto db = books_store<cairn::memory>{};
    for (auto const level : {0, -1, 1000}) {
        auto keeper = cairn::checkpointer{ledger_plan(), {.level = level}};
        CHECK_THROWS_AS(
            db.write([&](auto& tx) { keeper.checkpoint(tx, ledger{}); }), cairn::invalid_argument);
    }
    CHECK(db[cairn::checkpoint_headers].count() == 0);
}

TEST_CASE_TEMPLATE(
    "a write through a kept state that fails leaves store and state as they were", Backend,
    EVERY_BACKEND)
{
    auto books = counted_books<Backend>{{.every = 3}};
    books.pay(2);
    auto const before = books.kept.state();
    CHECK_THROWS_AS(
        books.kept.write([&](auto& tx) {
            tx[movements].insert(move_money(50));
            throw std::runtime_error{"no"};
        }),
        std::runtime_error);
    CHECK(books.kept.state() == before);
    CHECK_THROWS_AS( // the second is refused when the first was already applied
        books.kept.write([&](auto& tx) {
            tx[movements].insert(move_money(51));
            tx[movements].insert(move_money(52, ""));
        }),
        cairn::record_refused);
    CHECK(books.kept.state() == before);
    CHECK(books.db[movements].count() == 2);
    CHECK(books.numbers().empty());
    CHECK(books.kept.write([&](auto& tx) {
        tx[movements].insert(move_money(53));
        return 7;
    }) == 7);
    CHECK(books.kept.state().movements == 3);
    CHECK(books.numbers() == numbers{1});
}

TEST_CASE_TEMPLATE(
    "a kept state follows what others store, in the order of the store", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto kept = cairn::kept{db, graph_plan(), {.every = 2}};
    db[vertices].insert({.round = 0, .name = 1});
    kept.write([&](auto& tx) {
        tx[vertices].insert({.round = 1, .name = 2, .parents = {1}});
        tx[vertices].update(0U, 1U, [](vertex& v) { v.marked = 1; });
        tx[settings].put({.value = 4});
    });
    CHECK(kept.state().nodes().size() == 2);
    CHECK(kept.state().nodes()[0].marked == 1);
    db[vertices].update(1U, 2U, [](vertex& v) { v.marked = 2; });
    kept.write([&](auto& tx) { tx[vertices].insert({.round = 2, .name = 3, .parents = {2}}); });
    CHECK(kept.state().highest_mark() == 2);
    for (auto const how : every_strategy) CHECK(recovered_by(db, how) == kept.state());
}
