// SPDX-License-Identifier: BSL-1.0
// What the sequencer stores: the models, their descriptors and the schema.
#pragma once

#include "reputation.hpp"
#include "types.hpp"

#include <cairn/cairn.hpp>
#include <cairn/recovery/models.hpp>

#include <string>
#include <string_view>

namespace sequencer {

/// How far this node is, and what it counted; one record.
struct consensus_metadata {
    std::uint64_t current_round = 0; ///< the highest of a certificate
    std::uint64_t highest_committed_round = 0;
    std::optional<std::uint64_t> last_anchor_round{};
    peer_id validator_peer_id{}; ///< this node
    std::uint32_t committee_size = 0;
    std::uint64_t committee_epoch = 0;
    std::vector<peer_id> committee{}; ///< in the order of their indexes
    std::uint64_t total_certificates = 0;
    std::uint64_t total_committed = 0;
    std::uint64_t total_batches = 0;
    std::uint64_t total_transactions = 0;
    std::optional<std::uint64_t> last_proposed_round{}; ///< nothing up to it is signed again
    cairn::timestamp started_at{};
    cairn::timestamp last_updated{};
    std::optional<cairn::timestamp> last_checkpoint_at{};
};

/// Where a checkpoint of the DAG lies, to be found and listed without its snapshot, which the
/// library keeps in chunks.
struct dag_checkpoint {
    std::uint64_t round = 0;
    std::array<std::byte, 16> id{}; ///< a random UUID
    std::uint64_t number = 0;       ///< of the library's checkpoint
    std::uint64_t highest_round = 0;
    std::uint64_t certificate_count = 0;
    std::uint64_t committed_count = 0;
    cairn::timestamp created_at{};
    std::uint64_t size_bytes = 0;
    std::optional<std::uint64_t> base_round{}; ///< of a delta
    std::uint64_t checksum = 0;                ///< of the snapshot
};

/// A performance that still counts; the window of reputation.
struct performance_record {
    std::uint64_t position = 0;
    peer_id validator{};
    std::uint64_t round = 0;
    std::uint32_t latency_ms = 0;
    bool success = false;
    cairn::timestamp timestamp{};
};

/// What the performances make of one validator.
struct validator_score {
    peer_id validator{};
    double score = 1;
    std::uint64_t changed_at_round = 0;
};

} // namespace sequencer

BOOST_HANA_ADAPT_STRUCT(
    sequencer::certificate, round, digest, author, batch_digest, parents, timestamp,
    aggregated_signature, signers, committed, committed_at_round, commit_position, created_at);
BOOST_HANA_ADAPT_STRUCT(sequencer::batch_transaction, data, timestamp);
BOOST_HANA_ADAPT_STRUCT(
    sequencer::batch, digest, worker_id, author, transactions, transaction_count, timestamp,
    size_bytes, referenced_by_certificate, created_at);
BOOST_HANA_ADAPT_STRUCT(
    sequencer::consensus_metadata, current_round, highest_committed_round, last_anchor_round,
    validator_peer_id, committee_size, committee_epoch, committee, total_certificates,
    total_committed, total_batches, total_transactions, last_proposed_round, started_at,
    last_updated, last_checkpoint_at);
BOOST_HANA_ADAPT_STRUCT(
    sequencer::dag_checkpoint, round, id, number, highest_round, certificate_count, committed_count,
    created_at, size_bytes, base_round, checksum);
BOOST_HANA_ADAPT_STRUCT(
    sequencer::performance_record, position, validator, round, latency_ms, success, timestamp);
BOOST_HANA_ADAPT_STRUCT(sequencer::validator_score, validator, score, changed_at_round);

// One line an element.
// clang-format off

template <>
inline constexpr auto cairn::descriptor<sequencer::certificate> = cairn::entity<"certificate">(
    cairn::version<1>,
    cairn::key<"/dag/certificates/round/{round}/digest/{digest}">,
    cairn::index<"author", "author", "round">,
    cairn::index<"commit", "committed", "commit_position">, // those not committed in the order of arrival
    cairn::column<"committed_at_round", "batch_digest">);

template <>
inline constexpr auto cairn::descriptor<sequencer::batch> = cairn::entity<"batch">(
    cairn::version<1>,
    cairn::key<"/dag/batches/digest/{digest}">,
    cairn::index<"author", "author">,
    cairn::index<"reference", "referenced_by_certificate">, // absent: nobody's yet
    cairn::column<"transaction_count", "size_bytes">);

template <>
inline constexpr auto cairn::descriptor<sequencer::consensus_metadata> = cairn::entity<"metadata">(
    cairn::version<1>,
    cairn::key<"/dag/metadata/id/current">,
    cairn::column<"current_round", "highest_committed_round", "last_anchor_round",
        "total_certificates", "total_committed", "total_batches", "total_transactions",
        "last_proposed_round">);

template <>
inline constexpr auto cairn::descriptor<sequencer::dag_checkpoint> = cairn::entity<"dag_checkpoint">(
    cairn::version<1>,
    cairn::key<"/dag/checkpoints/round/{round}">,
    cairn::column<"number", "size_bytes", "base_round">);

template <>
inline constexpr auto cairn::descriptor<sequencer::performance_record> = cairn::entity<"performance">(
    cairn::version<1>,
    cairn::key<"/dag/performances/position/{position}">,
    cairn::column<"validator", "round", "latency_ms", "success", "timestamp">);

template <>
inline constexpr auto cairn::descriptor<sequencer::validator_score> = cairn::entity<"reputation">(
    cairn::version<1>,
    cairn::key<"/dag/reputation/validator/{validator}">,
    cairn::column<"score">);

// clang-format on

namespace sequencer {

struct schema : cairn::schema<
                    certificate, batch, consensus_metadata, dag_checkpoint, performance_record,
                    validator_score, cairn::checkpoint_header, cairn::checkpoint_chunk> {};

/// The name that the library's checkpoints of the DAG have.
inline constexpr auto checkpointed_state = std::string_view{"dag"};

inline constexpr auto certificates = cairn::table<certificate>;
inline constexpr auto batches = cairn::table<batch>;
inline constexpr auto metadata = cairn::table<consensus_metadata>;
inline constexpr auto dag_checkpoints = cairn::table<dag_checkpoint>;
inline constexpr auto performances = cairn::table<performance_record>;
inline constexpr auto scores = cairn::table<validator_score>;

} // namespace sequencer
