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
///
/// Whoever makes a certificate chooses how many parents it names, and those that are missing cost
/// nothing to invent. So they are bounded, too, and giving one up costs no more than adding it.
class waiting_room {
public:
    explicit waiting_room(std::size_t members, waiting_limits limits = {})
        : most_parents_{2 * members}, limits_{limits}
    {
    }

    /// Whether it waits now for `missing`, which are parents of it; false if the room is full, if
    /// it is so far ahead of the highest round that it might never be given up, or if it names more
    /// parents than the whole round before it and as many older ones.
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
        std::size_t missing = 0; ///< parents
    };

    void forget(hash32 const& digest);

    std::size_t most_parents_;
    waiting_limits limits_;
    std::map<hash32, entry> waiting_{};
    std::set<std::pair<hash32, hash32>> by_parent_{}; ///< a missing parent, and who waits for it
    std::set<std::pair<std::uint64_t, hash32>> by_round_{};
};

} // namespace sequencer
