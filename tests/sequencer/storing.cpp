// SPDX-License-Identifier: BSL-1.0
// Certificates, batches, commits and counters in the store.
#include "sequencer/world.hpp"

using namespace test;

namespace {

consensus_metadata counters(database& db)
{
    return *load_metadata(db);
}

/// One transaction of saves.
template <class Save>
void save(database& db, Save const& what)
{
    db.write([&](transaction& tx) {
        auto writing = saving{tx, current_time()};
        what(writing);
        writing.finish();
    });
}

template <class Backend>
struct store_world : world<Backend> {
    store_world() { begin_store(this->db(), this->past.members, this->options.self, epoch); }

    fault refusal(certificate const& c)
    {
        try {
            save(this->db(), [&](saving& writing) { writing.save(c); });
        } catch (refused const& why) {
            return why.what_is_wrong();
        }
        return fault::none;
    }
};

} // namespace

TEST_CASE_TEMPLATE(
    "a certificate, its batch's reference and the counters are one transaction", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const work = make_batch(w.past.members.member(1), "transfer");
    auto c = w.past.make(1, 0, {});
    c.batch_digest = work.digest;
    c.digest = digest_of(c);
    save(w.db(), [&](saving& writing) {
        writing.save(work);
        CHECK(writing.save(c));
    });
    CHECK(w.db()[batches].get(work.digest).referenced_by_certificate == c.digest);
    CHECK(counters(w.db()).total_certificates == 1);
    CHECK(counters(w.db()).total_batches == 1);
    CHECK(counters(w.db()).total_transactions == 1);

    auto other = w.past.make(2, 0, {});
    other.batch_digest = work.digest;
    other.digest = digest_of(other);
    auto const fail_at_the_end = [&](saving& writing) {
        CHECK(writing.save(other));
        throw std::runtime_error{"killed here"};
    };
    CHECK_THROWS_AS(save(w.db(), fail_at_the_end), std::runtime_error);
    CHECK(w.db()[certificates].count() == 1);
    CHECK(counters(w.db()).total_certificates == 1);
    CHECK(w.db()[batches].get(work.digest).referenced_by_certificate == c.digest);
}

TEST_CASE_TEMPLATE("a certificate whose batch is missing is refused", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto c = w.past.make(1, 0, {});
    c.batch_digest = sha256({});
    c.digest = digest_of(c);
    CHECK(w.refusal(c) == fault::missing_batch);
    CHECK(w.db()[certificates].count() == 0);
}

TEST_CASE_TEMPLATE(
    "the store itself refuses a second certificate of an author in a round", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const first = w.past.make(1, 0, {});
    CHECK(w.refusal(first) == fault::none);
    CHECK(w.refusal(w.past.make(1, 0, {}, 1ms)) == fault::equivocation);
    CHECK(w.db()[certificates].count() == 1);
    CHECK(w.db()[certificates].contains(0U, first.digest));
    CHECK(counters(w.db()).total_certificates == 1);
}

TEST_CASE_TEMPLATE(
    "what a graph does not have does not count against what it just took", Backend, in_memory,
    in_sqlite)
{
    auto w = store_world<Backend>{};
    auto graph = dag{w.past.members};
    auto const first = w.past.make(1, 0, {});
    auto const second = w.past.make(1, 0, {}, 1ms);
    auto const save_taken = [&](certificate const& c) {
        save(w.db(), [&](saving& writing) { CHECK(writing.save(c, graph)); });
    };
    CHECK(w.refusal(first) == fault::none);
    graph.insert(second);
    save_taken(second);
    CHECK(w.db()[certificates].count() == 2);
    save_taken(second); // the row that is there is one that the recovery left out
    CHECK(w.db()[certificates].count() == 2);
    CHECK(counters(w.db()).total_certificates == 2);
    auto const again = [&](saving& writing) { writing.save(w.past.make(1, 0, {}, 2ms), graph); };
    CHECK_THROWS_AS(save(w.db(), again), refused);
}

