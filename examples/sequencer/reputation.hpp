// SPDX-License-Identifier: BSL-1.0
// How well each validator led, from its last performances.
#pragma once

#include "committee.hpp"

#include <chrono>
#include <deque>

namespace sequencer {

struct reputation_config {
    std::size_t window = 100; ///< performances that count, of all validators together
    double decay = 0.9;       ///< weight of a performance against the validator's next one
    double minimum = 0.1;     ///< of every score, so that everybody leads again some day
    std::chrono::milliseconds target_latency{500};
};

/// The score of a validator is
///
///     max(minimum, sum(decay^i * value_i) / sum(decay^i))
///
/// over its performances in the window, i = 0 being the newest; the value of a failure is 0, of a
/// success min(1, target latency / latency). A validator without a performance has 1.
class reputation {
public:
    explicit reputation(committee members, reputation_config config = {});

    /// Notes a performance. Once there are more than the window holds, the oldest goes.
    /// @errors `std::invalid_argument` for a validator outside the committee.
    void record(performance const& p);

    /// Between the minimum and 1.
    /// @errors `std::out_of_range`, `std::invalid_argument` for no member of the committee.
    [[nodiscard]] double score(std::size_t validator) const { return scores_.at(validator); }
    [[nodiscard]] double score_of(peer_id const& validator) const;
    [[nodiscard]] std::vector<double> const& scores() const { return scores_; }
    [[nodiscard]] std::deque<performance> const& window() const { return window_; }
    [[nodiscard]] reputation_config const& config() const { return config_; }

    /// How many performances there ever were: the next one's position.
    [[nodiscard]] std::uint64_t recorded() const { return recorded_; }
    /// Begins with the performances up to position `recorded`, the newest last.
    void restore(std::deque<performance> window, std::uint64_t recorded);

private:
    [[nodiscard]] std::size_t index_of(peer_id const& validator) const;
    [[nodiscard]] double value_of(performance const& p) const;
    [[nodiscard]] double weighted_score(peer_id const& validator) const;

    committee members_;
    reputation_config config_;
    std::deque<performance> window_{};
    std::vector<double> scores_;
    std::uint64_t recorded_ = 0;
};

} // namespace sequencer
