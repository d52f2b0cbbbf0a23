// SPDX-License-Identifier: BSL-1.0
// A node whose store has a damaged row: whichever it is, the node starts, hears the last rounds
// again, and goes on; it is sound, or says that it is damaged.
#include "sequencer/world.hpp"

#include "verify.hpp"

#include <map>

using namespace test;

namespace {

constexpr auto rounds_before = std::uint64_t{21};
constexpr auto rounds_sent_again = std::uint64_t{8};

/// A node and three others, who send each batch a round early and again with its certificate, and
/// remember what the node signed.
struct committee_around {
    world<in_sqlite> w{};
    std::map<std::uint64_t, certificate> signed_by_node{};
    std::vector<batch> work{};
    std::uint64_t nonce = 0;
    std::size_t signed_twice = 0;

    committee_around()
    {
        w.options.checkpoints = {.every = 10, .keep = 2};
        w.options.scoring.window = 8; // so short that performances leave it
        for (std::uint64_t round = 0; round < rounds_before; ++round) play(round);
    }

    void play(std::uint64_t round)
    {
        ask(round);
        if (round == w.past.rounds.size()) make(round);
        w.self().receive({batch_of(round), batch_of(round + 1)}, w.past.rounds[round]);
    }

    void ask(std::uint64_t round)
    {
        try {
            auto const own = w.self().propose(
                {.round = round, .nonce = ++nonce, .timestamp = epoch + round * 250ms});
            auto const& first = signed_by_node.emplace(round, own).first->second;
            signed_twice += own.aggregated_signature != first.aggregated_signature;
        } catch (cannot_sign const&) {
        }
    }

    void make(std::uint64_t round)
    {
        auto const parents = round == 0 ? std::vector<hash32>{} : w.past.digests(round - 1);
        auto made = std::vector<certificate>{};
        if (auto const own = signed_by_node.find(round); own != signed_by_node.end())
            made.push_back(own->second);
        for (std::uint16_t author = 1; author < 4; ++author)
            made.push_back(w.past.make(author, round, parents));
        made.back().batch_digest = batch_of(round).digest;
        made.back().digest = digest_of(made.back());
        w.past.rounds.push_back(std::move(made));
    }

    batch batch_of(std::uint64_t round)
    {
        while (work.size() <= round)
            work.push_back(make_batch(w.past.members.member(3), std::to_string(work.size())));
        return work[round];
    }

    /// As the driver does behind a restart: the last rounds again, and then new ones.
    void go_on()
    {
        for (auto round = rounds_before - rounds_sent_again; round < 2 * rounds_before; ++round)
            play(round);
    }

    [[nodiscard]] std::string file() const { return w.folder.file("dag.db"); }

    void close()
    {
        w.node_.reset();
        w.db_.reset();
    }

