// SPDX-License-Identifier: BSL-1.0
// What recovering promises, whatever the state: every strategy, late records, changed records,
// records that are left out, and what the report says.
#include "dag.hpp"
#include "damage.hpp"
#include "ledger.hpp"

#include <stdexcept>

namespace test {

/// Whose key is lost when it is moved from.
struct letter {
    std::string name{};
    std::string text{};
    std::uint64_t edited = 0;
    std::uint32_t copies = 0;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::letter, name, text, edited, copies);

template <>
inline constexpr auto cairn::descriptor<test::letter> = cairn::entity<"letter">(
    cairn::version<1>, cairn::key<"letter/{name}">, cairn::index<"edited", "edited">,
    cairn::index<"copies", "copies">);

using namespace test;
using namespace cairn::literals;
using strategy = cairn::recovery_strategy;

namespace {

template <class Store>
void pay(Store& db, std::uint64_t first, std::uint64_t count)
{
    for (auto i = first; i != first + count; ++i)
        db[movements].insert(move_money(i, i % 2 == 0 ? "ada" : "bob", 1));
}

template <class Store>
cairn::recovered<ledger> recover_ledger(Store& db, strategy how)
{
    return cairn::checkpointer{ledger_plan()}.recover(db, {.strategy = how});
}

template <class Store>
void checkpoint_ledger(Store& db)
{
    auto keeper = cairn::checkpointer{ledger_plan()};
    auto const state = keeper.recover(db).state;
    db.write([&](auto& tx) { keeper.checkpoint(tx, state); });
}

struct mail : cairn::schema<letter, cairn::checkpoint_header, cairn::checkpoint_chunk> {};
inline constexpr auto letters = cairn::table<letter>;

letter letter_of(std::uint64_t n, std::string text)
{
    return {"a name that is too long to be inside a string " + std::to_string(n), std::move(text)};
}

/// Takes what it is given, as far as it may, before it looks at it.
template <class Given>
struct letter_box {
    std::uint64_t taken = 0;
    std::vector<std::string> lost_keys{};

    void apply(Given given)
    {
        auto const own = std::decay_t<Given>{std::forward<Given>(given)};
        if (own.text.empty()) cairn::refuse("it is empty");
        ++taken;
    }
    void lost(cairn::quarantined_record const& record) { lost_keys.push_back(record.key); }
    void save(cairn::checkpoint_writer& out) const { out.put(taken); }
    void load(cairn::checkpoint_reader& in) { in.get(taken); }
};

/// Checks that the report and the state were told of these, by their right keys.
template <class State>
void check_left_out(
    cairn::recovered<State> const& found, std::initializer_list<std::uint64_t> numbers)
{
    auto expected = std::vector<std::string>{};
    for (auto const n : numbers) {
        auto const name = letter_of(n, "").name;
        auto const key = cairn::make_key<letter>(name);
        expected.push_back(cairn::key_path(cairn::shape_of<letter>, key.view()));
    }
    auto reported = std::vector<std::string>{};
    for (auto const& each : found.report.quarantined) reported.push_back(each.key);
    CHECK(reported == expected);
    CHECK(found.state.lost_keys == expected);
}

} // namespace

TEST_CASE_TEMPLATE(
    "an empty store recovers to an empty state by every strategy", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    for (auto const how : every_strategy) {
        auto const found = recover_ledger(db, how);
        CHECK(found.state == ledger{});
        CHECK(found.report.applied() == 0);
    }
}

TEST_CASE_TEMPLATE(
    "what is erased is forgotten by a recovery, or kept by a checkpoint", Backend, EVERY_BACKEND)
{
    auto const where = place<Backend>{};
    auto db = books_store<Backend>{where.options()};
    auto const from_checkpoint = cairn::recovery_options{.strategy = strategy::from_checkpoint};
    auto state = cairn::kept{db, ledger_plan(), {.every = 10}};
    auto const put = [](auto& tx) {
        for (std::uint64_t i = 1; i <= 20; ++i) tx[movements].insert(move_money(i));
    };
    state.write(put);
    REQUIRE(db[cairn::checkpoint_headers].count() == 1);
    SUBCASE("erased through the store, and recovered")
    {
        db.write([](auto& tx) { tx[movements].prefix().before(6u).erase(); });
        CHECK(state.state().movements == 20);
        state.recover();
        CHECK(state.state().movements == 15);
        CHECK(state.report().refused.size() == 1);
        CHECK(recover_ledger(db, strategy::hybrid).state == state.state());
    }
    SUBCASE("erased through it, with a checkpoint")
    {
        state.write([](auto& tx) { tx[movements].prefix().before(6u).erase(); });
        state.checkpoint();
        CHECK(state.state().movements == 20);
        auto again = cairn::kept{db, ledger_plan(), {}, from_checkpoint};
        CHECK(again.state() == state.state());
        CHECK(again.report().refused.empty());
    }
}

TEST_CASE_TEMPLATE("every strategy gives the same state", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 7}};
    grow(user, 0, 40);
    user.set(7);
    REQUIRE(user.keeper().list(db).size() > 1);
    for (auto const how : every_strategy) CHECK(recovered_by(db, how) == user.state());
    CHECK(user.state().nodes().size() == 160);
    CHECK(user.state().highest_mark() == 38);
}

