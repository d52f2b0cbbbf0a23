// SPDX-License-Identifier: BSL-1.0
// The DAG of certificates in memory: who built on whom, and what is committed.
#pragma once

#include "committee.hpp"
#include "digest_index.hpp"
#include "fault.hpp"

namespace sequencer {

inline constexpr auto no_author = std::numeric_limits<std::uint16_t>::max();
inline constexpr auto not_committed = std::numeric_limits<std::uint64_t>::max();

/// What is kept in memory of a certificate; everything else is in the store.
struct dag_node {
    hash32 digest{};
    std::uint64_t round = 0;
    cairn::timestamp timestamp{};
    std::uint64_t committed_at_round = not_committed;
    std::uint64_t commit_position = not_committed;
    std::uint32_t first_parent = 0; ///< in the list of all parents
    std::uint32_t place = 0;        ///< in its round, by order of insertion
    std::uint16_t parents = 0;
    std::uint16_t author = no_author; ///< index in the committee; none: a hole

    [[nodiscard]] bool is_committed() const { return commit_position != not_committed; }
    [[nodiscard]] bool is_hole() const { return author == no_author; }
};

/// Whether a certificate can be inserted.
struct dag_verdict {
    fault refused = fault::none;
    bool known = false;            ///< this very certificate is there already
    std::vector<hash32> missing{}; ///< parents, if that is why it is refused
};

/// Nodes are numbered in the order of insertion, and a parent is always there before its child.
class dag {
public:
    explicit dag(committee members) : members_{std::move(members)} {}

    [[nodiscard]] committee const& members() const { return members_; }

    /// Whether `insert` would take it; its digest and signers are not looked at here.
    [[nodiscard]] dag_verdict check(certificate const& c) const;

    /// Inserts a certificate that keeps the rules; the same one twice changes nothing. Its mark
    /// is not looked at.
    ///
    /// Refused are: an author outside the committee; a second certificate of one author in one
    /// round; a parent that is missing, named twice, or not of an earlier round; and, above round
    /// 0, fewer than a quorum of parents in the round before.
    dag_verdict insert(certificate const& c);

    /// Notes that a certificate was there and is lost, so that its children can be inserted.
    /// Nothing if there cannot have been one in that round yet.
    void add_hole(std::uint64_t round, hash32 const& digest);

    /// Commits behind all that is committed.
    /// @errors `std::logic_error` if it is marked already, or the position is not behind them.
    void commit(node_id id, std::uint64_t at_round, std::uint64_t position);

    /// Takes over the mark of what was committed earlier, in any order; `sort_commits` has to be
    /// called behind the last. False, and nothing changed, if it has another mark already.
    bool take_mark(node_id id, std::uint64_t at_round, std::uint64_t position);
    void sort_commits();

    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    [[nodiscard]] std::size_t holes() const { return holes_; }
    [[nodiscard]] std::size_t committed_count() const { return commit_order_.size(); }
    /// What is committed, by position; what is lost leaves no gap here.
    [[nodiscard]] std::span<node_id const> commit_order() const { return commit_order_; }
    /// Tells two DAGs apart by their first `nodes` nodes.
    [[nodiscard]] std::uint64_t fingerprint(std::size_t nodes) const;
    [[nodiscard]] bool empty() const { return nodes_.empty(); }
    [[nodiscard]] std::uint64_t rounds() const { return rounds_.size(); }
    /// Of the node with the highest round. The DAG must not be empty.
    [[nodiscard]] std::uint64_t highest_round() const { return rounds_.size() - 1; }

    [[nodiscard]] node_id find(hash32 const& digest) const;
    [[nodiscard]] node_id find(std::uint64_t round, std::uint16_t author) const;
    [[nodiscard]] dag_node const& operator[](node_id id) const { return nodes_[id]; }
    [[nodiscard]] std::span<node_id const> parents(node_id id) const;
    /// In the order of insertion, holes included.
    [[nodiscard]] std::span<node_id const> round(std::uint64_t number) const;
    /// How many authors have a certificate in the round.
    [[nodiscard]] std::size_t authors_in(std::uint64_t number) const;
    [[nodiscard]] bool is_parent(node_id parent, node_id child) const;

    /// For what loads nodes whose rules were checked when they were first inserted.
    void reserve(std::size_t nodes, std::size_t parents);
    node_id append(dag_node node, std::span<node_id const> parents);
    void clear();

private:
    struct round_entry {
        std::vector<node_id> nodes{};
        std::vector<node_id> by_author{};
        std::size_t authors = 0;
    };

    [[nodiscard]] fault check_slot(certificate const& c) const;
    [[nodiscard]] dag_verdict resolve(certificate const& c, std::vector<node_id>& parents) const;
    [[nodiscard]] fault check_parents(std::uint64_t round, std::span<node_id const> parents) const;
    [[nodiscard]] auto digests() const
    {
        return [this](node_id id) -> hash32 const& { return nodes_[id].digest; };
    }

    committee members_;
    std::vector<dag_node> nodes_{};
    std::vector<node_id> parents_{};
    std::vector<round_entry> rounds_{};
    digest_index by_digest_{};
    std::vector<node_id> commit_order_{};
    std::vector<std::uint64_t> fingerprints_{};
    std::size_t holes_ = 0;
};

} // namespace sequencer