    /// Who is committed at which place, but for one row.
    std::vector<std::string> marks(std::string const& but)
    {
        auto all = raw_file{file()}.ask(
            "SELECT hex(digest) || ' at ' || commit_position || ' by ' || committed_at_round FROM"
            " certificate WHERE commit_position IS NOT NULL AND _seq NOT IN ("
            + but + ")");
        std::sort(all.begin(), all.end());
        return all;
    }
};

enum class outcome { sound, damaged };

struct damaged_row {
    char const* name;
    char const* table;
    char const* chosen; ///< by SQL
    char const* column; ///< changed alone: the record is in the body, and whole
    char const* key;    ///< changed, so that it is not found by it
    outcome expected;   ///< unless only that column is changed
};

constexpr auto nothing = "";

// clang-format off
constexpr auto rows = {
    damaged_row{"a committed certificate under the checkpoint", "certificate",
        "WHERE committed = 1 AND round = 9 LIMIT 1",
        "committed_at_round = 77", "digest = zeroblob(32)", outcome::sound},
    damaged_row{"one of a round that is sent again", "certificate",
        "WHERE committed = 1 AND round = 15 AND author <> (SELECT author FROM certificate WHERE _seq = 1) LIMIT 1",
        "committed_at_round = 77", "round = 1000", outcome::sound},
    damaged_row{"an own one that is asked for again", "certificate",
        "WHERE committed = 1 AND round = 15 AND author = (SELECT author FROM certificate WHERE _seq = 1)",
        "batch_digest = x'00'", "digest = zeroblob(32)", outcome::sound},
    damaged_row{"one under the checkpoint that is not committed", "certificate",
        "WHERE committed = 0 AND round = 19 LIMIT 1",
        "committed = 1", "digest = zeroblob(32)", outcome::damaged},
    damaged_row{"the newest", "certificate",
        "ORDER BY _seq DESC LIMIT 1",
        "batch_digest = x'00'", "digest = zeroblob(32)", outcome::damaged},
    damaged_row{"the newest own one", "certificate",
        "WHERE round = 20 AND author = (SELECT author FROM certificate WHERE _seq = 1)",
        "author = x'00'", "round = 1000", outcome::damaged},
    damaged_row{"a batch that a certificate has", "batch",
        "WHERE referenced_by_certificate IS NOT NULL ORDER BY _seq DESC LIMIT 1",
        "size_bytes = size_bytes + 1", "digest = zeroblob(32)", outcome::sound},
    damaged_row{"a batch whose certificate comes later", "batch",
        "ORDER BY _seq DESC LIMIT 1",
        "size_bytes = size_bytes + 1", "digest = zeroblob(32)", outcome::sound},
    damaged_row{"a performance that leaves the window", "performance",
        "ORDER BY position LIMIT 1",
        "latency_ms = latency_ms + 1", "position = position + 9", outcome::sound},
    damaged_row{"the newest performance", "performance",
        "ORDER BY position DESC LIMIT 1",
        "latency_ms = latency_ms + 1", "position = position + 4", outcome::sound},
    damaged_row{"a score", "reputation",
        "ORDER BY _seq LIMIT 1",
        "score = score / 2", "validator = x'00'", outcome::sound},
    damaged_row{"the metadata", "metadata",
        "",
        "total_committed = total_committed + 1", nothing, outcome::sound},
    damaged_row{"the newest entry of a checkpoint", "dag_checkpoint",
        "ORDER BY round DESC LIMIT 1",
        "size_bytes = size_bytes + 1", "round = 15", outcome::sound},
    damaged_row{"an older entry of a checkpoint", "dag_checkpoint",
        "ORDER BY round LIMIT 1",
        "size_bytes = size_bytes + 1", "round = 40", outcome::sound},
    damaged_row{"the newest header of a checkpoint", "checkpoint_header",
        "ORDER BY number DESC LIMIT 1",
        nothing, "number = number + 1", outcome::sound},
    damaged_row{"an older header of a checkpoint", "checkpoint_header",
        "ORDER BY number LIMIT 1",
        nothing, "number = number + 9", outcome::sound},
    damaged_row{"a chunk of the newest checkpoint", "checkpoint_chunk",
        "ORDER BY number DESC LIMIT 1",
        nothing, "number = number + 1", outcome::sound},
};
// clang-format on

struct trial {
    std::string set;
    outcome expected;
};

std::vector<trial> trials_of(damaged_row const& row)
{
    auto result = std::vector<trial>{
        {"_body = CAST(substr(_body, 1, length(_body) - 2) || x'A55A' AS BLOB)", row.expected},
        {"_body = zeroblob(length(_body))", row.expected},
        {"_body = zeroblob(40)", row.expected}};
    if (*row.column != '\0') result.push_back({row.column, outcome::sound});
    if (*row.key != '\0') result.push_back({row.key, row.expected});
    return result;
}

/// Restarts the node over the damage and lets it go on.
void check_going_on(committee_around& around, outcome expected, std::string const& but)
{
    auto& w = around.w;
    auto const before = around.marks(but);
    auto const newest_signed = around.signed_by_node.rbegin()->first;
    w.db_ = w.open();
    around.go_on();
    CHECK(around.signed_twice == 0);
    CHECK(w.self().state().is_damaged() == (expected == outcome::damaged));
    auto const has_signed = around.signed_by_node.rbegin()->first != newest_signed;
    CHECK(has_signed == (expected == outcome::sound));
    auto const at_the_end = image_of(w.self().state());
    w.restart();
    CHECK(w.self().state().is_damaged() == (expected == outcome::damaged));
    if (expected == outcome::sound) CHECK(image_of(w.self().state()) == at_the_end);
    around.close();
    auto const after = around.marks(but);
    CHECK(std::includes(after.begin(), after.end(), before.begin(), before.end()));
}

void check_trial(damaged_row const& row, trial const& one)
{
    auto around = committee_around{};
    around.close();
    auto const table = std::string{row.table};
    auto const number =
        raw_file{around.file()}.ask("SELECT _seq FROM " + table + " " + row.chosen).at(0);
    REQUIRE(raw_file{around.file()}.change(
        "UPDATE " + table + " SET " + one.set + " WHERE _seq = " + number));
    check_going_on(around, one.expected, table == "certificate" ? number : std::string{});
}

/// But for the times of the process.
void check_same(consensus_metadata const& found, consensus_metadata const& lost)
{
    CHECK(found.current_round == lost.current_round);
    CHECK(found.highest_committed_round == lost.highest_committed_round);
    CHECK(found.last_anchor_round == lost.last_anchor_round);
    CHECK(found.validator_peer_id == lost.validator_peer_id);
    CHECK(found.committee_size == lost.committee_size);
    CHECK(found.committee_epoch == lost.committee_epoch);
    CHECK(found.committee == lost.committee);
    CHECK(found.total_certificates == lost.total_certificates);
    CHECK(found.total_committed == lost.total_committed);
    CHECK(found.total_batches == lost.total_batches);
    CHECK(found.total_transactions == lost.total_transactions);
    CHECK(found.last_proposed_round == lost.last_proposed_round);
    CHECK(found.last_checkpoint_at == lost.last_checkpoint_at);
}

constexpr auto damaged_metadata = "UPDATE metadata SET _body = zeroblob(40)";

} // namespace

