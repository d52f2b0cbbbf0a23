// SPDX-License-Identifier: BSL-1.0
// The formula of reputation.
#include "reputation.hpp"

#include <algorithm>
#include <stdexcept>

namespace sequencer {

reputation::reputation(committee members, reputation_config config)
    : members_{std::move(members)}, config_{config}, scores_(members_.size(), 1.0)
{
}

double reputation::score_of(peer_id const& validator) const
{
    return score(index_of(validator));
}

std::size_t reputation::index_of(peer_id const& validator) const
{
    auto const index = members_.index_of(validator);
    if (!index) throw std::invalid_argument{"a performance of no member of the committee"};
    return *index;
}

void reputation::record(performance const& p)
{
    auto const index = index_of(p.validator);
    window_.push_back(p);
    ++recorded_;
    if (window_.size() > config_.window) {
        auto const gone = window_.front();
        window_.pop_front();
        scores_[index_of(gone.validator)] = weighted_score(gone.validator);
    }
    scores_[index] = weighted_score(p.validator);
}

void reputation::restore(std::deque<performance> window, std::uint64_t recorded)
{
    for (auto const& p : window) static_cast<void>(index_of(p.validator));
    window_ = std::move(window);
    recorded_ = recorded;
    for (std::size_t i = 0; i < scores_.size(); ++i)
        scores_[i] = weighted_score(members_.member(i));
}

double reputation::value_of(performance const& p) const
{
    if (!p.success) return 0;
    auto const latency = static_cast<double>(std::max(p.latency_ms, 1U));
    return std::min(1.0, static_cast<double>(config_.target_latency.count()) / latency);
}

double reputation::weighted_score(peer_id const& validator) const
{
    auto sum = 0.0;
    auto weights = 0.0;
    auto weight = 1.0;
    for (auto at = window_.rbegin(); at != window_.rend(); ++at) {
        if (at->validator != validator) continue;
        sum += weight * value_of(*at);
        weights += weight;
        weight *= config_.decay;
    }
    return weights == 0 ? 1.0 : std::max(config_.minimum, sum / weights);
}

} // namespace sequencer
