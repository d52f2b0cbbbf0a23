// SPDX-License-Identifier: BSL-1.0
// Certificates, batches, commits and counters in the store, and the questions that indexes answer.
#pragma once

#include "database.hpp"
#include "ordering.hpp"

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace sequencer {

/// A certificate or a batch that the store does not take; nothing of it remains.
class refused : public std::runtime_error {
public:
    refused(fault what, std::string const& about);
    [[nodiscard]] fault what_is_wrong() const { return what_; }

private:
    fault what_;
};

/// The writes of one transaction that saves certificates. The metadata are read at its begin and
/// written at its end, once.
class saving {
public:
    /// @errors `not_found` if `begin_store` never was called.
    saving(transaction& tx, cairn::timestamp now);

    /// Stores a batch that no certificate refers to yet; one that is there is left as it is, if
    /// its row can be read.
    /// @errors `refused` for wrong counts, limits or digest.
    void save(batch const& b);

    /// Stores a certificate, and notes in its batch who refers to it. One that is there is left
    /// as it is, with its mark; false then.
    /// @errors `refused` for a second one of its author in its round, or a batch that is missing.
    bool save(certificate const& c) { return save(c, nullptr); }

    /// Stores a certificate that `graph` did not have until just now. Rows that it does not have
    /// are such as no recovery took, so that they do not bar this one: another of the same slot
    /// does not count, and its own, which may stand before its parents, is put behind them.
    bool save(certificate const& c, dag const& graph) { return save(c, &graph); }

    /// Marks anchors and what is committed with each; stores the performances, and the scores that
    /// follow from all of them.
    /// @errors `refused` if one of them is marked already, otherwise; `not_found`.
    void save(std::span<commit const> commits, dag const& graph, reputation const& after);

    /// Whether a row was put behind others. A checkpoint that covers it cannot be used any more,
    /// unless one is taken in the same transaction.
    [[nodiscard]] bool has_moved_rows() const { return has_moved_rows_; }

    /// Changes the metadata.
    [[nodiscard]] consensus_metadata& counters() { return counters_; }

    /// Writes the metadata; to be called last.
    void finish();

private:
    bool save(certificate const& c, dag const* graph);
    [[nodiscard]] std::optional<certificate> row_of(certificate const& c, dag const* graph) const;
    bool insert_if_absent(certificate const& c);
    void count(certificate const& c);
    [[nodiscard]] std::optional<hash32> first_with(hash32 const& batch_digest) const;
    void refer(certificate const& c);
    void mark(commit const& c, std::uint64_t position, dag_node const& node);
    void save_performances(commit const& c, std::uint64_t& position);
    void insert_over_damage(performance_record const& p);
    void save_scores(reputation const& after, std::uint64_t round);

    transaction& tx_;
    cairn::timestamp now_;
    consensus_metadata counters_;
    std::set<peer_id> judged_{}; ///< whose performances came or went
    bool has_moved_rows_ = false;
};

struct store_begin {
    consensus_metadata stored{};
    bool was_recounted = false; ///< they were damaged or gone, and the records made them again
};

/// The metadata of a node, made if this is its first start, or if they cannot be read.
/// @errors `cairn::misuse` if the store is another validator's, or of another committee; without
///         metadata only certificates and their marks can tell, as `recount` says.
store_begin begin_store(
    database& db, committee const& members, peer_id const& self, cairn::timestamp now,
    reputation_config const& scoring = {});

/// Of the committee that is in the metadata; nothing in a store that no node was started on.
std::optional<consensus_metadata> load_metadata(database& db);

committee committee_of(consensus_metadata const& m);

/// In the order of digests.
std::vector<certificate> certificates_of_round(database& db, std::uint64_t round);
/// In the order of rounds.
std::vector<certificate> certificates_of_author(database& db, peer_id const& author);
std::optional<certificate> newest_of_author(database& db, peer_id const& author);
/// In the order of commits, from `first` on.
std::vector<certificate> committed_certificates(
    database& db, std::uint64_t first = 0, std::size_t most = static_cast<std::size_t>(-1));
/// In the order of arrival.
std::vector<certificate> uncommitted_certificates(database& db);
std::vector<batch> batches_of_author(database& db, peer_id const& author);
std::vector<batch> unreferenced_batches(database& db);
/// Without any snapshot. One whose entry is damaged does not count.
std::optional<dag_checkpoint> latest_checkpoint(database& db);

} // namespace sequencer
