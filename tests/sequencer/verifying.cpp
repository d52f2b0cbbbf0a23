// SPDX-License-Identifier: BSL-1.0
// The consistency check names what is wrong, all of it, and nothing else.
#include "sequencer/world.hpp"

#include "verify.hpp"

using namespace test;

namespace {

/// Every violation, as the words that `verify` prints.
std::vector<std::string> names(verification const& result)
{
    auto all = std::vector<std::string>{};
    for (auto const& each : result.found) all.emplace_back(to_string(each.what));
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

using words = std::vector<std::string>;

template <class World>
bool is_at(World& w, fault what, hash32 const& digest)
{
    auto const found = verify(w.db()).found;
    return std::any_of(found.begin(), found.end(), [&](violation const& each) {
        return each.what == what && each.place.find(to_hex(digest)) != std::string::npos;
    });
}

/// Inserts a row as no node would, and counts it, so that the count is not what is wrong.
template <class World>
void smuggle(World& w, certificate const& c)
{
    w.db()[certificates].insert(c);
    w.db()[metadata].update([&](consensus_metadata& m) {
        ++m.total_certificates;
        m.current_round = std::max(m.current_round, c.round);
    });
}

} // namespace

TEST_CASE_TEMPLATE("a sound store has no violation", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(12);
    auto const result = verify(w.db());
    CHECK(names(result) == words{});
    CHECK(result.order_was_checked);
    CHECK(result.certificates == 48);
}

TEST_CASE_TEMPLATE("an empty store has no violation", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    CHECK(verify(w.db()).found.empty());
    w.self();
    CHECK(verify(w.db()).found.empty());
}

TEST_CASE_TEMPLATE("a missing parent is named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto parents = w.past.digests(2);
    parents.push_back(sha256({}));
    auto const orphan = w.past.make(1, 3, parents);
    smuggle(w, orphan);
    CHECK(names(verify(w.db())) == words{"missing_parent"});
    CHECK(is_at(w, fault::missing_parent, orphan.digest));
}

TEST_CASE_TEMPLATE(
    "every child of a certificate that is gone is named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto const& gone = w.past.rounds[1][2];
    w.db()[certificates].erase(gone.round, gone.digest);
    auto const result = verify(w.db());
    CHECK(result.count(fault::missing_parent) == 4);
    CHECK(result.count(fault::wrong_count) == 1);
}

TEST_CASE_TEMPLATE("a parent of the same or a later round is named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(5);
    auto parents = w.past.digests(0);
    parents.push_back(w.past.rounds[3][0].digest);
    auto const forged = w.past.make(1, 1, parents, 1ms);
    smuggle(w, forged);
    CHECK(is_at(w, fault::parent_not_earlier, forged.digest));
    auto level = w.past.digests(4);
    level.push_back(w.past.rounds[4][0].digest);
    level.front() = sha256({});
    auto other = w.past.make(0, 4, w.past.digests(3), 1ms);
    other.parents.push_back(w.past.rounds[4][1].digest);
    other.digest = digest_of(other);
    smuggle(w, other);
    CHECK(is_at(w, fault::parent_not_earlier, other.digest));
}

TEST_CASE_TEMPLATE("fewer parents than the quorum are named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto few = w.past.digests(2);
    few.resize(2);
    auto const weak = w.past.make(1, 3, few);
    smuggle(w, weak);
    CHECK(names(verify(w.db())) == words{"too_few_parents"});
    CHECK(is_at(w, fault::too_few_parents, weak.digest));
}

TEST_CASE_TEMPLATE("equivocation is named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    smuggle(w, w.past.make(1, 2, w.past.digests(1), 1ms));
    CHECK(names(verify(w.db())) == words{"equivocation"});
}

TEST_CASE_TEMPLATE("a digest that is not the content's is named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto const& victim = w.past.rounds[2][1];
    w.db()[certificates].update(
        victim.round, victim.digest, [](certificate& c) { c.timestamp += 1ns; });
    CHECK(is_at(w, fault::digest_mismatch, victim.digest));
    auto const work = make_batch(w.past.members.member(1), "work");
    w.self().receive({work}, {});
    w.db()[batches].update(
        work.digest, [](batch& b) { b.transactions[0].data[0] ^= std::byte{1}; });
    CHECK(is_at(w, fault::digest_mismatch, work.digest));
}

TEST_CASE_TEMPLATE(
    "strangers, missing signers, malformed and repeated parts are named", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto strange = w.past.make(0, 3, w.past.digests(2), 1ms);
    strange.author = peer_id_of(sha256({}));
    strange.digest = digest_of(strange);
    smuggle(w, strange);
    auto lonely = w.past.make(1, 3, w.past.digests(2));
    lonely.signers = {std::byte{1}};
    smuggle(w, lonely);
    auto cut = w.past.make(2, 3, w.past.digests(2));
    cut.aggregated_signature.pop_back();
    smuggle(w, cut);
    auto twice = w.past.digests(2);
    twice.push_back(twice[0]);
    smuggle(w, w.past.make(3, 3, twice));
    CHECK(
        names(verify(w.db()))
        == words{"malformed", "repeated_parent", "too_few_signers", "unknown_author"});
}

TEST_CASE("an undecodable record is named, and the rest is checked all the same")
{
    auto w = world<in_sqlite>{};
    w.live(4);
    auto const& gone = w.past.rounds[3][2];
    smuggle(w, w.past.make(1, 3, w.past.digests(2), 1ms));
    w.damage("UPDATE certificate SET _body = zeroblob(9) WHERE digest = " + sql_of(gone.digest));
    auto const result = verify(w.db());
    CHECK(is_at(w, fault::undecodable, gone.digest));
    CHECK(result.count(fault::undecodable) == 1);
    CHECK(result.count(fault::equivocation) == 1);
}

TEST_CASE("an index that disagrees with its record is named")
{
    auto w = world<in_sqlite>{};
    w.live(4);
    auto const& victim = w.past.rounds[2][1];
    auto const at = " WHERE digest = " + sql_of(victim.digest);
    SUBCASE("another author in the column")
    {
        auto const& other = w.past.members.member(3);
        auto const hex = [&] {
            auto text = std::string{};
            for (auto const byte : other) {
                constexpr auto digits = std::string_view{"0123456789abcdef"};
                text += digits[std::to_integer<unsigned>(byte) >> 4U];
                text += digits[std::to_integer<unsigned>(byte) & 15U];
            }
            return text;
        }();
        w.damage("UPDATE certificate SET author = x'" + hex + "'" + at);
        CHECK(is_at(w, fault::wrong_index, victim.digest));
    }
    SUBCASE("another mark in the column")
    {
        w.damage("UPDATE certificate SET committed = 1 - committed" + at);
        CHECK(is_at(w, fault::wrong_index, victim.digest));
    }
    SUBCASE("another position in the column")
    {
        w.damage("UPDATE certificate SET commit_position = 3 WHERE commit_position = 7");
        w.damage("UPDATE certificate SET commit_position = 7 WHERE commit_position = 0");
        auto const result = verify(w.db());
        CHECK(result.count(fault::wrong_index) > 0);
    }
}

TEST_CASE_TEMPLATE(
    "marks that the commit rule does not make are named", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(6);
    auto const change = [&](certificate const& c, auto const& how) {
        w.db()[certificates].update(c.round, c.digest, how);
    };
    SUBCASE("a mark that is not due")
    {
        auto const next = w.self().state().order().next_position();
        change(w.past.rounds[5][0], [&](certificate& c) {
            c.committed = true;
            c.committed_at_round = 4;
            c.commit_position = next;
        });
        CHECK(is_at(w, fault::wrong_mark, w.past.rounds[5][0].digest));
        CHECK(verify(w.db()).count(fault::wrong_count) == 1);
    }
    SUBCASE("two that changed places")
    {
        auto const committed = committed_certificates(w.db());
        change(committed[1], [](certificate& c) { c.commit_position = 2; });
        change(committed[2], [](certificate& c) { c.commit_position = 1; });
        CHECK(names(verify(w.db())) == words{"wrong_order"});
        CHECK(verify(w.db()).count(fault::wrong_order) == 2);
    }
    SUBCASE("another anchor")
    {
        auto const committed = committed_certificates(w.db());
        change(committed[1], [](certificate& c) { c.committed_at_round = 4; });
        CHECK(names(verify(w.db())) == words{"wrong_mark"});
    }
    SUBCASE("one that was taken away")
    {
        auto const committed = committed_certificates(w.db());
        change(committed[3], [](certificate& c) {
            c.committed = false;
            c.committed_at_round.reset();
            c.commit_position.reset();
        });
        CHECK(verify(w.db()).count(fault::wrong_order) > 0);
    }
}

TEST_CASE_TEMPLATE("batches and their references are checked", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto const work = make_batch(w.past.members.member(1), "work");
    auto c = w.past.make(1, 0, {});
    c.batch_digest = work.digest;
    c.digest = digest_of(c);
    w.self().receive({work, make_batch(w.past.members.member(2), "open")}, {c});
    CHECK(names(verify(w.db())) == words{});
    SUBCASE("no reference where there is a certificate")
    {
        w.db()[batches].update(work.digest, [](batch& b) { b.referenced_by_certificate.reset(); });
        CHECK(names(verify(w.db())) == words{"wrong_reference"});
    }
    SUBCASE("a reference to nobody")
    {
        w.db()[batches].update(
            work.digest, [](batch& b) { b.referenced_by_certificate = sha256({}); });
        CHECK(names(verify(w.db())) == words{"wrong_reference"});
    }
    SUBCASE("no batch")
    {
        w.db()[batches].erase(work.digest);
        CHECK(verify(w.db()).count(fault::missing_batch) == 1);
        CHECK(is_at(w, fault::missing_batch, c.digest));
    }
}

TEST_CASE_TEMPLATE(
    "a wrong order is named beside anything but a fault of a certificate", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.live(6);
    auto const committed = committed_certificates(w.db());
    auto const change = [&](certificate const& c, std::uint64_t position) {
        w.db()[certificates].update(
            c.round, c.digest, [&](certificate& each) { each.commit_position = position; });
    };
    change(committed[1], 2);
    change(committed[2], 1);
    SUBCASE("a batch that refers to nobody")
    {
        auto const open = make_batch(w.past.members.member(2), "open");
        w.self().receive({open}, {});
        w.db()[batches].update(
            open.digest, [](batch& b) { b.referenced_by_certificate = sha256({}); });
        CHECK(names(verify(w.db())) == words{"wrong_order", "wrong_reference"});
    }
    SUBCASE("a score and a counter")
    {
        w.db()[scores].put({.validator = w.past.members.member(1), .score = 0.25});
        w.db()[metadata].update([](consensus_metadata& m) { ++m.total_batches; });
        CHECK(names(verify(w.db())) == words{"wrong_count", "wrong_order", "wrong_reputation"});
    }
    SUBCASE("but not over a DAG that is not whole")
    {
        smuggle(w, w.past.make(1, 5, w.past.digests(4), 1ms));
        auto const result = verify(w.db());
        CHECK_FALSE(result.order_was_checked);
        CHECK(names(result) == words{"equivocation"});
    }
}

TEST_CASE_TEMPLATE(
    "checkpoints are checked against their headers and chunks", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 4, .keep = 3};
    w.live(17); // checkpoints 2 to 4, of rounds 8, 12 and 16, and 1, which they build on
    auto const sound = verify(w.db());
    CHECK(names(sound) == words{});
    auto const newest = *latest_checkpoint(w.db());
    REQUIRE(newest.round == 16);
    REQUIRE(newest.base_round == 12);
    auto const wrong = words{"wrong_checkpoint"};
    SUBCASE("each member of its entry")
    {
        auto const with = [&](auto const& change) {
            w.db()[dag_checkpoints].update(16U, change);
            auto const result = verify(w.db());
            w.db()[dag_checkpoints].put(newest);
            CHECK(result.found.size() == 1);
            return names(result);
        };
        CHECK(with([](dag_checkpoint& c) { ++c.highest_round; }) == wrong);
        CHECK(with([](dag_checkpoint& c) { ++c.size_bytes; }) == wrong);
        CHECK(with([](dag_checkpoint& c) { c.base_round = 8; }) == wrong);
        CHECK(with([](dag_checkpoint& c) { c.base_round.reset(); }) == wrong);
        CHECK(with([](dag_checkpoint& c) { ++c.checksum; }) == wrong);
    }
    SUBCASE("an entry of another checkpoint, or of none")
    {
        w.db()[dag_checkpoints].update(16U, [](dag_checkpoint& c) { c.number = 3; });
        CHECK(names(verify(w.db())) == wrong);
        w.db()[dag_checkpoints].update(16U, [](dag_checkpoint& c) { c.number = 77; });
        CHECK(names(verify(w.db())) == wrong);
        w.db()[dag_checkpoints].erase(16U);
        CHECK(names(verify(w.db())) == wrong);
    }
    SUBCASE("a round that is not the header's")
    {
        auto moved = newest;
        moved.round = 15;
        w.db()[dag_checkpoints].erase(16U);
        w.db()[dag_checkpoints].insert(moved);
        CHECK(names(verify(w.db())) == wrong);
    }
    SUBCASE("a header that is gone")
    {
        w.db()[cairn::checkpoint_headers].erase("dag", newest.number);
        CHECK(names(verify(w.db())) == wrong);
    }
    SUBCASE("a chunk that is another, gone, or too many")
    {
        auto const chunk = w.db()[cairn::checkpoint_chunks].get("dag", newest.number, 0U);
        w.db()[cairn::checkpoint_chunks].update(
            "dag", newest.number, 0U, [](auto& each) { each.data[0] ^= std::byte{1}; });
        CHECK(names(verify(w.db())) == wrong);
        w.db()[cairn::checkpoint_chunks].erase("dag", newest.number, 0U);
        CHECK(names(verify(w.db())) == wrong);
        w.db()[cairn::checkpoint_chunks].put(chunk);
        CHECK(names(verify(w.db())) == words{});
        auto second = chunk;
        ++second.index;
        w.db()[cairn::checkpoint_chunks].insert(second);
        CHECK(names(verify(w.db())) == wrong);
    }
}