TEST_CASE_TEMPLATE("saving a known certificate again keeps its mark", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(6);
    auto const marked = committed_certificates(w.db()).front();
    REQUIRE(marked.committed);
    auto plain = marked;
    plain.committed = false;
    plain.committed_at_round.reset();
    plain.commit_position.reset();
    save(w.db(), [&](saving& writing) { CHECK_FALSE(writing.save(plain)); });
    CHECK(w.self().receive({}, {plain})[0].what == acceptance::known);
    auto const after = w.db()[certificates].get(marked.round, marked.digest);
    CHECK(after.committed);
    CHECK(after.commit_position == marked.commit_position);
    CHECK(after.committed_at_round == marked.committed_at_round);
}

TEST_CASE_TEMPLATE(
    "an anchor, its newly committed ancestors and the metadata are marked together", Backend,
    in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(3);
    CHECK(committed_certificates(w.db()).empty());
    CHECK_FALSE(counters(w.db()).last_anchor_round);
    w.live(1);
    auto const committed = committed_certificates(w.db());
    REQUIRE(committed.size() == 9);
    for (std::size_t i = 0; i < committed.size(); ++i) {
        CHECK(committed[i].commit_position == i);
        CHECK(committed[i].committed_at_round == 2);
    }
    CHECK(committed.back().round == 2);
    CHECK(counters(w.db()).last_anchor_round == 2);
    CHECK(counters(w.db()).highest_committed_round == 2);
    CHECK(counters(w.db()).total_committed == 9);
    CHECK(w.db()[performances].count() == 1);
    CHECK(w.db()[scores].count() == 1);
}

TEST_CASE_TEMPLATE(
    "a mark is never changed: the whole transaction is refused", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(4);
    auto const before = committed_certificates(w.db());
    auto const& graph = w.self().state().graph();
    auto const again = commit{
        .anchor_round = 4,
        .anchor = before.back().digest,
        .first_position = 100,
        .certificates = {graph.find(before.back().digest)}};
    auto const marking = [&](saving& writing) {
        writing.save(std::span{&again, 1}, graph, w.self().state().order().leaders());
    };
    CHECK_THROWS_AS(save(w.db(), marking), refused);
    auto const after = committed_certificates(w.db());
    REQUIRE(after.size() == before.size());
    CHECK(after.back().commit_position == before.back().commit_position);
    CHECK(counters(w.db()).last_anchor_round == 2);
}

TEST_CASE_TEMPLATE("questions by index give their order", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.live(12); // across 9 -> 10
    auto const& db = w.db();
    auto const author = w.past.members.member(2);

    auto const round = certificates_of_round(w.db(), 10);
    REQUIRE(round.size() == 4);
    for (std::size_t i = 1; i < 4; ++i) CHECK(round[i - 1].digest < round[i].digest);

    auto const mine = certificates_of_author(w.db(), author);
    REQUIRE(mine.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(mine[i].author == author);
        CHECK(mine[i].round == i); // numbers, not text
    }
    CHECK(newest_of_author(w.db(), author)->round == 11);

    auto const committed = committed_certificates(w.db());
    auto const open = uncommitted_certificates(w.db());
    CHECK(committed.size() + open.size() == 48);
    CHECK(committed.size() == w.self().state().graph().committed_count());
    CHECK(committed_certificates(w.db(), 5, 3).front().commit_position == 5);
    CHECK(committed_certificates(w.db(), 5, 3).size() == 3);
    CHECK(db[certificates].count() == 48);
}

