// SPDX-License-Identifier: BSL-1.0
// The node: what it takes, what it makes wait, and what it signs.
#include "sequencer/world.hpp"

#include "verify.hpp"

using namespace test;

namespace {

proposal_request request(std::uint64_t round, std::uint64_t nonce = 1)
{
    auto const text = std::as_bytes(std::span{"pay", 3});
    return {
        .round = round,
        .nonce = nonce,
        .timestamp = epoch + round * 250ms,
        .transactions = {{.data = {text.begin(), text.end()}, .timestamp = epoch}}};
}

/// The other three of the committee send their certificates of the next round, on whatever of the
/// round before is known, the node's own included.
template <class World>
void others_go_on(World& w, std::vector<certificate> const& own)
{
    auto const round = w.past.rounds.size();
    auto const parents = round == 0 ? std::vector<hash32>{} : w.past.digests(round - 1);
    auto made = own;
    for (std::uint16_t author = 1; author < 4; ++author)
        made.push_back(w.past.make(author, round, parents));
    w.past.rounds.push_back(made);
    w.self().receive({}, {made.begin() + static_cast<std::ptrdiff_t>(own.size()), made.end()});
}

} // namespace

TEST_CASE_TEMPLATE(
    "a duplicate is known, a twin is refused, and nothing of them is stored", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto const before = image_of(w.self().state());
    auto const twin = w.past.make(1, 2, w.past.digests(1), 1ms);
    auto const answers = w.self().receive({}, {w.past.rounds[1][0], twin});
    CHECK(answers[0] == receipt{w.past.rounds[1][0].digest, acceptance::known});
    CHECK(answers[1] == receipt{twin.digest, acceptance::refused, fault::equivocation});
    CHECK(image_of(w.self().state()) == before);
    CHECK(w.db()[certificates].count() == 12);
}

TEST_CASE_TEMPLATE(
    "a child waits for its missing parent, and both are stored when it arrives", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.past.grow(3);
    auto const& late = w.past.rounds[0][3];
    w.self().receive({}, {w.past.rounds[0].begin(), w.past.rounds[0].begin() + 3});
    for (auto const& c : w.past.rounds[1])
        CHECK(w.self().receive({}, {c})[0].what == acceptance::waiting);
    for (auto const& c : w.past.rounds[2])
        CHECK(w.self().receive({}, {c})[0].what == acceptance::waiting);
    CHECK(w.self().waiting() == 8);
    CHECK(w.db()[certificates].count() == 3);
    auto const answers = w.self().receive({}, {late});
    CHECK(answers.size() == 9);
    for (auto const& each : answers) CHECK(each.what == acceptance::stored);
    CHECK(w.self().waiting() == 0);
    CHECK(w.db()[certificates].count() == 12);
}

TEST_CASE_TEMPLATE(
    "children of parents that never come fill the buffer to its bound and are given up", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.options.waiting = {.certificates = 3, .rounds = 5};
    w.live(2);
    auto parents = w.past.digests(1);
    parents.push_back(sha256({}));
    for (auto i = 0; i < 5; ++i) {
        auto const orphan = w.past.make(1, 2, parents, std::chrono::milliseconds{i});
        auto const answer = w.self().receive({}, {orphan})[0];
        CHECK(answer.why == fault::missing_parent);
        CHECK(answer.what == (i < 3 ? acceptance::waiting : acceptance::refused));
    }
    CHECK(w.self().waiting() == 3);
    w.live(7);
    CHECK(w.self().waiting() == 0);
    CHECK(w.self().given_up() == 3);
    CHECK(w.db()[certificates].count() == 36);
}

TEST_CASE_TEMPLATE(
    "who names more parents than twice the committee does not wait for those that are missing",
    Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto parents = w.past.digests(2);
    auto const name = [&](std::vector<hash32> const& more) {
        parents.insert(parents.end(), more.begin(), more.end());
    };
    name(w.past.digests(1));
    parents.front() = sha256({});
    auto const most = w.past.make(1, 3, parents);
    CHECK(w.self().receive({}, {most})[0].what == acceptance::waiting);
    name({parents.back()}); // one that is there is one too many, and one named twice
    auto const answer = w.self().receive({}, {w.past.make(2, 3, parents)})[0];
    CHECK(answer.what == acceptance::refused);
    CHECK(answer.why == fault::missing_parent);
    CHECK(w.self().waiting() == 1);
    parents = w.past.digests(2);
    name(w.past.digests(1));
    name(w.past.digests(0));
    CHECK(w.self().receive({}, {w.past.make(3, 3, parents)})[0].what == acceptance::stored);
}

