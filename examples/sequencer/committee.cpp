// SPDX-License-Identifier: BSL-1.0
// The validators of one epoch.
#include "committee.hpp"

#include "convert.hpp"
#include "digest.hpp"

#include <limits>
#include <stdexcept>
#include <string>

namespace sequencer {

committee::committee(std::vector<peer_id> members, std::uint64_t epoch)
    : members_{std::move(members)}, epoch_{epoch}
{
    if (members_.empty() || members_.size() > std::numeric_limits<std::uint16_t>::max())
        throw std::invalid_argument{"a committee has 1 to 65535 validators"};
    for (std::size_t i = 0; i < members_.size(); ++i)
        if (!indexes_.emplace(members_[i], static_cast<std::uint16_t>(i)).second)
            throw std::invalid_argument{"validator " + to_base58(members_[i]) + " is named twice"};
}

committee committee::simulated(std::size_t size, std::uint64_t seed)
{
    auto members = std::vector<peer_id>{};
    for (std::size_t i = 0; i < size; ++i) {
        auto const name = "validator " + std::to_string(i) + " of seed " + std::to_string(seed);
        members.push_back(peer_id_of(sha256(std::as_bytes(std::span{name}))));
    }
    return committee{std::move(members)};
}

std::optional<std::uint16_t> committee::index_of(peer_id const& id) const
{
    auto const found = indexes_.find(id);
    if (found == indexes_.end()) return std::nullopt;
    return found->second;
}

} // namespace sequencer
