// SPDX-License-Identifier: BSL-1.0
// The bounded buffer of certificates with missing parents.
#include "waiting_room.hpp"

#include <algorithm>

namespace sequencer {

bool waiting_room::add(
    certificate c, std::vector<hash32> const& missing, std::uint64_t highest_round)
{
    if (contains(c.digest)) return true;
    if (c.round > highest_round && c.round - highest_round > limits_.rounds) return false;
    if (waiting_.size() >= limits_.certificates) return false;
    if (c.parents.size() > most_parents_) return false;
    auto const digest = c.digest;
    by_round_.emplace(c.round, digest);
    auto& added = waiting_.emplace(digest, entry{std::move(c)}).first->second;
    for (auto const& parent : missing)
        if (by_parent_.emplace(parent, digest).second) ++added.missing;
    return true;
}

std::vector<certificate> waiting_room::arrived(hash32 const& parent)
{
    auto ready = std::vector<certificate>{};
    auto const first = by_parent_.lower_bound({parent, hash32{}});
    auto last = first;
    for (; last != by_parent_.end() && last->first == parent; ++last) {
        auto& one = waiting_.at(last->second);
        if (--one.missing == 0) ready.push_back(one.what);
    }
    by_parent_.erase(first, last);
    for (auto const& one : ready) forget(one.digest);
    std::sort(ready.begin(), ready.end(), [](certificate const& a, certificate const& b) {
        return std::pair{a.round, a.digest} < std::pair{b.round, b.digest};
    });
    return ready;
}

std::vector<certificate> waiting_room::expire(std::uint64_t highest_round)
{
    auto gone = std::vector<certificate>{};
    while (!by_round_.empty() && by_round_.begin()->first + limits_.rounds < highest_round) {
        auto const digest = by_round_.begin()->second;
        gone.push_back(waiting_.at(digest).what);
        forget(digest);
    }
    return gone;
}

void waiting_room::forget(hash32 const& digest)
{
    auto const at = waiting_.find(digest);
    for (auto const& parent : at->second.what.parents) by_parent_.erase({parent, digest});
    by_round_.erase({at->second.what.round, digest});
    waiting_.erase(at);
}

} // namespace sequencer