TEST_CASE_TEMPLATE(
    "records that are stored late, whatever their key, are brought back on top of a checkpoint",
    Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 11); // across 9 -> 10
    user.checkpoint();
    user.add({.round = 9, .name = 1000, .parents = {32, 33}});
    user.add({.round = 0, .name = 1001});
    auto const found = user.recover();
    CHECK(found.report.used == strategy::from_checkpoint);
    CHECK(found.report.sources.front().inserted == 2);
    CHECK(found.state == recovered_by(db, strategy::from_scratch));
}

TEST_CASE_TEMPLATE(
    "records that changed since a checkpoint are brought back as they are now", Backend,
    EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 6);
    user.checkpoint();
    user.mark(1, 6);
    user.add({.round = 6, .name = 500, .parents = {20}});
    user.mark(6, 500); // younger than the checkpoint: applied once, as inserted
    auto const found = user.recover();
    CHECK(found.report.sources.front().inserted == 1);
    CHECK(found.report.sources.front().changed >= 1);
    CHECK(found.state.nodes()[6].marked == 5);
    CHECK(found.state == recovered_by(db, strategy::from_scratch));
}

TEST_CASE_TEMPLATE(
    "a first change behind a checkpoint without any is found", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 2);
    REQUIRE(user.state().highest_mark() == 0);
    user.checkpoint();
    user.mark(0, 3);
    CHECK(user.recover().state.nodes()[3].marked == 1);
}

TEST_CASE_TEMPLATE("a table that is read whole is recovered as it is now", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    user.set(1);
    user.checkpoint();
    user.set(2);
    for (auto const how : every_strategy) CHECK(recovered_by(db, how) == user.state());
}

TEST_CASE_TEMPLATE("a state may begin as something else than empty", Backend, cairn::memory)
{
    auto db = books_store<Backend>{};
    pay(db, 0, 3);
    auto opening = ledger{};
    opening.balances["ada"] = 100;
    auto const plan = ledger_plan().starting_from([&] { return opening; });
    CHECK(cairn::checkpointer{plan}.recover(db).state.balances.at("ada") == 102);
}

TEST_CASE_TEMPLATE("states of different names in one store do not meet", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    auto one = cairn::kept{db, ledger_plan("one"), {.every = 2}};
    auto other = cairn::kept{db, ledger_plan("one/2"), {.every = 3}};
    one.write([&](auto& tx) { tx[movements].insert(move_money(1)); });
    other.write([&](auto& tx) { tx[movements].insert(move_money(2)); });
    one.write([&](auto& tx) { tx[movements].insert(move_money(3)); });
    one.checkpoint();
    other.checkpoint();
    other.checkpoint();
    CHECK(one.state() == other.state());
    one.recover();
    other.recover();
    CHECK(one.report().checkpoint == 2);
    CHECK(one.state() == other.state());
    CHECK(one.state().movements == 3);
}

TEST_CASE_TEMPLATE(
    "a refused record is left out and named, and the rest loads", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    pay(db, 0, 3);
    db[movements].insert(move_money(3, ""));
    pay(db, 4, 3);
    auto const found = recover_ledger(db, strategy::hybrid);
    CHECK(found.state.movements == 6);
    REQUIRE(found.report.quarantined.size() == 1);
    CHECK(found.report.quarantined_count == 1);
    CHECK(found.report.sources.front().quarantined == 1);
    CHECK(found.report.quarantined.front().model == "movement");
    CHECK(found.report.quarantined.front().key == "movement/3");
    CHECK(found.report.quarantined.front().reason == "a movement without an account");
}