TEST_CASE("a node goes on over any one damaged row, and is sound, or says that it is damaged")
{
    for (auto const& row : rows) {
        for (auto const& one : trials_of(row)) {
            INFO(std::string{row.name}, ": ", one.set);
            CHECK_NOTHROW(check_trial(row, one));
        }
    }
}

TEST_CASE("damaged metadata are counted anew from the records, all but the times of the process")
{
    auto around = committee_around{};
    auto& w = around.w;
    auto const lost = *load_metadata(w.db());
    auto how = std::string{damaged_metadata};
    SUBCASE("zeroed") {}
    SUBCASE("another checksum")
    {
        how = "UPDATE metadata SET _body ="
              " CAST(substr(_body, 1, length(_body) - 2) || x'A55A' AS BLOB)";
    }
    SUBCASE("gone")
    {
        how = "DELETE FROM metadata";
    }
    w.damage(how);
    CHECK(w.self().was_recounted());
    auto const found = *load_metadata(w.db());
    check_same(found, lost);
    CHECK(found.started_at == w.db()[certificates].scan().first()->created_at);
    CHECK(verify(w.db(), w.options.scoring).found.empty());
    w.restart();
    CHECK_FALSE(w.self().was_recounted());
}

TEST_CASE("without metadata a store is not taken by another committee")
{
    auto around = committee_around{};
    auto& w = around.w;
    w.damage(damaged_metadata);
    auto const begin = [&](committee const& members) {
        return begin_store(w.db(), members, members.member(0), epoch, w.options.scoring);
    };
    CHECK_THROWS_AS(begin(committee::simulated(4, 99)), cairn::misuse);
    CHECK_THROWS_AS(begin(committee::simulated(9, 1)), cairn::misuse); // of which ours is a part
    CHECK(begin(w.options.members).was_recounted);
}

TEST_CASE("without metadata a store is not taken by the same members in another epoch or order")
{
    auto around = committee_around{};
    auto& w = around.w;
    auto members = w.options.members.members();
    w.damage(damaged_metadata);
    auto const begin = [&](committee const& of) {
        return begin_store(w.db(), of, w.options.self, epoch, w.options.scoring);
    };
    for (auto other = std::uint64_t{1}; other < 9; ++other)
        CHECK_THROWS_AS(begin(committee{members, other}), cairn::misuse);
    std::rotate(members.begin(), members.begin() + 1, members.end());
    CHECK_THROWS_AS(begin(committee{members}), cairn::misuse);
    CHECK(begin(w.options.members).was_recounted); // nothing was stored of the others
    around.go_on();
    CHECK(verify(w.db(), w.options.scoring).found.empty());
}

