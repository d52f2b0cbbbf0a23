// SPDX-License-Identifier: BSL-1.0
// The commit rule: which certificates are committed, and in which order.
#pragma once

#include "dag.hpp"
#include "reputation.hpp"

namespace sequencer {

/// An anchor and what is committed with it.
struct commit {
    std::uint64_t anchor_round = 0;
    hash32 anchor{};
    std::uint64_t first_position = 0;
    std::vector<node_id> certificates{};     ///< in the order of commits, the anchor last
    std::vector<performance> performances{}; ///< of the leaders from the last anchor to this one
};

/// Every even round from 2 on has a leader, and the leader's certificate is the round's anchor.
///
/// An anchor with votes is one that at least `votes_to_commit()` certificates of the next round
/// have as a parent. The next anchor to commit is found from the lowest anchor with votes above
/// the last committed one: going down from it round by round, each anchor that can be reached
/// from the one above takes its place; the lowest so found is committed. With it come all its
/// ancestors that are not yet committed, by round and then by digest. Then the performances of the
/// leaders are recorded, which changes the leaders of all later rounds, and the search begins anew.
///
/// The leader of a round is drawn by SHA-256 of epoch and round, each validator with the weight
/// of its score in thousandths. Everything follows from the DAG and from nothing else, so that
/// every validator finds the same order, whenever its certificates arrived.
class ordering {
public:
    ordering(committee members, reputation_config config)
        : members_{members}, reputation_{std::move(members), config}
    {
    }

    /// What `d` lets commit next; nothing is changed.
    [[nodiscard]] std::optional<commit> next(dag const& d) const;

    /// Takes over what `next` found, after it was stored.
    void apply(dag& d, commit const& c);

    /// Takes over what was committed before, as it is marked in `d`.
    void restore(dag const& d, reputation leaders);

    [[nodiscard]] std::uint16_t leader_of(std::uint64_t round) const;
    [[nodiscard]] reputation const& leaders() const { return reputation_; }
    /// Rounds and digests of the committed anchors, the oldest first.
    [[nodiscard]] std::vector<std::pair<std::uint64_t, hash32>> const& anchors() const
    {
        return anchors_;
    }
    [[nodiscard]] std::optional<std::uint64_t> last_anchor_round() const;
    /// How many certificates are committed.
    [[nodiscard]] std::uint64_t next_position() const { return next_position_; }

private:
    [[nodiscard]] node_id anchor_of(dag const& d, std::uint64_t round) const;
    [[nodiscard]] bool has_votes(dag const& d, node_id anchor) const;
    [[nodiscard]] node_id lowest_with_votes(dag const& d) const;
    [[nodiscard]] node_id lowest_reached(dag const& d, node_id from) const;
    [[nodiscard]] std::uint64_t first_open_round() const;
    [[nodiscard]] std::vector<performance> performances(dag const& d, node_id anchor) const;

    committee members_;
    reputation reputation_;
    std::vector<std::pair<std::uint64_t, hash32>> anchors_{};
    std::uint64_t next_position_ = 0;
};

/// How long after a quorum of its parents a certificate was made; 0 if it says it was before.
[[nodiscard]] std::uint32_t latency_ms(dag const& d, node_id id);

} // namespace sequencer