TEST_CASE_TEMPLATE(
    "a refused record is named by its key, also by a state that moved it away", Given, letter,
    letter&&, letter const&)
{
    auto const with = [](auto& db) {
        auto keeper = cairn::checkpointer{cairn::recovery<letter_box<Given>>(
            "box", 1, cairn::records(letters).changed_by("edited"_by))};
        db.write([&](auto& tx) { // more than are read at once
            for (std::uint64_t n = 0; n != 300; ++n)
                tx[letters].insert(letter_of(n, n % 128 == 0 || n == 299 ? "" : "text"));
        });
        auto const found = keeper.recover(db);
        check_left_out(found, {0, 128, 256, 299});
        CHECK(found.state.taken == 296);

        db.write([&](auto& tx) {
            keeper.checkpoint(tx, found.state);
            tx[letters].erase(letter_of(0, "").name);
            for (auto const n : {3u, 7u}) {
                tx[letters].update(letter_of(n, "").name, [&](letter& each) {
                    each.edited = 1;
                    if (n == 7) each.text.clear();
                });
            }
            keeper.checkpoint(tx, found.state);
        });
        auto const again = keeper.recover(db);
        CHECK(again.report.checkpoint == 2);
        check_left_out(again, {7});
    };
    auto in_memory = cairn::store<mail, cairn::memory>{};
    with(in_memory);
    auto const at = place<cairn::sqlite>{};
    auto in_file = cairn::store<mail, cairn::sqlite>{at.options()};
    with(in_file);
}

TEST_CASE("more refused records than a report keeps are still counted")
{
    auto db = books_store<cairn::memory>{};
    db.write([&](auto& tx) {
        for (std::uint64_t i = 0; i != 1500; ++i) tx[movements].insert(move_money(i, ""));
    });
    auto const report = recover_ledger(db, strategy::hybrid).report;
    CHECK(report.quarantined_count == 1500);
    CHECK(report.quarantined.size() == cairn::recovery_report::most_quarantined);
    CHECK(report.text().find("left out: 500 more") != std::string::npos);
}

TEST_CASE_TEMPLATE("a state hears of each record that was left out", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = graph_store<Backend>{at.options()};
    db[vertices].insert({.round = 0, .name = 1});
    db[vertices].insert({.round = 1, .name = 2, .parents = {77}});
    auto const state = recovered_by(db, strategy::hybrid);
    CHECK(state.losses() == std::vector<std::uint64_t>{2});
    CHECK(state.nodes().size() == 1);
}

TEST_CASE_TEMPLATE("what apply throws beside a refusal ends the recovery", Backend, cairn::memory)
{
    struct touchy {
        std::uint64_t n = 0;
        void apply(movement const&) { throw std::logic_error{"not today"}; }
        void save(cairn::checkpoint_writer&) const {}
        void load(cairn::checkpoint_reader&) {}
    };
    auto db = books_store<Backend>{};
    pay(db, 0, 1);
    auto const plan = cairn::recovery<touchy>("touchy", 1, cairn::records(movements));
    CHECK_THROWS_AS(cairn::checkpointer{plan}.recover(db), std::logic_error);
}

TEST_CASE_TEMPLATE(
    "a damaged row is left out and named, and the rest loads", Backend, cairn::sqlite)
{
    auto const at = place<Backend>{};
    {
        auto db = books_store<Backend>{at.options()};
        pay(db, 0, 300);
    }
    damage(at.file(), "UPDATE movement SET _body = zeroblob(20) WHERE id IN (5, 6, 200)");
    auto db = books_store<Backend>{at.options()};
    auto const found = recover_ledger(db, strategy::hybrid);
    CHECK(found.state.movements == 297);
    CHECK(found.report.quarantined_count == 3);
    CHECK(found.report.quarantined.front().key == "movement/5");
}

TEST_CASE_TEMPLATE(
    "a damaged row behind a checkpoint is left out, also where it ends the table", Backend,
    cairn::sqlite)
{
    auto const at = place<Backend>{};
    {
        auto db = graph_store<Backend>{at.options()};
        auto user = graph_user{db, {.every = 0}};
        grow(user, 0, 4);
        user.checkpoint();
        grow(user, 4, 2);
    }
    damage(at.file(), "UPDATE vertex SET _body = zeroblob(20) WHERE name IN (9, 23)");
    auto db = graph_store<Backend>{at.options()};
    auto user = graph_user{db, {.every = 0}};
    auto const found = user.recover();
    CHECK(found.report.used == strategy::from_checkpoint);
    CHECK(found.report.quarantined_count == 1); // 9 is in the checkpoint
    CHECK(found.state.nodes().size() == 23);
    user.checkpoint(); // the damaged newest row does not stand in its way
    user.add({.round = 6, .name = 24, .parents = {22}});
    CHECK(user.recover().state.nodes().size() == 24);
}

