// SPDX-License-Identifier: BSL-1.0
// What the recovery of a node brings back: DAG, consensus and reputation.
#pragma once

#include "models.hpp"
#include "ordering.hpp"

#include <cairn/recovery.hpp>

#include <unordered_map>

namespace sequencer {

/// How far a state was when a checkpoint was taken.
struct dag_mark {
    std::uint64_t nodes = 0;
    std::uint64_t committed = 0;
    std::uint64_t fingerprint = 0;
};

/// The state that certificates and performances are applied to, one at a time, and that
/// checkpoints hold in a compact form: a node names its author by index in the committee and its
/// parents by their places in the round before; differences take the place of numbers.
class dag_state {
public:
    explicit dag_state(committee members, reputation_config config = {});

    /// Verifies the digest and inserts; a known one again brings its mark up to date.
    /// @errors refuses what breaks a rule, with the fault's name; then nothing is changed.
    void apply(certificate const& c);
    /// Taken in the order of positions; one that is counted already changes nothing.
    void apply(performance_record const& p);
    /// A certificate that cannot be loaded leaves a hole where a child needs one. Of a performance
    /// `finish` finds out whether it is missing: a checkpoint may have it.
    void lost(cairn::quarantined_record const& record);
    /// To be called when everything is applied; finds out what is missing without a trace.
    void finish();

    void save(cairn::checkpoint_writer& out) const;
    void load(cairn::checkpoint_reader& in);
    [[nodiscard]] dag_mark mark() const;
    void save_since(cairn::checkpoint_writer& out, dag_mark const& base) const;
    void load_since(cairn::checkpoint_reader& in);
    /// The highest round.
    [[nodiscard]] std::uint64_t position() const;

    [[nodiscard]] dag const& graph() const { return graph_; }
    [[nodiscard]] dag& graph() { return graph_; }
    [[nodiscard]] ordering const& order() const { return order_; }
    [[nodiscard]] ordering& order() { return order_; }
    /// The highest round of a certificate that is lost, whoever's it was. What only breaks a rule
    /// does not count: its author can still be told.
    [[nodiscard]] std::optional<std::uint64_t> highest_lost_round() const { return lost_round_; }
    /// Whether `lost` heard of this certificate.
    [[nodiscard]] bool was_left_out(hash32 const& digest) const { return lost_.count(digest) != 0; }
    /// Whether something was lost that had been accepted, and not only left out what never should
    /// have been. Over such a history nothing may be ordered or signed.
    [[nodiscard]] bool is_damaged() const { return is_damaged_ || graph_.holes() != 0; }

private:
    [[nodiscard]] bool adds_up() const;
    [[nodiscard]] bool fill_with_holes(std::vector<hash32> const& missing);

    dag graph_;
    ordering order_;
    reputation loaded_;                                                      ///< until `finish`
    std::unordered_map<hash32, std::uint64_t, hash_of_random_bytes> lost_{}; ///< their rounds
    std::optional<std::uint64_t> lost_round_{};
    bool is_damaged_ = false;
};

} // namespace sequencer

BOOST_HANA_ADAPT_STRUCT(sequencer::dag_mark, nodes, committed, fingerprint);