TEST_CASE_TEMPLATE(
    "what is wrong in itself is refused with its reason", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(1);
    auto const reason = [&](auto const& change) {
        auto c = w.past.make(1, 1, w.past.digests(0));
        change(c);
        return w.self().receive({}, {c})[0].why;
    };
    CHECK(reason([](auto& c) { c.digest[0] ^= std::byte{1}; }) == fault::digest_mismatch);
    CHECK(reason([](auto& c) { c.signers[0] = std::byte{1}; }) == fault::too_few_signers);
    CHECK(
        reason([](auto& c) {
            c.batch_digest = sha256({});
            c.digest = digest_of(c);
        })
        == fault::missing_batch);
    CHECK(w.db()[certificates].count() == 4);
}

TEST_CASE_TEMPLATE(
    "a mark that another node sends along is not believed", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto c = w.past.make(1, 0, {});
    c.committed = true;
    c.committed_at_round = 2;
    c.commit_position = 0;
    CHECK(w.self().receive({}, {c})[0].what == acceptance::stored);
    CHECK(committed_certificates(w.db()).empty());
    CHECK(w.self().state().graph().committed_count() == 0);
}

TEST_CASE_TEMPLATE(
    "an own proposal is stored like a received certificate, before anybody sees it", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto const own = w.self().propose(request(0));
    auto const stored = w.db()[certificates].get(0U, own.digest);
    CHECK(stored.aggregated_signature == own.aggregated_signature);
    CHECK(w.db()[batches].get(own.batch_digest).referenced_by_certificate == own.digest);
    CHECK(load_metadata(w.db())->total_certificates == 1);
    CHECK(load_metadata(w.db())->last_proposed_round == 0);
    CHECK(w.self().state().graph().find(own.digest) != no_node);
}

TEST_CASE_TEMPLATE(
    "asked again for a round, it sends the same certificate, whatever the nonce", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    auto const first = w.self().propose(request(0, 1));
    auto const second = w.self().propose(request(0, 2));
    CHECK(second.digest == first.digest);
    CHECK(second.aggregated_signature == first.aggregated_signature);
    w.restart();
    auto const third = w.self().propose(request(0, 3));
    CHECK(third.aggregated_signature == first.aggregated_signature);
    CHECK(w.db()[certificates].count() == 1);
}

TEST_CASE("two signatures of one round by different nonces differ, so that they would be seen")
{
    auto one = world<in_memory>{};
    auto two = world<in_memory>{};
    auto const first = one.self().propose(request(0, 1));
    auto const second = two.self().propose(request(0, 2));
    CHECK(first.digest == second.digest);
    CHECK(first.aggregated_signature != second.aggregated_signature);
}

TEST_CASE_TEMPLATE(
    "a round is signed on every certificate of the round before, and not without a quorum", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.past.grow(1);
    CHECK_THROWS_AS(w.self().propose(request(1)), cannot_sign);
    w.self().receive({}, {w.past.rounds[0][1], w.past.rounds[0][2]});
    CHECK_THROWS_AS(w.self().propose(request(1)), cannot_sign);
    w.self().receive({}, {w.past.rounds[0][3]});
    CHECK(w.self().propose(request(1)).parents.size() == 3);
}

TEST_CASE_TEMPLATE(
    "a round at or behind the last signed one is never signed, also after a restart", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    for (std::uint64_t round = 0; round < 12; ++round)
        others_go_on(w, {w.self().propose(request(round))});
    others_go_on(w, {}); // nobody asks in round 12
    auto const own = w.self().propose(request(13));
    CHECK_THROWS_AS(w.self().propose(request(12)), cannot_sign);
    w.restart();
    CHECK(w.self().signed_up_to() == 13);
    CHECK_THROWS_AS(w.self().propose(request(12)), cannot_sign);
    CHECK(w.self().propose(request(13, 99)).aggregated_signature == own.aggregated_signature);
}

