// SPDX-License-Identifier: BSL-1.0
// What a node has after its process ended, however it is recovered.
#include "../support/random.hpp"
#include "sequencer/world.hpp"

#include "dice.hpp"
#include "simulation.hpp"

#include <set>

using namespace test;
using cairn::recovery_strategy;

namespace {

/// A committee as a simulation gives it: late, absent, duplicate and invalid certificates.
template <class Backend>
struct simulated_world : world<Backend> {
    simulation side;

    explicit simulated_world(std::size_t validators, std::uint64_t seed)
        : side{{.validators = validators, .seed = seed, .most_transactions = 2, .late = 0.15}}
    {
        this->options.members = side.members();
        this->options.self = side.members().member(0);
    }

    void play()
    {
        auto const own = this->self().propose(side.request(side.round(), 0));
        auto const news = side.next(own);
        auto all = std::vector<certificate>{};
        for (auto const& each : news.deliveries) all.push_back(each.what);
        this->self().receive(news.batches, all);
    }
};

/// Flips one bit of the body of the only row that `where` admits; false if there is none so far.
bool flip_bit(std::string const& file, std::string const& table, std::size_t bit)
{
    auto* raw = static_cast<sqlite3*>(nullptr);
    REQUIRE(sqlite3_open(file.c_str(), &raw) == SQLITE_OK);
    auto* newest = static_cast<sqlite3_stmt*>(nullptr);
    auto const sql = "SELECT max(_seq) FROM " + table;
    REQUIRE(sqlite3_prepare_v2(raw, sql.c_str(), -1, &newest, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(newest) == SQLITE_ROW);
    auto const row = sqlite3_column_int64(newest, 0);
    sqlite3_finalize(newest);
    auto* body = static_cast<sqlite3_blob*>(nullptr);
    REQUIRE(sqlite3_blob_open(raw, "main", table.c_str(), "_body", row, 1, &body) == SQLITE_OK);
    auto const is_there = bit / 8 < static_cast<std::size_t>(sqlite3_blob_bytes(body));
    if (is_there) {
        auto byte = static_cast<unsigned char>(0);
        REQUIRE(sqlite3_blob_read(body, &byte, 1, static_cast<int>(bit / 8)) == SQLITE_OK);
        byte = static_cast<unsigned char>(byte ^ 1U << bit % 8);
        REQUIRE(sqlite3_blob_write(body, &byte, 1, static_cast<int>(bit / 8)) == SQLITE_OK);
    }
    sqlite3_blob_close(body);
    sqlite3_close(raw);
    return is_there;
}

std::set<hash32> digests_in(dag const& graph)
{
    auto result = std::set<hash32>{};
    for (node_id id = 0; id < graph.size(); ++id)
        if (!graph[id].is_hole()) result.insert(graph[id].digest);
    return result;
}

} // namespace

TEST_CASE_TEMPLATE(
    "DAG, consensus state, reputation, committed set and order come back by every strategy",
    Backend, in_memory, in_sqlite)
{
    auto w = simulated_world<Backend>{7, 21};
    w.options.checkpoints = {.every = 20, .full_every = 3};
    for (auto i = 0; i < 70; ++i) w.play();
    auto const before = image_of(w.self().state());
    REQUIRE(before.anchors.size() > 20);
    REQUIRE(std::count(before.scores.begin(), before.scores.end(), 1.0) < 7); // somebody failed
    w.restart();
    for (auto const how : every_strategy) {
        auto const found = w.recover(how);
        CHECK(image_of(found.state) == before);
        CHECK(found.report.quarantined_count == 0);
        auto const used_one = how != recovery_strategy::from_scratch;
        CHECK((found.report.used == recovery_strategy::from_checkpoint) == used_one);
    }
}

TEST_CASE_TEMPLATE(
    "a node that is ended again and again has in the end what one has that never was", Backend,
    in_memory, in_sqlite)
{
    auto calm = simulated_world<in_memory>{10, 4};
    for (auto i = 0; i < 80; ++i) calm.play();
    auto w = simulated_world<Backend>{10, 4};
    w.options.checkpoints = {.every = 7, .keep = 2, .full_every = 3};
    auto source = dice{9};
    for (auto i = 0; i < 80; ++i) {
        // What waited in memory is gone then, and the committee does not send it again here:
        if (source.happens(0.3) && w.self().waiting() == 0) w.restart();
        w.play();
    }
    CHECK(image_of(w.self().state()) == image_of(calm.self().state()));
    CHECK(w.self().signed_up_to() == 79);
}

TEST_CASE("recovery crosses rounds 9 to 10, 99 to 100, 999 to 1000 and 9999 to 10000")
{
    auto w = world<in_memory>{1}; // a committee of one: every certificate is a quorum
    w.options.checkpoints = {.every = 600, .full_every = 5};
    for (auto const last :
         {9U, 10U, 11U, 99U, 100U, 101U, 999U, 1000U, 1001U, 9999U, 10'000U, 10'001U}) {
        w.live(last + 1 - w.past.rounds.size());
        auto const before = image_of(w.self().state());
        REQUIRE(before.highest_round == last);
        REQUIRE(before.certificates.size() == last + 1);
        REQUIRE(before.anchors.back().first == (last - 1) / 2 * 2);
        for (auto const how : {recovery_strategy::from_scratch, recovery_strategy::hybrid}) {
            auto const found = w.recover(how);
            CHECK(found.report.position == last);
            CHECK(image_of(found.state) == before);
        }
        w.restart();
        CHECK(w.self().signed_up_to() == last);
    }
}

TEST_CASE_TEMPLATE(
    "every strategy crosses rounds 9 to 10, 99 to 100 and 999 to 1000 from stored records", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{1};
    w.options.checkpoints = {.every = 7, .full_every = 20};
    for (auto const last : {9U, 10U, 11U, 99U, 100U, 101U, 999U, 1000U, 1001U}) {
        w.live(last + 1 - w.past.rounds.size());
        auto const before = image_of(w.self().state());
        REQUIRE(before.highest_round == last);
        w.restart();
        for (auto const how : every_strategy) {
            auto const found = w.recover(how);
            CHECK(found.report.position == last);
            CHECK(image_of(found.state) == before);
        }
        CHECK(latest_checkpoint(w.db())->round + 7 > last);
        CHECK(w.db()[certificates].prefix().reversed().first()->round == last);
        CHECK(newest_of_author(w.db(), w.options.self)->round == last);
        CHECK(w.self().signed_up_to() == last);
    }
}

TEST_CASE_TEMPLATE(
    "certificates of old rounds that arrive after the checkpoint come back", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 10};
    w.live(2);
    auto const late = w.past.make(3, 2, w.past.digests(1));
    auto others = w.past.grow();
    others.pop_back(); // author 3 is late in round 2
    w.past.rounds[2] = others;
    w.self().receive({}, others);
    w.live(12);
    REQUIRE(latest_checkpoint(w.db())->round == 10);
    CHECK(w.self().receive({}, {late})[0].what == acceptance::stored);
    auto const before = image_of(w.self().state());
    w.restart();
    for (auto const how : every_strategy) {
        auto const found = w.recover(how);
        CHECK(found.state.graph().find(late.digest) != no_node);
        CHECK(image_of(found.state) == before);
        CHECK(found.report.position == 14); // the real highest, not that of the last arrival
    }
}