TEST_CASE_TEMPLATE(
    "a damaged row that came behind a checkpoint and changed since is lost once, not twice",
    Backend, cairn::sqlite)
{
    auto const at = place<Backend>{};
    {
        auto db = graph_store<Backend>{at.options()};
        auto user = graph_user{db, {.every = 0}};
        grow(user, 0, 4);
        user.checkpoint();
        grow(user, 4, 4);
        user.mark(7, 30);
        user.mark(7, 29);
    }
    // 8 is older than the checkpoint and was marked since; 31 is not marked; 28 to 30 have no child
    damage(at.file(), "UPDATE vertex SET _body = zeroblob(20) WHERE name IN (8, 30, 31)");
    auto db = graph_store<Backend>{at.options()};
    auto const found = cairn::checkpointer{graph_plan()}.recover(db);
    CHECK(found.report.used == strategy::from_checkpoint);
    CHECK(found.report.quarantined_count == 3);
    CHECK(found.report.quarantined.size() == 3);
    CHECK(found.report.sources.front().quarantined == 3);
    CHECK(found.state.losses() == std::vector<std::uint64_t>{30, 31, 8});
    CHECK(found.state.nodes().size() == 30);
    CHECK(found.state.highest_mark() == 8); // that of 29
}

TEST_CASE_TEMPLATE(
    "records that a checkpoint covers and that were erased make it unusable", Backend,
    EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    pay(db, 0, 10);
    checkpoint_ledger(db);
    pay(db, 10, 5);
    db[movements].erase(3U);
    auto const found = recover_ledger(db, strategy::hybrid);
    CHECK(found.report.used == strategy::from_scratch);
    REQUIRE(found.report.refused.size() == 1);
    CHECK(found.report.refused.front().reason.find("erased") != std::string::npos);
    CHECK(found.state.movements == 14);
}

TEST_CASE_TEMPLATE(
    "a checkpoint behind an erasure in its own transaction holds", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    auto keeper = cairn::checkpointer{ledger_plan()};
    pay(db, 0, 10);
    auto const state = keeper.recover(db).state;
    db.write([&](auto& tx) {
        tx[movements].erase(3U); // its effect stays in the state
        keeper.checkpoint(tx, state);
    });
    auto const found = recover_ledger(db, strategy::from_checkpoint);
    CHECK(found.state == state);
}

TEST_CASE_TEMPLATE(
    "from_checkpoint refuses to rebuild where there is something to lose", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    CHECK(recover_ledger(db, strategy::from_checkpoint).state == ledger{});
    pay(db, 0, 1);
    CHECK_THROWS_AS(recover_ledger(db, strategy::from_checkpoint), cairn::not_found);
    checkpoint_ledger(db);
    CHECK(recover_ledger(db, strategy::from_checkpoint).state.movements == 1);
}

TEST_CASE_TEMPLATE(
    "a checkpoint of a plan that counted changes by another column is refused by its name", Backend,
    EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = cairn::store<mail, Backend>{at.options()};
    auto const by = [](auto sources) {
        return cairn::recovery<letter_box<letter const&>>("box", 1, std::move(sources));
    };
    auto const edits = by(cairn::records(letters).changed_by("edited"_by));
    auto const copies = by(cairn::records(letters).changed_by("copies"_by));
    auto const check_refused = [&](auto const& before, auto const& after) {
        db[letters].insert(letter_of(db[letters].count(), "text"));
        auto keeper = cairn::checkpointer{before};
        auto const state = keeper.recover(db).state;
        db.write([&](auto& tx) { keeper.checkpoint(tx, state); });
        auto const found = cairn::checkpointer{after}.recover(db);
        CHECK(found.report.used == strategy::from_scratch);
        CHECK(found.state.taken == db[letters].count());
        REQUIRE_FALSE(found.report.refused.empty());
        CHECK(
            found.report.refused.front().reason
            == "it was taken of a state that is rebuilt from other records");
        CHECK_THROWS_AS(
            cairn::checkpointer{after}.recover(db, {.strategy = strategy::from_checkpoint}),
            cairn::not_found);
        db[cairn::checkpoint_headers].scan().erase();
    };
    check_refused(edits, copies);
    check_refused(copies, edits);
}

TEST_CASE_TEMPLATE("from_scratch does not look at checkpoints", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    pay(db, 0, 5);
    checkpoint_ledger(db);
    auto const found = recover_ledger(db, strategy::from_scratch);
    CHECK(found.report.used == strategy::from_scratch);
    CHECK_FALSE(found.report.checkpoint);
    CHECK(found.report.applied() == 5);
    CHECK(found.state.movements == 5);
}