TEST_CASE("a lost own certificate is not signed anew: the round counts as signed")
{
    auto w = world<in_sqlite>{};
    for (std::uint64_t round = 0; round < 3; ++round)
        others_go_on(w, {w.self().propose(request(round))});
    auto const own = w.self().propose(request(3));
    SUBCASE("its row is gone")
    {
        w.damage("DELETE FROM certificate WHERE digest = " + sql_of(own.digest));
    }
    SUBCASE("its row is damaged")
    {
        w.damage(
            "UPDATE certificate SET _body = zeroblob(40) WHERE digest = " + sql_of(own.digest));
    }
    CHECK_THROWS_AS(w.self().propose(request(3, 7)), cannot_sign);
    CHECK(w.self().signed_up_to() == 3);
}

TEST_CASE("an own certificate that comes back from the others is stored, and counts as signed")
{
    auto w = world<in_memory>{};
    w.past.grow(1);
    CHECK(w.self().receive({}, {w.past.rounds[0][0]})[0].what == acceptance::stored);
    CHECK(w.self().signed_up_to() == 0);
    CHECK(w.self().propose(request(0)).digest == w.past.rounds[0][0].digest);
}

TEST_CASE_TEMPLATE(
    "an own certificate that comes back counts as signed while it waits, and if it is refused",
    Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    auto const last = w.past.grow();
    w.self().receive({}, {last[1], last[2], last[3]}); // the own one of round 3 is lost
    auto own = w.past.make(0, 4, w.past.digests(3));
    auto expected = acceptance::waiting;
    SUBCASE("its parent is missing") {}
    SUBCASE("its batch is missing")
    {
        own.batch_digest = sha256({});
        own.digest = digest_of(own);
        expected = acceptance::refused;
    }
    CHECK(w.self().receive({}, {own})[0].what == expected);
    CHECK(w.self().signed_up_to() == 4);
    CHECK_THROWS_AS(w.self().propose(request(4)), cannot_sign);
    CHECK_THROWS_AS(w.self().propose(request(3)), cannot_sign);
    w.self().receive({}, {last[0]});
    CHECK(w.self().propose(request(3)).digest == last[0].digest);
}

TEST_CASE("a certificate that cannot be saved stops the node from signing")
{
    auto w = world<in_memory>{};
    w.live(2);
    w.past.grow(1);
    w.db().close();
    CHECK_THROWS_AS(w.self().receive({}, w.past.rounds[2]), cairn::store_closed);
    CHECK_THROWS_AS(w.self().propose(request(3)), cannot_sign);
    CHECK_THROWS_AS(w.self().propose(request(2)), cannot_sign);
    CHECK_THROWS_AS(w.self().receive({}, {}), cannot_sign);
}

TEST_CASE("a proposal that cannot be saved is not handed out, and the node signs no more")
{
    auto w = world<in_memory>{};
    w.live(2);
    w.db().close();
    CHECK_THROWS_AS(w.self().propose(request(2)), cairn::error);
    CHECK_THROWS_AS(w.self().propose(request(2, 2)), cannot_sign);
}

TEST_CASE(
    "a store that fails while certificates are taken stops the node, before anything is saved")
{
    auto w = world<in_memory>{};
    w.live(2);
    auto news = w.past.grow(); // three of them enter the graph, and a quorum they are
    news[3].batch_digest = make_batch(w.past.members.member(3), "work").digest;
    news[3].digest = digest_of(news[3]);
    w.db().close(); // found out when the batch is looked for
    CHECK_THROWS_AS(w.self().receive({}, news), cairn::store_closed);
    REQUIRE(w.self().state().graph().authors_in(2) == 3);
    CHECK_THROWS_AS(w.self().propose(request(3)), cannot_sign);
    CHECK_THROWS_AS(w.self().receive({}, {}), cannot_sign);
}

TEST_CASE("a stored proposal that cannot be read stops the node")
{
    auto w = world<in_memory>{};
    w.self().propose(request(0));
    w.db().close();
    CHECK_THROWS_AS(w.self().propose(request(0)), cairn::store_closed);
    CHECK_THROWS_WITH_AS(
        w.self().receive({}, {}), doctest::Contains("the node has stopped"), cannot_sign);
}