TEST_CASE_TEMPLATE(
    "commits of certificates that a checkpoint had uncommitted come back", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 5, .full_every = 1};
    w.live(6); // checkpoint at 5, where rounds 4 and 5 are open
    auto const at_checkpoint = latest_checkpoint(w.db())->committed_count;
    w.live(3);
    auto const before = image_of(w.self().state());
    REQUIRE(before.order.size() > at_checkpoint + 4);
    w.restart();
    auto const found = w.recover(recovery_strategy::from_checkpoint);
    CHECK(image_of(found.state) == before);
    REQUIRE(!found.report.sources.empty());
    CHECK(found.report.sources[0].changed > 0);
}

TEST_CASE_TEMPLATE(
    "an equivocating row is quarantined and reported, and the rest loads", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 5};
    w.live(8);
    auto const before = image_of(w.self().state());
    auto const twin = w.past.make(2, 6, w.past.digests(5), 3ms);
    w.db()[certificates].insert(twin);
    w.restart();
    for (auto const how : every_strategy) {
        auto const found = w.recover(how);
        REQUIRE(found.report.quarantined_count == 1);
        CHECK(found.report.quarantined[0].reason == "equivocation");
        CHECK(found.report.quarantined[0].key.find(to_hex(twin.digest)) != std::string::npos);
        CHECK(digests_in(found.state.graph()).size() == 32);
        CHECK(found.state.order().anchors() == before.anchors);
        CHECK_FALSE(found.state.is_damaged()); // nothing that counted is missing
    }
    w.live(2);
    CHECK(w.self().state().order().anchors().size() == before.anchors.size() + 1);
}