TEST_CASE_TEMPLATE("a recovery may read a snapshot or a transaction", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto db = books_store<Backend>{at.options()};
    pay(db, 0, 5);
    auto keeper = cairn::checkpointer{ledger_plan()};
    db.read([&](auto& view) { CHECK(keeper.recover(view).state.movements == 5); });
    db.write([&](auto& tx) {
        tx[movements].insert(move_money(5));
        CHECK(keeper.recover(tx).state.movements == 6);
    });
}

TEST_CASE("progress is told of in order, and ends where its total is")
{
    auto db = graph_store<cairn::memory>{};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 100);
    user.checkpoint();
    grow(user, 100, 50);
    auto told = std::vector<cairn::recovery_progress>{};
    user.keeper().recover(db, {}, [&](cairn::recovery_progress const& p) { told.push_back(p); });
    REQUIRE(told.size() >= 4);
    CHECK(told.front().phase == cairn::recovery_phase::finding);
    for (std::size_t i = 1; i < told.size(); ++i) {
        CHECK(told[i - 1].phase <= told[i].phase);
        if (told[i - 1].phase == told[i].phase && told[i - 1].subject == told[i].subject)
            CHECK(told[i - 1].done < told[i].done);
    }
    auto const last_of = [&](std::string_view subject) {
        for (auto i = told.size(); i-- != 0;)
            if (told[i].subject == subject) return told[i];
        return told.front();
    };
    CHECK(last_of("graph").done == last_of("graph").total);
    CHECK(last_of("vertex").done == last_of("vertex").total);
    CHECK(last_of("vertex").total == 251); // 200 new ones, and 51 were marked since
}

TEST_CASE_TEMPLATE(
    "progress is told of records that changed, damaged ones too, as of those that are new", Backend,
    cairn::sqlite)
{
    auto const at = place<Backend>{};
    auto const plan = cairn::recovery<letter_box<letter const&>>(
        "box", 1, cairn::records(letters).changed_by("edited"_by));
    {
        auto db = cairn::store<mail, Backend>{at.options()};
        auto keeper = cairn::checkpointer{plan};
        db.write([&](auto& tx) {
            for (std::uint64_t n = 0; n != 1000; ++n) tx[letters].insert(letter_of(n, "text"));
        });
        auto const state = keeper.recover(db).state;
        db.write([&](auto& tx) { keeper.checkpoint(tx, state); });
        db.write([&](auto& tx) {
            tx[letters].insert(letter_of(1000, "text"));
            tx[letters].scan().update([&](letter& each) { each.edited = 1; });
        });
    }
    damage(at.file(), "UPDATE letter SET _body = zeroblob(20) WHERE name LIKE '% 99_'");
    auto db = cairn::store<mail, Backend>{at.options()};
    auto told = std::vector<cairn::recovery_progress>{};
    auto const found = cairn::checkpointer{plan}.recover(
        db, {}, [&](cairn::recovery_progress const& p) {
            if (p.subject == "letter") told.push_back(p);
        });
    CHECK(found.report.sources.front().inserted == 1);
    CHECK(found.report.sources.front().changed == 990);
    CHECK(found.report.quarantined_count == 10);
    REQUIRE(told.size() > 5);
    for (std::size_t i = 0; i != told.size(); ++i) {
        CHECK(told[i].total == told.back().total);
        if (i != 0) CHECK(told[i].done > told[i - 1].done);
    }
    CHECK(told.back().done == told.back().total);
}

TEST_CASE("the report has all of it, in words too")
{
    auto db = graph_store<cairn::memory>{};
    auto user = graph_user{db, {.every = 0}};
    grow(user, 0, 10);
    user.checkpoint();
    grow(user, 10, 5);
    user.checkpoint();
    user.mark(3, 12);
    db[vertices].insert({.round = 15, .name = 900, .parents = {901}});
    auto const report = user.recover().report;
    CHECK(report.state == "graph");
    CHECK(report.asked == strategy::hybrid);
    CHECK(report.used == strategy::from_checkpoint);
    CHECK(report.checkpoint == 2);
    CHECK(report.deltas == 1);
    CHECK(report.refused.empty());
    CHECK(report.position == 14);
    CHECK(report.bytes > 0);
    CHECK(report.stored_bytes > 0);
    CHECK(report.total == report.finding + report.loading + report.reading);
    auto const text = report.text();
    for (auto const* part :
         {"graph: recovered from checkpoint (hybrid) to position 14",
          "checkpoint 2: ", "with 1 delta", "vertex: 0 records read, 2 changed, 1 quarantined",
          "left out: /graph/15/900: parent 901 is missing", "time: "})
        CHECK_MESSAGE(text.find(part) != std::string::npos, part, " in ", text);
}
