// SPDX-License-Identifier: BSL-1.0
// When checkpoints are written, which are kept, and how a state is recovered.
#pragma once

#include <cairn/base/machine.hpp>
#include <cairn/recovery/report.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cairn::inline v0 {

/// When a checkpoint is due and how long it is kept.
struct checkpoint_options {
    std::uint64_t every = 100;           ///< positions from one to the next; 0: not by positions
    std::chrono::nanoseconds interval{}; ///< time from one to the next; 0: not by time
    std::size_t keep = 5;                ///< how many; the newest is always kept
    std::chrono::nanoseconds max_age{};  ///< older ones go, but for the newest; 0: none is too old
    std::size_t full_every = 10;         ///< of so many in a row one is full, the rest are deltas
    int level = 1;                       ///< of zstd
    cairn::machine* machine = nullptr;   ///< its clocks; null for those of the real machine
};

struct recovery_options {
    recovery_strategy strategy = recovery_strategy::hybrid;
};

enum class checkpoint_kind : std::uint8_t {
    automatic, ///< a delta where the state and the last checkpoint allow one
    full,
};

} // namespace cairn::inline v0