TEST_CASE_TEMPLATE(
    "an orphaned row is quarantined and reported, and the rest loads", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.live(4);
    auto parents = w.past.digests(3);
    parents.push_back(sha256({}));
    auto const orphan = w.past.make(2, 4, parents);
    w.db()[certificates].insert(orphan);
    w.restart();
    auto const found = w.recover(recovery_strategy::from_scratch);
    REQUIRE(found.report.quarantined_count == 1);
    CHECK(found.report.quarantined[0].reason == "missing_parent");
    CHECK(digests_in(found.state.graph()).size() == 16);
    CHECK_FALSE(found.state.is_damaged());
}

TEST_CASE("an undecodable row is quarantined and reported, and the rest loads, its children too")
{
    auto w = world<in_sqlite>{};
    w.live(8);
    auto const lost = w.past.rounds[3][1].digest;
    auto const committed = w.self().state().graph().committed_count();
    w.damage("UPDATE certificate SET _body = zeroblob(60) WHERE digest = " + sql_of(lost));
    auto const found = w.recover(recovery_strategy::from_scratch);
    INFO(found.report.text());
    REQUIRE(found.report.quarantined_count == 1);
    CHECK(found.report.quarantined[0].key.find(to_hex(lost)) != std::string::npos);
    CHECK(digests_in(found.state.graph()).size() == 31);
    CHECK(digests_in(found.state.graph()).count(lost) == 0);
    CHECK(found.state.position() == 7);
    CHECK(found.state.graph().committed_count() == committed - 1); // what was committed stays so
    CHECK(found.state.is_damaged());
    CHECK_THROWS_AS(w.self().propose({.round = 8}), cannot_sign);
}

TEST_CASE_TEMPLATE(
    "rows that break any other rule are quarantined by their reason", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(4);
    auto few = w.past.digests(3);
    few.resize(2);
    auto twice = w.past.digests(3);
    twice.push_back(twice.front());
    auto unsigned_one = w.past.make(0, 4, w.past.digests(3), 1ms);
    unsigned_one.signers = {std::byte{1}};
    auto strange = w.past.make(0, 4, w.past.digests(3), 2ms);
    strange.author = peer_id_of(sha256({}));
    strange.digest = digest_of(strange);
    auto forged = w.past.make(0, 4, w.past.digests(3), 3ms);
    forged.digest[5] ^= std::byte{4};
    auto cut = w.past.make(0, 4, w.past.digests(3), 4ms);
    cut.aggregated_signature.clear();
    for (auto const& each :
         {w.past.make(1, 4, few), w.past.make(2, 4, twice), unsigned_one, strange, forged, cut})
        w.db()[certificates].insert(each);
    auto const found = w.recover(recovery_strategy::from_scratch);
    auto reasons = std::vector<std::string>{};
    for (auto const& each : found.report.quarantined) reasons.push_back(each.reason);
    CHECK(
        reasons
        == std::vector<std::string>{
            "too_few_parents", "repeated_parent", "too_few_signers", "unknown_author",
            "digest_mismatch", "malformed"});
    CHECK(digests_in(found.state.graph()).size() == 16);
}

