// SPDX-License-Identifier: BSL-1.0
// Certificates, batches, commits and counters in the store.
#include "dag_store.hpp"

#include "convert.hpp"
#include "digest.hpp"
#include "inspect.hpp"
#include "recount.hpp"

#include <algorithm>

namespace sequencer {

using namespace cairn::literals;

refused::refused(fault what, std::string const& about)
    : std::runtime_error{std::string{to_string(what)} + ": " + about}, what_{what}
{
}

namespace {

std::string name_of(certificate const& c)
{
    return "certificate " + to_hex(c.digest) + " of round " + std::to_string(c.round);
}

template <class Number>
void raise_to(Number& number, Number other)
{
    number = std::max(number, other);
}

} // namespace

saving::saving(transaction& tx, cairn::timestamp now)
    : tx_{tx}, now_{now}, counters_{tx[metadata].get()}
{
}

void saving::finish()
{
    counters_.last_updated = now_;
    tx_[metadata].put(counters_);
}

void saving::save(batch const& b)
{
    if (auto const wrong = inspect(b); wrong != fault::none)
        throw refused{wrong, "batch " + to_hex(b.digest)};
    auto const old = look_up(tx_[batches], b.digest);
    if (old.whole) return;
    auto stored = b;
    stored.referenced_by_certificate.reset();
    stored.created_at = now_;
    if (old.is_damaged) {
        tx_[batches].erase(b.digest);
        stored.referenced_by_certificate = first_with(b.digest);
    } else {
        ++counters_.total_batches;
        counters_.total_transactions += b.transaction_count;
    }
    tx_[batches].insert(stored);
}

/// Read from all of them, since this is asked only if a batch was damaged.
std::optional<hash32> saving::first_with(hash32 const& batch_digest) const
{
    auto all = tx_[certificates].scan().tolerate(leave_out{});
    for (auto const& c : all)
        if (c.batch_digest == batch_digest) return c.digest;
    return std::nullopt;
}

/// A row that has another content than its digest says, or a mark, is evidence of damage and stays.
bool saving::save(certificate const& c, dag const* graph)
{
    auto const old = row_of(c, graph);
    if (old && (graph == nullptr || old->committed || digest_of(*old) != c.digest)) return false;
    if (c.batch_digest != no_batch) refer(c);
    auto stored = c;
    stored.created_at = now_;
    if (old) has_moved_rows_ |= tx_[certificates].erase(c.round, c.digest);
    if (!insert_if_absent(stored)) return false;
    if (!old) ++counters_.total_certificates;
    count(c);
    return true;
}

/// Its own row, if that can be read.
std::optional<certificate> saving::row_of(certificate const& c, dag const* graph) const
{
    auto own = std::optional<certificate>{};
    auto slot = tx_[certificates].by("author"_by, c.author, c.round).tolerate(leave_out{});
    for (auto const& row : slot) {
        if (row.digest == c.digest)
            own = row;
        else if (graph == nullptr || graph->find(row.digest) != no_node)
            throw refused{fault::equivocation, name_of(c)};
    }
    return own;
}

/// One that is there and was not seen by its author is damaged: that is left for `verify` to name.
bool saving::insert_if_absent(certificate const& c)
{
    try {
        tx_[certificates].insert(c);
        return true;
    } catch (cairn::already_exists const&) {
        return false;
    }
}

void saving::count(certificate const& c)
{
    raise_to(counters_.current_round, c.round);
    if (c.author == counters_.validator_peer_id)
        counters_.last_proposed_round = std::max(
            counters_.last_proposed_round.value_or(c.round), c.round);
}

/// The first certificate that refers to a batch stays the one that is noted.
void saving::refer(certificate const& c)
{
    auto const known = look_up(tx_[batches], c.batch_digest).whole;
    if (!known) throw refused{fault::missing_batch, name_of(c)};
    if (known->referenced_by_certificate) return;
    tx_[batches].update(c.batch_digest, [&](batch& b) { b.referenced_by_certificate = c.digest; });
}

void saving::save(std::span<commit const> commits, dag const& graph, reputation const& after)
{
    if (commits.empty()) return;
    auto performance_position = after.recorded();
    for (auto const& c : commits) performance_position -= c.performances.size();
    for (auto const& c : commits) {
        auto position = c.first_position;
        for (auto const id : c.certificates) mark(c, position++, graph[id]);
        save_performances(c, performance_position);
        counters_.total_committed += c.certificates.size();
    }
    auto const last = commits.back().anchor_round;
    counters_.last_anchor_round = last;
    raise_to(counters_.highest_committed_round, last);
    save_scores(after, last);
}

void saving::mark(commit const& c, std::uint64_t position, dag_node const& node)
{
    tx_[certificates].update(node.round, node.digest, [&](certificate& stored) {
        if (stored.committed && stored.commit_position != position)
            throw refused{fault::wrong_mark, name_of(stored)};
        stored.committed = true;
        stored.committed_at_round = c.anchor_round;
        stored.commit_position = position;
    });
}

void saving::save_performances(commit const& c, std::uint64_t& position)
{
    for (auto const& p : c.performances) {
        insert_over_damage(
            {.position = position++,
             .validator = p.validator,
             .round = p.round,
             .latency_ms = p.latency_ms,
             .success = p.success,
             .timestamp = p.timestamp});
        judged_.insert(p.validator);
    }
}

/// A position is new: only a row whose key is damaged can stand there.
void saving::insert_over_damage(performance_record const& p)
{
    try {
        tx_[performances].insert(p);
    } catch (cairn::already_exists const&) {
        tx_[performances].erase(p.position);
        tx_[performances].insert(p);
    }
}

/// Whose performance a damaged row was cannot be told, and so everybody is judged again. `put`
/// reads what it replaces, and so a score that cannot be read has to go first.
void saving::save_scores(reputation const& after, std::uint64_t round)
{
    auto gone = tx_[performances].prefix().until(after.recorded() - after.window().size());
    auto readable = gone.tolerate([&](cairn::corrupt_record const&) {
        judged_.insert(counters_.committee.begin(), counters_.committee.end());
    });
    for (auto const& p : readable) judged_.insert(p.validator);
    gone.erase();
    for (auto const& validator : judged_) {
        if (look_up(tx_[scores], validator).is_damaged) tx_[scores].erase(validator);
        tx_[scores].put(
            {.validator = validator,
             .score = after.score_of(validator),
             .changed_at_round = round});
    }
}

namespace {

void require_same(consensus_metadata const& stored, committee const& members, peer_id const& self)
{
    if (stored.validator_peer_id == self && stored.committee == members.members()
        && stored.committee_epoch == members.epoch())
        return;
    cairn::raise(
        cairn::errc::misuse, {.message = "the store is of another validator, committee or epoch"});
}

} // namespace

store_begin begin_store(
    database& db, committee const& members, peer_id const& self, cairn::timestamp now,
    reputation_config const& scoring)
{
    return db.write([&](transaction& tx) {
        auto const found = look_up_only(tx[metadata]);
        if (found.whole) {
            require_same(*found.whole, members, self);
            return store_begin{*found.whole};
        }
        auto const fresh = recount(tx, members, self, now, scoring);
        tx[metadata].erase();
        tx[metadata].insert(fresh);
        return store_begin{fresh, found.is_damaged || fresh.total_certificates != 0};
    });
}

std::optional<consensus_metadata> load_metadata(database& db)
{
    return db[metadata].find();
}

committee committee_of(consensus_metadata const& m)
{
    return committee{m.committee, m.committee_epoch};
}

std::vector<certificate> certificates_of_round(database& db, std::uint64_t round)
{
    return db[certificates].prefix(round).to_vector();
}

std::vector<certificate> certificates_of_author(database& db, peer_id const& author)
{
    return db[certificates].by("author"_by, author).to_vector();
}

std::optional<certificate> newest_of_author(database& db, peer_id const& author)
{
    return db[certificates].by("author"_by, author).reversed().first();
}

std::vector<certificate> committed_certificates(database& db, std::uint64_t first, std::size_t most)
{
    return db[certificates].by("commit"_by, true).from(first).limit(most).to_vector();
}

std::vector<certificate> uncommitted_certificates(database& db)
{
    return db[certificates].by("commit"_by, false).to_vector();
}

std::vector<batch> batches_of_author(database& db, peer_id const& author)
{
    return db[batches].by("author"_by, author).to_vector();
}

std::vector<batch> unreferenced_batches(database& db)
{
    return db[batches].by("reference"_by, std::nullopt).to_vector();
}

std::optional<dag_checkpoint> latest_checkpoint(database& db)
{
    return db[dag_checkpoints].prefix().reversed().tolerate(leave_out{}).first();
}

} // namespace sequencer
