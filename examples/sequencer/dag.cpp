// SPDX-License-Identifier: BSL-1.0
// The rules of the DAG.
#include "dag.hpp"

#include <algorithm>
#include <stdexcept>

namespace sequencer {

dag_verdict dag::check(certificate const& c) const
{
    auto parents = std::vector<node_id>{};
    return resolve(c, parents);
}

dag_verdict dag::insert(certificate const& c)
{
    auto parents = std::vector<node_id>{};
    auto verdict = resolve(c, parents);
    if (verdict.refused != fault::none) return verdict;
    if (!verdict.known)
        append(
            {.digest = c.digest,
             .round = c.round,
             .timestamp = c.timestamp,
             .author = *members_.index_of(c.author)},
            parents);
    return verdict;
}

dag_verdict dag::resolve(certificate const& c, std::vector<node_id>& parents) const
{
    auto verdict = dag_verdict{};
    if (auto const same = find(c.digest); same != no_node && nodes_[same].round == c.round) {
        verdict.known = true;
        return verdict;
    }
    verdict.refused = check_slot(c);
    if (verdict.refused != fault::none) return verdict;
    parents.reserve(c.parents.size());
    for (auto const& digest : c.parents) {
        auto const id = find(digest);
        if (id == no_node) verdict.missing.push_back(digest);
        parents.push_back(id);
    }
    verdict.refused = verdict.missing.empty() ? check_parents(c.round, parents)
                                              : fault::missing_parent;
    return verdict;
}

fault dag::check_slot(certificate const& c) const
{
    auto const author = members_.index_of(c.author);
    if (!author) return fault::unknown_author;
    if (find(c.round, *author) != no_node) return fault::equivocation;
    if (c.round == 0 && !c.parents.empty()) return fault::malformed;
    if (c.parents.size() > std::numeric_limits<std::uint16_t>::max()) return fault::malformed;
    return fault::none;
}

fault dag::check_parents(std::uint64_t round, std::span<node_id const> parents) const
{
    if (round == 0) return fault::none;
    auto seen = std::vector<bool>(round <= rounds() ? rounds_[round - 1].nodes.size() : 0);
    auto older = std::vector<node_id>{};
    auto just_before = std::size_t{0};
    for (auto const id : parents) {
        auto const& parent = nodes_[id];
        if (parent.round >= round) return fault::parent_not_earlier;
        if (parent.round + 1 != round) {
            older.push_back(id);
            continue;
        }
        if (seen[parent.place]) return fault::repeated_parent;
        seen[parent.place] = true;
        ++just_before;
    }
    std::sort(older.begin(), older.end());
    if (std::adjacent_find(older.begin(), older.end()) != older.end())
        return fault::repeated_parent;
    return just_before < members_.quorum() ? fault::too_few_parents : fault::none;
}

node_id dag::append(dag_node node, std::span<node_id const> parents)
{
    auto const id = static_cast<node_id>(nodes_.size());
    if (node.round >= rounds_.size()) rounds_.resize(node.round + 1);
    auto& in = rounds_[node.round];
    node.place = static_cast<std::uint32_t>(in.nodes.size());
    node.first_parent = static_cast<std::uint32_t>(parents_.size());
    node.parents = static_cast<std::uint16_t>(parents.size());
    nodes_.push_back(node);
    parents_.insert(parents_.end(), parents.begin(), parents.end());
    by_digest_.add(id, digests());
    fingerprints_.push_back(31 * fingerprint(id) + hash_of_random_bytes{}(node.digest));
    in.nodes.push_back(id);
    if (node.is_hole()) {
        ++holes_;
        return id;
    }
    if (in.by_author.empty()) in.by_author.assign(members_.size(), no_node);
    in.by_author[node.author] = id;
    ++in.authors;
    return id;
}

void dag::add_hole(std::uint64_t round, hash32 const& digest)
{
    if (round > rounds_.size() || find(digest) != no_node) return;
    append({.digest = digest, .round = round}, {});
}

void dag::commit(node_id id, std::uint64_t at_round, std::uint64_t position)
{
    auto const is_behind = commit_order_.empty()
        || nodes_[commit_order_.back()].commit_position < position;
    if (nodes_[id].is_committed() || !is_behind)
        throw std::logic_error{"a certificate is committed once, and behind all before it"};
    take_mark(id, at_round, position);
}

bool dag::take_mark(node_id id, std::uint64_t at_round, std::uint64_t position)
{
    auto& node = nodes_[id];
    if (node.is_committed())
        return node.commit_position == position && node.committed_at_round == at_round;
    node.committed_at_round = at_round;
    node.commit_position = position;
    commit_order_.push_back(id);
    return true;
}

void dag::sort_commits()
{
    std::stable_sort(commit_order_.begin(), commit_order_.end(), [&](node_id a, node_id b) {
        return nodes_[a].commit_position < nodes_[b].commit_position;
    });
}

std::uint64_t dag::fingerprint(std::size_t nodes) const
{
    return nodes == 0 ? 0 : fingerprints_.at(nodes - 1);
}

void dag::clear()
{
    *this = dag{std::move(members_)};
}

node_id dag::find(hash32 const& digest) const
{
    return by_digest_.find(digest, digests());
}

node_id dag::find(std::uint64_t round, std::uint16_t author) const
{
    if (round >= rounds_.size() || rounds_[round].by_author.empty()) return no_node;
    return rounds_[round].by_author[author];
}

std::span<node_id const> dag::parents(node_id id) const
{
    return std::span{parents_}.subspan(nodes_[id].first_parent, nodes_[id].parents);
}

std::span<node_id const> dag::round(std::uint64_t number) const
{
    if (number >= rounds_.size()) return {};
    return rounds_[number].nodes;
}

std::size_t dag::authors_in(std::uint64_t number) const
{
    return number < rounds_.size() ? rounds_[number].authors : 0;
}

bool dag::is_parent(node_id parent, node_id child) const
{
    auto const all = parents(child);
    return std::find(all.begin(), all.end(), parent) != all.end();
}

void dag::reserve(std::size_t nodes, std::size_t parents)
{
    by_digest_.reserve(nodes, digests(), static_cast<node_id>(nodes_.size()));
    nodes_.reserve(nodes);
    fingerprints_.reserve(nodes);
    parents_.reserve(parents);
}

} // namespace sequencer
