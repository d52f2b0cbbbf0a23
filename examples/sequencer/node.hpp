// SPDX-License-Identifier: BSL-1.0
// One validator's node: takes certificates, orders them, proposes its own, and stores everything.
#pragma once

#include "dag_store.hpp"
#include "keeper.hpp"
#include "waiting_room.hpp"

namespace sequencer {

struct node_options {
    committee members;
    peer_id self{};
    reputation_config scoring{};
    waiting_limits waiting{};
    cairn::checkpoint_options checkpoints{};
};

enum class acceptance : std::uint8_t { stored, known, waiting, refused };

/// What became of a certificate.
struct receipt {
    hash32 digest{};
    acceptance what = acceptance::stored;
    fault why = fault::none;

    friend bool operator==(receipt const&, receipt const&) = default;
};

/// What the others ask of a node for a round. The nonce is different in every request: the
/// signature covers it, so that signing twice shows.
struct proposal_request {
    std::uint64_t round = 0;
    std::uint64_t nonce = 0;
    cairn::timestamp timestamp{};
    std::vector<batch_transaction> transactions{};
};

/// Why a node does not sign; nothing was signed.
class cannot_sign : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Everything that a call accepts is one transaction: batches, certificates, what they commit, the
/// metadata, and a checkpoint if one is due. What is not stored is neither answered nor built on.
class node {
public:
    /// Recovers what is stored, or begins.
    /// @errors those of the store and of recovery.
    node(
        database& db, node_options options,
        cairn::recovery_strategy how = cairn::recovery_strategy::hybrid,
        recovery_listener const& listener = {});

    /// Stores what keeps the rules. Children of missing parents wait, within limits and in memory
    /// only; what they waited for brings them in, and their receipts come behind those of the
    /// certificates received.
    /// @errors those of the store; after one, nothing more is taken or signed.
    std::vector<receipt> receive(
        std::vector<batch> const& new_batches, std::vector<certificate> const& new_certificates);

    /// This node's certificate of the round: the stored one if there is one, whatever the request
    /// says; else one on every certificate of the round before, stored before it is returned.
    /// @errors `cannot_sign` behind a round that was signed, without a quorum in the round before,
    ///         over a damaged history, if the stored one's row is damaged, or once the store has
    ///         failed; those of the store, after which nothing more is taken or signed.
    certificate propose(proposal_request const& request);

    [[nodiscard]] dag_state const& state() const { return state_; }
    [[nodiscard]] cairn::recovery_report const& recovery() const { return report_; }
    /// Whether the metadata were lost, and were counted anew from the records.
    [[nodiscard]] bool was_recounted() const { return was_recounted_; }
    /// Nothing up to it is signed any more.
    [[nodiscard]] std::optional<std::uint64_t> signed_up_to() const { return signed_up_to_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::uint64_t given_up() const { return given_up_; }

private:
    struct news {
        std::vector<batch> new_batches{};
        std::vector<certificate> new_certificates{};
        std::vector<commit> commits{};
    };

    node(
        database& db, node_options options, store_begin const& begin, cairn::recovery_strategy how,
        recovery_listener const& listener);

    [[nodiscard]] std::optional<std::uint64_t> newest_own_row() const;
    [[nodiscard]] std::optional<std::uint64_t> newest_own_round() const;
    template <class Work>
    auto or_stop(Work const& work);
    std::vector<receipt> take_all(
        std::vector<batch> const& new_batches, std::vector<certificate> const& new_certificates);
    certificate stored_or_new(proposal_request const& request);
    receipt take(certificate const& c, news& found);
    void take_waiting(hash32 const& arrived, news& found, std::vector<receipt>& released);
    receipt keep_waiting(certificate const& c, std::vector<hash32> const& missing);
    [[nodiscard]] bool has_batch(certificate const& c, news const& found) const;
    void order(news& found);
    void save(news const& found);
    bool checkpoint(transaction& tx, bool has_moved_rows, cairn::timestamp now);
    [[nodiscard]] certificate stored_own(dag_node const& own) const;
    [[nodiscard]] certificate sign(proposal_request const& request, news& found) const;
    [[nodiscard]] std::vector<hash32> parents_for(std::uint64_t round) const;

    database& db_;
    node_options options_;
    std::uint16_t self_;
    dag_keeper keeper_;
    dag_state state_;
    cairn::recovery_report report_;
    waiting_room waiting_;
    std::optional<std::uint64_t> signed_up_to_{};
    std::uint64_t given_up_ = 0;
    bool was_recounted_ = false;
    bool has_stopped_ = false;
    std::string failure_{}; ///< why
};

} // namespace sequencer