TEST_CASE_TEMPLATE(
    "batches are found by author, and those without a certificate", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const one = w.past.members.member(1);
    auto const two = w.past.members.member(2);
    auto used = make_batch(one, "used");
    save(w.db(), [&](saving& writing) {
        writing.save(used);
        writing.save(make_batch(one, "open"));
        writing.save(make_batch(two, "open too"));
        auto c = w.past.make(1, 0, {});
        c.batch_digest = used.digest;
        c.digest = digest_of(c);
        writing.save(c);
    });
    CHECK(batches_of_author(w.db(), one).size() == 2);
    CHECK(batches_of_author(w.db(), two).size() == 1);
    auto const open = unreferenced_batches(w.db());
    REQUIRE(open.size() == 2);
    CHECK(open[0].digest == make_batch(one, "open").digest);    // in the order of insertion
    save(w.db(), [&](saving& writing) { writing.save(used); }); // again: nothing changes
    CHECK(w.db()[batches].get(used.digest).referenced_by_certificate.has_value());
    CHECK(counters(w.db()).total_batches == 3);
}

TEST_CASE_TEMPLATE(
    "a batch that two certificates have stays the first one's", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const work = make_batch(w.past.members.member(1), "shared");
    auto first = hash32{};
    save(w.db(), [&](saving& writing) {
        writing.save(work);
        for (std::uint16_t author = 0; author < 2; ++author) {
            auto c = w.past.make(author, 0, {});
            c.batch_digest = work.digest;
            c.digest = digest_of(c);
            writing.save(c);
            if (author == 0) first = c.digest;
        }
    });
    CHECK(w.db()[batches].get(work.digest).referenced_by_certificate == first);
}

TEST_CASE_TEMPLATE(
    "the latest checkpoint is found without any snapshot", Backend, in_memory, in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 5, .keep = 3};
    CHECK_FALSE(latest_checkpoint(w.db()));
    w.live(23);
    auto const newest = latest_checkpoint(w.db());
    REQUIRE(newest);
    CHECK(newest->round == 20);
    CHECK(newest->highest_round == 20);
    CHECK(newest->certificate_count == 84);
    CHECK(newest->base_round == 15);
    CHECK(newest->size_bytes > 0);
    w.db()[cairn::checkpoint_chunks].clear(); // it needs none of them
    CHECK(latest_checkpoint(w.db())->id == newest->id);
    CHECK(counters(w.db()).last_checkpoint_at.has_value());
}

TEST_CASE_TEMPLATE(
    "the newest checkpoints are kept, and the bases that their deltas need", Backend, in_memory,
    in_sqlite)
{
    auto w = world<Backend>{};
    w.options.checkpoints = {.every = 5, .keep = 2, .full_every = 4};
    w.live(48); // checkpoints at 5, 10, ... 45
    auto rounds = std::vector<std::uint64_t>{};
    for (auto const& each : w.db()[dag_checkpoints].prefix()) rounds.push_back(each.round);
    REQUIRE(rounds.size() >= 2);
    CHECK(rounds.back() == 45);
    CHECK(rounds.size() <= 5);
    CHECK(w.db()[cairn::checkpoint_headers].count() == rounds.size());
    auto const found = w.recover(cairn::recovery_strategy::from_checkpoint);
    CHECK(image_of(found.state) == image_of(w.self().state()));
}

TEST_CASE_TEMPLATE(
    "a store is one validator's, of one committee and epoch", Backend, in_memory, in_sqlite)
{
    auto w = store_world<Backend>{};
    auto const other_committee = committee::simulated(7, 1);
    auto const other_epoch = committee{w.past.members.members(), 1};
    CHECK_THROWS_AS(
        begin_store(w.db(), w.past.members, w.past.members.member(1), epoch), cairn::misuse);
    CHECK_THROWS_AS(begin_store(w.db(), other_committee, w.options.self, epoch), cairn::misuse);
    CHECK_THROWS_AS(begin_store(w.db(), other_epoch, w.options.self, epoch), cairn::misuse);
    CHECK(
        begin_store(w.db(), w.past.members, w.options.self, epoch + 1s).stored.started_at == epoch);
}

TEST_CASE("a certificate's key is the path that the documentation gives")
{
    auto const past = history{};
    auto const c = past.make(1, 17, {});
    auto const key = cairn::make_key<certificate>(c.round, c.digest);
    CHECK(
        cairn::key_path(cairn::shape_of<certificate>, key)
        == "/dag/certificates/round/17/digest/" + to_hex(c.digest));
}