TEST_CASE("digests are verified on load: content that was exchanged is not believed")
{
    auto w = world<in_memory>{};
    w.live(3);
    auto const& victim = w.past.rounds[2][1];
    w.db()[certificates].update(
        victim.round, victim.digest, [](certificate& c) { c.timestamp += 1ns; });
    auto const found = w.recover(recovery_strategy::from_scratch);
    REQUIRE(found.report.quarantined_count == 1);
    CHECK(found.report.quarantined[0].reason == "digest_mismatch");
    CHECK(found.state.is_damaged());
}

TEST_CASE("any flipped bit of a checkpoint's snapshot is detected, and the state is the same")
{
    auto w = world<in_memory>{};
    w.options.checkpoints = {.every = 3, .keep = 2, .full_every = 1};
    w.live(8); // checkpoints at 3 and 6
    auto const before = image_of(w.self().state());
    auto const newest = latest_checkpoint(w.db())->number;
    auto const chunk = w.db()[cairn::checkpoint_chunks].prefix("dag", newest).first();
    REQUIRE(chunk);
    auto const stride = test::from_environment("CAIRN_FAULT_STRIDE", 1); // a prime
    for (std::size_t bit = 0; bit < 8 * chunk->data.size(); bit += stride) {
        w.db()[cairn::checkpoint_chunks].update(
            "dag", newest, 0U, [&](auto& each) { each.data[bit / 8] ^= std::byte{1} << bit % 8; });
        auto const found = w.recover(recovery_strategy::hybrid);
        REQUIRE(found.report.refused.size() == 1);
        REQUIRE(found.report.refused[0].number == newest);
        REQUIRE(found.report.checkpoint == newest - 1); // the one before
        REQUIRE(image_of(found.state) == before);
        w.db()[cairn::checkpoint_chunks].put(*chunk);
    }
}

TEST_CASE("flipped bits in the file, of a checkpoint's header or snapshot, are detected")
{
    auto w = world<in_sqlite>{};
    w.options.checkpoints = {.every = 3, .keep = 2};
    w.live(8);
    auto const before = image_of(w.self().state());
    auto const file = w.folder.file("dag.db");
    for (auto const* table : {"checkpoint_header", "checkpoint_chunk"}) {
        for (std::size_t bit = 0;; bit += 61) { // prime: every place in a byte comes up
            w.node_.reset();
            w.db_.reset();
            if (!flip_bit(file, table, bit)) break;
            w.db_ = w.open();
            auto const found = w.recover(recovery_strategy::hybrid);
            REQUIRE(image_of(found.state) == before);
            REQUIRE(!found.report.refused.empty());
            w.db_.reset();
            flip_bit(file, table, bit);
        }
        w.db_ = w.open();
        CHECK(w.recover(recovery_strategy::hybrid).report.refused.empty());
    }
}

TEST_CASE_TEMPLATE(
    "when no checkpoint is good, hybrid rebuilds, and from_checkpoint says so", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 3, .keep = 3};
    w.live(11);
    auto const before = image_of(w.self().state());
    w.db()[cairn::checkpoint_chunks].clear();
    auto const found = w.recover(recovery_strategy::hybrid);
    CHECK(found.report.used == recovery_strategy::from_scratch);
    CHECK(found.report.refused.size() == 3);
    CHECK(image_of(found.state) == before);
    CHECK_THROWS_AS(w.recover(recovery_strategy::from_checkpoint), cairn::not_found);
    w.restart();
    w.live(4); // goes on, and its next checkpoint is good again
    CHECK(
        image_of(w.recover(recovery_strategy::from_checkpoint).state)
        == image_of(w.self().state()));
}

