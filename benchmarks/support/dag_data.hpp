// SPDX-License-Identifier: BSL-1.0
// Certificates and batches to measure with: a committee in which everybody signs every round.
#pragma once

#include "committee.hpp"
#include "dice.hpp"
#include "digest.hpp"
#include "inspect.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

namespace bench {

/// `validators` certificates a round; parents from a quorum to all, signers at least a quorum.
class dag_data {
public:
    explicit dag_data(std::size_t validators)
        : members{sequencer::committee::simulated(validators, 7)}, source_{validators}
    {
    }

    sequencer::committee members;

    std::vector<sequencer::certificate> next_round()
    {
        auto made = std::vector<sequencer::certificate>{};
        made.reserve(members.size());
        for (std::uint16_t author = 0; author < members.size(); ++author)
            made.push_back(make(author));
        before_.clear();
        for (auto const& c : made) before_.push_back(c.digest);
        ++round_;
        return made;
    }

private:
    std::vector<std::uint16_t> some_members()
    {
        auto chosen = std::vector<std::uint16_t>(members.size());
        std::iota(chosen.begin(), chosen.end(), std::uint16_t{0});
        auto const most = chosen.size() - members.quorum();
        for (auto drop = source_.below(most + 1); drop != 0; --drop)
            chosen.erase(
                chosen.begin() + static_cast<std::ptrdiff_t>(source_.below(chosen.size())));
        return chosen;
    }

    sequencer::certificate make(std::uint16_t author)
    {
        using namespace std::chrono_literals;
        auto const start = cairn::timestamp{std::chrono::seconds{1'700'000'000}};
        auto c = sequencer::certificate{
            .round = round_,
            .author = members.member(author),
            .timestamp = start + round_ * 250ms + std::chrono::microseconds{source_.below(90'000)},
            .aggregated_signature = source_.data(96),
            .signers = sequencer::bitmap_of(some_members(), members.size())};
        if (round_ > 0)
            for (auto const parent : some_members()) c.parents.push_back(before_[parent]);
        c.digest = sequencer::digest_of(c);
        return c;
    }

    sequencer::dice source_;
    std::uint64_t round_ = 0;
    std::vector<sequencer::hash32> before_{};
};

/// Batches of 10 to 100 transactions of 100 to 1024 bytes; every tenth has no certificate.
inline std::vector<sequencer::batch> make_batches(
    sequencer::committee const& members, std::size_t count)
{
    auto source = sequencer::dice{count};
    auto result = std::vector<sequencer::batch>(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& b = result[i];
        b.author = members.member(source.below(members.size()));
        b.transactions.resize(10 + source.below(91));
        for (auto& t : b.transactions) {
            t.data = source.data(100 + source.below(925));
            b.size_bytes += t.data.size();
        }
        b.transaction_count = b.transactions.size();
        b.digest = sequencer::digest_of(b);
        if (i % 10 != 0) b.referenced_by_certificate = b.digest;
    }
    return result;
}

} // namespace bench