TEST_CASE("damage is not forgotten: a damaged state takes no checkpoint, and never signs again")
{
    auto w = world<in_sqlite>{};
    w.options.checkpoints = {.every = 5};
    w.live(8);
    auto const lost = w.past.rounds[7][2].digest; // the newest of its author, without a child
    w.damage("UPDATE certificate SET _body = zeroblob(60) WHERE digest = " + sql_of(lost));
    w.past.rounds[7].erase(w.past.rounds[7].begin() + 2);
    CHECK_THROWS_AS(w.self().propose(request(8)), cannot_sign);
    w.live(8);
    CHECK(latest_checkpoint(w.db())->round == 5);
    w.restart();
    CHECK(w.self().recovery().used == cairn::recovery_strategy::from_checkpoint);
    CHECK(w.self().state().is_damaged());
    CHECK_THROWS_AS(w.self().propose(request(16)), cannot_sign);
}

TEST_CASE_TEMPLATE(
    "a row that breaks a rule bars its own author's rounds only", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(4);
    auto const smuggle = [&](std::uint16_t author, std::uint64_t round) {
        w.db()[certificates].insert(w.past.make(author, round, {sha256({})}));
        w.restart();
        w.node_ = std::make_unique<node>(w.db(), w.options);
        REQUIRE(w.self().recovery().quarantined_count > 0);
    };
    smuggle(2, 1'000'000);
    CHECK(w.self().signed_up_to() == 3);
    CHECK(w.self().propose(request(4)).round == 4);
    smuggle(0, 9);
    CHECK(w.self().signed_up_to() == 9);
    CHECK_THROWS_AS(w.self().propose(request(5)), cannot_sign);
}

TEST_CASE_TEMPLATE(
    "a row that breaks a rule does not bar its author's true certificate", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.live(4);
    auto parents = w.past.digests(3);
    parents.push_back(sha256({}));
    auto const orphan = w.past.make(2, 4, parents);
    w.db()[certificates].insert(orphan);
    w.restart();
    w.live(3);
    auto const before = image_of(w.self().state());
    w.restart();
    CHECK(image_of(w.self().state()) == before);
    CHECK_FALSE(w.self().state().is_damaged());
    CHECK(w.db()[certificates].contains(4U, orphan.digest)); // for `verify` to name
    CHECK(w.self().propose(request(7)).round == 7);
}

TEST_CASE_TEMPLATE(
    "an orphaned row that arrives behind its parent is stored behind it", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 2};
    w.live(3);
    auto const late = w.past.grow();
    w.self().receive({}, {late.begin(), late.begin() + 3});
    auto const orphan = w.past.grow()[2];
    w.db()[certificates].insert(orphan);
    w.db()[metadata].update([](consensus_metadata& m) { ++m.total_certificates; });
    w.restart();
    REQUIRE(w.self().recovery().quarantined_count == 1);
    auto const work = make_batch(w.past.members.member(1), "takes a checkpoint over the orphan");
    w.self().receive({work}, {late[3]});
    for (auto const& answer : w.self().receive({}, w.past.rounds[4]))
        CHECK(answer.what == acceptance::stored);
    w.live(4);
    auto const before = image_of(w.self().state());
    w.restart();
    for (auto const how :
         {cairn::recovery_strategy::from_scratch, cairn::recovery_strategy::hybrid})
        CHECK(image_of(w.recover(how).state) == before);
    CHECK(w.self().recovery().quarantined_count == 0);
    CHECK(load_metadata(w.db())->total_certificates == w.db()[certificates].count());
    CHECK(w.self().propose(request(9)).round == 9);
}

namespace {

/// A node whose newest checkpoint covers the row of a certificate of round 4 that no recovery took:
/// it was stored before one of its parents, which is there by now, so that it can be sent again.
template <class Backend>
struct orphaned_row {
    world<Backend> w{};
    certificate orphan{};