TEST_CASE_TEMPLATE(
    "a delta that is written after a recovery from scratch loads on its base", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 4, .full_every = 100};
    w.live(6);
    for (auto i = 0; i < 4; ++i) {
        w.restart();
        w.node_ = std::make_unique<node>(w.db(), w.options, recovery_strategy::from_scratch);
        w.live(5);
        auto const found = w.recover(recovery_strategy::from_checkpoint);
        CHECK(image_of(found.state) == image_of(w.self().state()));
    }
}

TEST_CASE("a delta on a state with other nodes than its base describes itself as a whole")
{
    auto w = world<in_memory>{};
    w.options.checkpoints = {.every = 0};
    w.live(5);
    auto keeper = dag_keeper{w.options.members, {}, w.options.checkpoints};
    auto found = keeper.recover(w.db(), recovery_strategy::from_scratch);
    w.db().write([&](transaction& tx) { keeper.checkpoint(tx, found.state, epoch); });
    auto other = dag_state{w.options.members};
    for (auto const& round : w.past.rounds)
        for (auto at = round.rbegin(); at != round.rend(); ++at) other.apply(*at);
    other.finish();
    w.db().write([&](transaction& tx) { keeper.checkpoint(tx, other, epoch); });
    auto const again = keeper.recover(w.db(), recovery_strategy::from_checkpoint);
    CHECK(again.report.deltas == 1);
    CHECK(again.state.graph().size() == 20);
    CHECK(again.state.graph().fingerprint(20) == other.graph().fingerprint(20));
}

TEST_CASE("a checkpoint of another committee is refused")
{
    auto w = world<in_memory>{};
    w.options.checkpoints = {.every = 2};
    w.live(4);
    auto keeper = dag_keeper{committee::simulated(4, 99), {}, {}};
    auto const found = keeper.recover(w.db(), recovery_strategy::hybrid);
    CHECK(found.report.used == recovery_strategy::from_scratch);
    REQUIRE(!found.report.refused.empty());
    CHECK(found.report.refused[0].reason.find("committee") != std::string::npos);
    CHECK(found.report.quarantined_count == 16 + w.db()[performances].count());
}

TEST_CASE_TEMPLATE("an empty store recovers to an empty state", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    for (auto const how : every_strategy) {
        auto const found = w.recover(how);
        CHECK(found.state.graph().empty());
        CHECK(found.state.position() == 0);
        CHECK(found.report.applied() == 0);
    }
}

TEST_CASE("a recovery reports its progress, and what it used")
{
    auto w = world<in_memory>{};
    w.options.checkpoints = {.every = 10};
    w.live(31);
    auto phases = std::set<cairn::recovery_phase>{};
    auto const found = w.recover(
        recovery_strategy::hybrid, [&](cairn::recovery_progress const& at) {
            phases.insert(at.phase);
            CHECK(at.done <= at.total);
        });
    CHECK(phases.count(cairn::recovery_phase::loading) == 1);
    CHECK(phases.count(cairn::recovery_phase::reading) == 1);
    CHECK(found.report.checkpoint.has_value());
    CHECK(found.report.text().find("checkpoint") != std::string::npos);
}

TEST_CASE("a snapshot keeps parents older than the round before")
{
    auto w = world<in_memory>{};
    w.options.checkpoints = {.every = 0};
    w.live(5);
    auto parents = w.past.digests(4);
    parents.push_back(w.past.rounds[1][2].digest);
    parents.push_back(w.past.rounds[0][0].digest);
    auto const reaching = w.past.make(0, 5, parents);
    REQUIRE(w.self().receive({}, {reaching})[0].what == acceptance::stored);
    auto keeper = dag_keeper{w.options.members, {}, {}};
    w.db().write([&](transaction& tx) { keeper.checkpoint(tx, w.self().state(), epoch); });
    auto const found = keeper.recover(w.db(), recovery_strategy::from_checkpoint);
    REQUIRE(!found.report.sources.empty());
    CHECK(found.report.sources[0].inserted == 0); // all of it came from the snapshot
    CHECK(image_of(found.state) == image_of(w.self().state()));
}
