// SPDX-License-Identifier: BSL-1.0
// The commit rule.
#include "ordering.hpp"

#include "digest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_set>

namespace sequencer {

namespace {

std::uint64_t draw(std::uint64_t epoch, std::uint64_t round)
{
    auto const text = "leader of " + std::to_string(epoch) + '/' + std::to_string(round);
    auto const hash = sha256(std::as_bytes(std::span{text}));
    auto result = std::uint64_t{0};
    for (std::size_t i = 0; i < sizeof result; ++i)
        result = result << 8U | std::to_integer<std::uint64_t>(hash[i]);
    return result;
}

/// The ancestors of `from`, itself included, for which `enter` holds all the way.
template <class Enter>
std::vector<node_id> ancestors(dag const& d, node_id from, Enter const& enter)
{
    auto found = std::vector<node_id>{from};
    auto seen = std::unordered_set<node_id>{from};
    for (std::size_t i = 0; i < found.size(); ++i)
        for (auto const parent : d.parents(found[i]))
            if (enter(d[parent]) && seen.insert(parent).second) found.push_back(parent);
    return found;
}

bool reaches(dag const& d, node_id from, node_id to)
{
    auto const floor = d[to].round;
    auto const found = ancestors(
        d, from, [&](dag_node const& node) { return node.round >= floor; });
    return std::find(found.begin(), found.end(), to) != found.end();
}

std::vector<node_id> newly_committed(dag const& d, node_id anchor)
{
    auto found = ancestors(
        d, anchor, [](dag_node const& node) { return !node.is_committed() && !node.is_hole(); });
    std::sort(found.begin(), found.end(), [&](node_id a, node_id b) {
        return std::pair{d[a].round, d[a].digest} < std::pair{d[b].round, d[b].digest};
    });
    return found;
}

} // namespace

std::uint32_t latency_ms(dag const& d, node_id id)
{
    auto times = std::vector<cairn::timestamp>{};
    for (auto const parent : d.parents(id))
        if (!d[parent].is_hole()) times.push_back(d[parent].timestamp);
    if (times.empty()) return 0;
    std::sort(times.begin(), times.end());
    auto const quorum = times[std::min(d.members().quorum(), times.size()) - 1];
    if (d[id].timestamp <= quorum) return 0;
    auto const waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(d[id].timestamp - quorum).count();
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    return waited < most ? static_cast<std::uint32_t>(waited) : most;
}

std::uint16_t ordering::leader_of(std::uint64_t round) const
{
    auto const weight = [&](std::size_t validator) {
        return static_cast<std::uint64_t>(std::lround(reputation_.score(validator) * 1000));
    };
    auto total = std::uint64_t{0};
    for (std::size_t i = 0; i < members_.size(); ++i) total += weight(i);
    auto ticket = draw(members_.epoch(), round) % total;
    auto chosen = std::uint16_t{0};
    while (ticket >= weight(chosen)) ticket -= weight(chosen++);
    return chosen;
}

std::optional<std::uint64_t> ordering::last_anchor_round() const
{
    if (anchors_.empty()) return std::nullopt;
    return anchors_.back().first;
}

std::uint64_t ordering::first_open_round() const
{
    return anchors_.empty() ? 2 : anchors_.back().first + 2;
}

node_id ordering::anchor_of(dag const& d, std::uint64_t round) const
{
    return d.find(round, leader_of(round));
}

bool ordering::has_votes(dag const& d, node_id anchor) const
{
    auto votes = std::size_t{0};
    for (auto const child : d.round(d[anchor].round + 1))
        if (d.is_parent(anchor, child)) ++votes;
    return votes >= members_.votes_to_commit();
}

node_id ordering::lowest_with_votes(dag const& d) const
{
    for (auto round = first_open_round(); round + 1 < d.rounds(); round += 2) {
        auto const anchor = anchor_of(d, round);
        if (anchor != no_node && has_votes(d, anchor)) return anchor;
    }
    return no_node;
}

node_id ordering::lowest_reached(dag const& d, node_id from) const
{
    for (auto round = d[from].round; round > first_open_round();) {
        round -= 2;
        auto const anchor = anchor_of(d, round);
        if (anchor != no_node && reaches(d, from, anchor)) from = anchor;
    }
    return from;
}

std::vector<performance> ordering::performances(dag const& d, node_id anchor) const
{
    auto result = std::vector<performance>{};
    auto const when = d[anchor].timestamp;
    for (auto round = first_open_round(); round < d[anchor].round; round += 2)
        result.push_back(
            {.validator = members_.member(leader_of(round)), .round = round, .timestamp = when});
    result.push_back(
        {.validator = members_.member(d[anchor].author),
         .round = d[anchor].round,
         .latency_ms = latency_ms(d, anchor),
         .success = true,
         .timestamp = when});
    return result;
}

std::optional<commit> ordering::next(dag const& d) const
{
    auto const voted = lowest_with_votes(d);
    if (voted == no_node) return std::nullopt;
    auto const anchor = lowest_reached(d, voted);
    return commit{
        .anchor_round = d[anchor].round,
        .anchor = d[anchor].digest,
        .first_position = next_position_,
        .certificates = newly_committed(d, anchor),
        .performances = performances(d, anchor)};
}

void ordering::apply(dag& d, commit const& c)
{
    for (auto const id : c.certificates) d.commit(id, c.anchor_round, next_position_++);
    for (auto const& p : c.performances) reputation_.record(p);
    anchors_.emplace_back(c.anchor_round, c.anchor);
}

void ordering::restore(dag const& d, reputation leaders)
{
    reputation_ = std::move(leaders);
    auto const order = d.commit_order();
    next_position_ = order.empty() ? 0 : d[order.back()].commit_position + 1;
    anchors_.clear();
    for (auto const id : order)
        if (d[id].round == d[id].committed_at_round)
            anchors_.emplace_back(d[id].round, d[id].digest);
}

} // namespace sequencer