    explicit orphaned_row(cairn::checkpoint_options const& before)
    {
        w.options.checkpoints = before;
        w.live(3);
        auto const late = w.past.grow();
        w.self().receive({}, {late.begin(), late.begin() + 3});
        auto const newest = w.past.grow();
        orphan = newest[2];
        w.db()[certificates].insert(orphan);
        w.db()[metadata].update([](consensus_metadata& m) { ++m.total_certificates; });
        w.restart();
        REQUIRE(w.self().recovery().quarantined_count == 1);
        w.self().receive({}, {late[3], newest[0], newest[1], newest[3]});
    }

    /// Started again, with no checkpoint due by itself, it hears of the orphan.
    void put_behind(std::uint64_t every)
    {
        w.options.checkpoints.every = every;
        w.restart();
        REQUIRE(w.self().receive({}, {orphan})[0].what == acceptance::stored);
    }
};

} // namespace

TEST_CASE_TEMPLATE(
    "checkpoints can be used behind an orphaned row that was put behind its parents", Backend,
    in_memory, in_sqlite)
{
    auto before_it = cairn::checkpoint_options{.every = 1};
    auto every = std::uint64_t{100};
    SUBCASE("the newest is a delta, and some are older than the row") {}
    SUBCASE("one is kept, and it covers the row")
    {
        before_it.keep = before_it.full_every = 1;
    }
    SUBCASE("one is kept, and no more were to be taken")
    {
        before_it.keep = before_it.full_every = 1;
        every = 0;
    }
    auto o = orphaned_row<Backend>{before_it};
    REQUIRE(latest_checkpoint(o.w.db())->round == 4);
    o.put_behind(every);
    auto const before = image_of(o.w.self().state());
    o.w.restart();
    CHECK(o.w.self().recovery().refused.empty());
    CHECK(o.w.self().recovery().used == cairn::recovery_strategy::from_checkpoint);
    for (auto const how : every_strategy) CHECK(image_of(o.w.recover(how).state) == before);
    CHECK(latest_checkpoint(o.w.db())->certificate_count == o.w.db()[certificates].count());
    CHECK(verify(o.w.db()).found.empty());
    o.w.live(6);
    o.w.restart();
    CHECK_NOTHROW(o.w.recover(cairn::recovery_strategy::from_checkpoint));
}

TEST_CASE_TEMPLATE(
    "a node without checkpoints takes none for an orphaned row", Backend, in_memory, in_sqlite)
{
    auto o = orphaned_row<Backend>{{.every = 0}};
    o.put_behind(0);
    CHECK(o.w.db()[cairn::checkpoint_headers].count() == 0);
    o.w.restart();
    CHECK(o.w.self().recovery().quarantined_count == 0);
}

TEST_CASE("a damaged node puts an orphaned row behind its parents, and takes no checkpoint")
{
    auto o = orphaned_row<in_sqlite>{{.every = 1}};
    o.w.damage(
        "UPDATE certificate SET _body = zeroblob(60) WHERE round = 4 AND digest <> "
        + sql_of(o.orphan.digest));
    auto const newest = latest_checkpoint(o.w.db())->number;
    o.put_behind(100);
    CHECK(o.w.self().state().is_damaged());
    CHECK(latest_checkpoint(o.w.db())->number == newest);
    o.w.restart();
    CHECK(o.w.self().state().is_damaged());
    CHECK(o.w.self().state().graph().find(o.orphan.digest) != no_node);
}

TEST_CASE_TEMPLATE(
    "orphans of rounds far ahead are refused, and leave the room to late children", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.options.waiting = {.certificates = 3, .rounds = 50};
    w.live(2);
    auto const orphan = [&](std::uint64_t round) {
        return w.self().receive({}, {w.past.make(1, round, {sha256({})})})[0];
    };
    for (auto const round : {52ULL, 1'000'000'000ULL, ~0ULL}) {
        auto const answer = orphan(round);
        CHECK(answer.what == acceptance::refused);
        CHECK(answer.why == fault::missing_parent);
    }
    CHECK(w.self().waiting() == 0);
    CHECK(orphan(51).what == acceptance::waiting);
    w.past.grow();
    auto const children = w.past.grow();
    CHECK(w.self().receive({}, {children[1]})[0].what == acceptance::waiting);
    CHECK(w.self().receive({}, {children[2]})[0].what == acceptance::waiting);
    w.self().receive({}, w.past.rounds[2]);
    CHECK(w.db()[certificates].count() == 14);
}
