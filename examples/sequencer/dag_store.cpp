// SPDX-License-Identifier: BSL-1.0
// Certificates, batches, commits and counters in the store.
#include "dag_store.hpp"

#include "convert.hpp"
#include "inspect.hpp"

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
    if (tx_[batches].contains(b.digest)) return;
    auto stored = b;
    stored.referenced_by_certificate.reset();
    stored.created_at = now_;
    tx_[batches].insert(stored);
    ++counters_.total_batches;
    counters_.total_transactions += b.transaction_count;
}

bool saving::save(certificate const& c)
{
    auto const same_slot = tx_[certificates].by("author"_by, c.author, c.round).first();
    if (same_slot && same_slot->digest == c.digest) return false;
    if (same_slot) throw refused{fault::equivocation, name_of(c)};
    if (c.batch_digest != no_batch) refer(c);
    auto stored = c;
    stored.created_at = now_;
    tx_[certificates].insert(stored);
    ++counters_.total_certificates;
    raise_to(counters_.current_round, c.round);
    if (c.author == counters_.validator_peer_id)
        counters_.last_proposed_round = std::max(
            counters_.last_proposed_round.value_or(c.round), c.round);
    return true;
}

/// The first certificate that refers to a batch stays the one that is noted.
void saving::refer(certificate const& c)
{
    auto const known = tx_[batches].find(c.batch_digest);
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
        tx_[performances].insert(
            {.position = position++,
             .validator = p.validator,
             .round = p.round,
             .latency_ms = p.latency_ms,
             .success = p.success,
             .timestamp = p.timestamp});
        judged_.insert(p.validator);
    }
}

void saving::save_scores(reputation const& after, std::uint64_t round)
{
    auto gone = tx_[performances].prefix().until(after.recorded() - after.window().size());
    for (auto const& p : gone) judged_.insert(p.validator);
    gone.erase();
    for (auto const& validator : judged_)
        tx_[scores].put(
            {.validator = validator,
             .score = after.score_of(validator),
             .changed_at_round = round});
}

consensus_metadata begin_store(
    database& db, committee const& members, peer_id const& self, cairn::timestamp now)
{
    return db.write([&](transaction& tx) {
        auto const stored = tx[metadata].find();
        if (stored
            && (stored->validator_peer_id != self || stored->committee != members.members()
                || stored->committee_epoch != members.epoch()))
            cairn::raise(
                cairn::errc::misuse,
                {.message = "the store is of another validator, committee or epoch"});
        if (stored) return *stored;
        auto const fresh = consensus_metadata{
            .validator_peer_id = self,
            .committee_size = static_cast<std::uint32_t>(members.size()),
            .committee_epoch = members.epoch(),
            .committee = members.members(),
            .started_at = now,
            .last_updated = now};
        tx[metadata].insert(fresh);
        return fresh;
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
    return db[dag_checkpoints].prefix().reversed().first();
}

} // namespace sequencer
