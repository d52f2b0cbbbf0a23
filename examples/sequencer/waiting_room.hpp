// SPDX-License-Identifier: BSL-1.0
// Children of parents that have not arrived: kept in memory, and not more than so many.
#pragma once

#include "committee.hpp"

#include <map>
#include <set>

namespace sequencer {

struct waiting_limits {
    std::size_t certificates = 1000;
    std::uint64_t rounds = 50; ///< further from the highest round, behind or ahead, nobody waits
};

/// Nothing of it outlives the process: who sent a certificate that waits has to send it again.
class waiting_room {
public:
    explicit waiting_room(waiting_limits limits = {}) : limits_{limits} {}

    /// Whether it waits now; false if the room is full, or if it is so far ahead of the highest
    /// round that it might never be given up.
    bool add(certificate c, std::vector<hash32> const& missing, std::uint64_t highest_round);

    /// What waited for this parent alone, or for it as the last of several; they leave the room,
    /// by round and digest.
    [[nodiscard]] std::vector<certificate> arrived(hash32 const& parent);

    /// Gives up what is too far behind; returns what it was.
    std::vector<certificate> expire(std::uint64_t highest_round);

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    [[nodiscard]] bool contains(hash32 const& digest) const { return waiting_.count(digest) != 0; }

private:
    struct entry {
        certificate what;
        std::set<hash32> missing;
    };

    void forget(hash32 const& digest);

    waiting_limits limits_;
    std::map<hash32, entry> waiting_{};
    std::multimap<hash32, hash32> by_parent_{}; ///< from a parent to who waits for it
    std::set<std::pair<std::uint64_t, hash32>> by_round_{};
};

} // namespace sequencer