TEST_CASE("without metadata and with a certificate damaged its own committee still has the store")
{
    for (std::uint64_t round = 0; round < rounds_before; round += 3) {
        auto around = committee_around{};
        auto& w = around.w;
        w.damage(damaged_metadata);
        w.damage(
            "UPDATE certificate SET _body = zeroblob(60) WHERE _seq = (SELECT min(_seq) FROM"
            " certificate WHERE round = "
            + std::to_string(round) + ")");
        INFO(round);
        CHECK_NOTHROW(w.self());
        CHECK(w.self().was_recounted());
    }
}

TEST_CASE("with metadata and the newest own row damaged nothing is signed twice")
{
    auto around = committee_around{};
    auto& w = around.w;
    auto const newest = around.signed_by_node.rbegin()->second;
    auto const damage = std::string{"UPDATE certificate SET _body = zeroblob(40) WHERE digest = "};
    SUBCASE("a checkpoint has it") {}
    SUBCASE("no checkpoint has it")
    {
        w.db()[cairn::checkpoint_headers].clear();
    }
    w.damage(damaged_metadata);
    w.damage(damage + sql_of(newest.digest));
    CHECK(w.self().was_recounted());
    CHECK(w.self().signed_up_to() == newest.round);
    around.go_on();
    CHECK(around.signed_twice == 0);
    CHECK(around.signed_by_node.rbegin()->first == newest.round);
}

TEST_CASE("a row that is still to be marked and not found by its key is damage without checkpoints")
{
    auto around = committee_around{};
    auto& w = around.w;
    w.db()[cairn::checkpoint_headers].clear();
    w.damage("UPDATE certificate SET digest = zeroblob(32) WHERE _seq ="
             " (SELECT min(_seq) FROM certificate WHERE committed = 0)");
    CHECK(w.self().recovery().used == cairn::recovery_strategy::from_scratch);
    CHECK(w.self().recovery().quarantined_count == 1);
    CHECK(w.self().state().is_damaged());
    CHECK_NOTHROW(around.go_on());
}

TEST_CASE("a damaged batch is missing until it is sent again, and is then whole as before")
{
    auto w = world<in_sqlite>{};
    auto const work = make_batch(w.past.members.member(1), "work");
    auto c = w.past.make(1, 0, {});
    c.batch_digest = work.digest;
    c.digest = digest_of(c);
    w.self().receive({work}, {});
    auto const damage = "UPDATE batch SET _body = zeroblob(40)";
    w.damage(damage);
    CHECK(w.self().receive({}, {c})[0].why == fault::missing_batch);
    CHECK(w.self().receive({work}, {c})[0].what == acceptance::stored);
    w.damage(damage);
    w.self().receive({work}, {});
    CHECK(w.db()[batches].get(work.digest).referenced_by_certificate == c.digest);
    CHECK(load_metadata(w.db())->total_batches == 1);
    CHECK(load_metadata(w.db())->total_transactions == 1);
    CHECK(verify(w.db()).found.empty());
}

TEST_CASE("when a damaged performance leaves the window every score is right again")
{
    auto around = committee_around{};
    auto& w = around.w;
    w.damage("UPDATE performance SET _body = zeroblob(40) WHERE position ="
             " (SELECT min(position) FROM performance)");
    CHECK(verify(w.db(), w.options.scoring).count(fault::undecodable) == 1);
    around.go_on();
    CHECK(verify(w.db(), w.options.scoring).found.empty());
}

TEST_CASE("a damaged entry of a checkpoint is gone when it is older than all that are kept")
{
    auto around = committee_around{};
    auto& w = around.w;
    w.options.checkpoints.full_every = 1;
    w.damage("UPDATE dag_checkpoint SET _body = zeroblob(40) WHERE round = 20");
    CHECK(latest_checkpoint(w.db())->round == 10);
    around.go_on();
    CHECK(w.db()[dag_checkpoints].count() == 2);
    CHECK(latest_checkpoint(w.db())->round == 40);
    CHECK(verify(w.db(), w.options.scoring).found.empty());
}