TEST_CASE_TEMPLATE("counters and scores are checked", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(8);
    SUBCASE("each counter")
    {
        auto const with = [&](auto const& change) {
            auto const before = w.db()[metadata].get();
            w.db()[metadata].update(change);
            auto const result = verify(w.db());
            w.db()[metadata].put(before);
            return names(result);
        };
        auto const wrong = words{"wrong_count"};
        CHECK(with([](auto& m) { ++m.total_certificates; }) == wrong);
        CHECK(with([](auto& m) { --m.total_committed; }) == wrong);
        CHECK(with([](auto& m) { ++m.total_batches; }) == wrong);
        CHECK(with([](auto& m) { ++m.total_transactions; }) == wrong);
        CHECK(with([](auto& m) { ++m.current_round; }) == wrong);
        CHECK(with([](auto& m) { ++m.highest_committed_round; }) == wrong);
        CHECK(with([](auto& m) { ++*m.last_anchor_round; }) == wrong);
        CHECK(with([](auto& m) { m.last_anchor_round.reset(); }) == wrong);
        CHECK(with([](auto& m) { --*m.last_proposed_round; }) == wrong);
        CHECK(with([](auto& m) { ++*m.last_proposed_round; }) == wrong);
        CHECK(with([](auto& m) { m.last_proposed_round.reset(); }) == wrong);
    }
    SUBCASE("a score")
    {
        auto const one = w.db()[scores].scan().first();
        REQUIRE(one);
        w.db()[scores].update(one->validator, [](validator_score& s) { s.score = 0.25; });
        CHECK(names(verify(w.db())) == words{"wrong_reputation"});
    }
    SUBCASE("a performance")
    {
        auto const one = w.db()[performances].scan().first();
        REQUIRE(one);
        w.db()[performances].update(
            one->position, [](performance_record& p) { p.success = false; });
        CHECK(names(verify(w.db())) == words{"wrong_reputation"});
    }
    SUBCASE("a performance that gives the same score and is not the rule's")
    {
        auto const one = w.db()[performances].scan().first();
        REQUIRE(one);
        auto const with = [&](auto const& change) {
            w.db()[performances].update(one->position, change);
            auto const result = verify(w.db());
            w.db()[performances].put(*one);
            CHECK(result.count(fault::wrong_reputation) == 1);
            return names(result);
        };
        auto const wrong = words{"wrong_reputation"};
        CHECK(with([](performance_record& p) { p.round += 2; }) == wrong);
        CHECK(with([](performance_record& p) { p.latency_ms += 3; }) == wrong);
        CHECK(with([](performance_record& p) { p.timestamp += 1ns; }) == wrong);
        CHECK(verify(w.db()).found.empty());
    }
    SUBCASE("performances that are missing, or too many")
    {
        auto const all = w.db()[performances].prefix().to_vector();
        REQUIRE(all.size() == 3);
        for (auto const& each : all) {
            w.db()[performances].erase(each.position);
            CHECK(verify(w.db()).count(fault::wrong_reputation) > 0);
            w.db()[performances].put(each);
        }
        auto one_more = all.back();
        ++one_more.position;
        w.db()[performances].insert(one_more);
        CHECK(names(verify(w.db())) == words{"wrong_reputation"});
    }
}

TEST_CASE("several violations of one certificate are all named")
{
    auto w = world<in_memory>{};
    w.live(3);
    auto bad = w.past.make(1, 2, {sha256({}), w.past.rounds[2][0].digest}, 1ms);
    bad.signers = {std::byte{0}};
    bad.digest[0] ^= std::byte{1};
    smuggle(w, bad);
    CHECK(
        names(verify(w.db()))
        == words{
            "digest_mismatch", "equivocation", "missing_parent", "parent_not_earlier",
            "too_few_parents", "too_few_signers"});
}
