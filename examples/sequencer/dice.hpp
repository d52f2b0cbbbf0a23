// SPDX-License-Identifier: BSL-1.0
// Random draws that are the same on every machine.
#pragma once

#include "types.hpp"

namespace sequencer {

/// splitmix64.
class dice {
public:
    explicit dice(std::uint64_t seed) : state_{seed} {}
    /// Independent dice for each round of each seed.
    dice(std::uint64_t seed, std::uint64_t round) : state_{seed}
    {
        state_ = next() ^ (round * 0x9e3779b97f4a7c15U);
    }

    std::uint64_t next()
    {
        state_ += 0x9e3779b97f4a7c15U;
        auto z = state_;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
        z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
        return z ^ z >> 31U;
    }
    /// 0 to `limit` - 1; `limit` is not 0.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    bool happens(double probability)
    {
        return static_cast<double>(next() >> 11U) < probability * 9007199254740992.0;
    }
    bytes data(std::size_t size)
    {
        auto result = bytes(size);
        for (auto& each : result) each = static_cast<std::byte>(next());
        return result;
    }
    template <class List>
    void shuffle(List& list)
    {
        for (auto i = list.size(); i > 1; --i) std::swap(list[i - 1], list[below(i)]);
    }

private:
    std::uint64_t state_;
};

} // namespace sequencer
