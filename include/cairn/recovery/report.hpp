// SPDX-License-Identifier: BSL-1.0
// What a recovery did: how far it is while it runs, and everything about it afterwards.
#pragma once

#include <cairn/base/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0 {

/// What a state is rebuilt from.
enum class recovery_strategy : std::uint8_t {
    hybrid,          ///< the newest checkpoint that verifies, else every record
    from_scratch,    ///< every record; checkpoints are not looked at
    from_checkpoint, ///< the newest checkpoint that verifies, else an error
};

[[nodiscard]] std::string_view to_string(recovery_strategy strategy);

enum class recovery_phase : std::uint8_t {
    finding, ///< headers of checkpoints
    loading, ///< bytes of a checkpoint
    reading, ///< records
};

[[nodiscard]] std::string_view to_string(recovery_phase phase);

/// How far a recovery is. `total` is what was known when the phase began.
struct recovery_progress {
    recovery_phase phase;
    std::string_view subject; ///< the state's name, or that of the model that is read
    std::uint64_t done;
    std::uint64_t total;
};

/// A record that was left out.
struct quarantined_record {
    std::string model{};
    std::string key{}; ///< as a path, secret fields masked
    std::string reason{};
};

/// A checkpoint that was looked at and not used.
struct refused_checkpoint {
    std::uint64_t number = 0; ///< 0 if not even that could be read
    std::string reason{};
};

/// What came from the records of one model.
struct recovered_source {
    std::string model{};
    std::uint64_t inserted = 0;    ///< since the checkpoint, or all
    std::uint64_t changed = 0;     ///< older than the checkpoint and applied again
    std::uint64_t quarantined = 0; ///< of both
};

/// What a recovery did.
struct recovery_report {
    /// Most quarantined records that are kept by name; `quarantined_count` counts all.
    static constexpr std::size_t most_quarantined = 1000;

    std::string state{};
    recovery_strategy asked = recovery_strategy::hybrid;
    recovery_strategy used = recovery_strategy::from_scratch; ///< never `hybrid`
    std::optional<std::uint64_t> checkpoint{};                ///< the one that was used
    std::size_t deltas = 0; ///< how many deltas were loaded on top of a full checkpoint
    std::vector<refused_checkpoint> refused{};
    std::vector<recovered_source> sources{};
    std::vector<quarantined_record> quarantined{};
    std::uint64_t quarantined_count = 0;
    std::uint64_t position = 0;         ///< of the state; without one of its own, records stored
    std::uint64_t bytes = 0;            ///< of the checkpoint, with its bases, before compression
    std::uint64_t stored_bytes = 0;     ///< the same as stored
    std::chrono::nanoseconds finding{}; ///< time spent
    std::chrono::nanoseconds loading{}; ///< refused checkpoints included
    std::chrono::nanoseconds reading{};
    std::chrono::nanoseconds total{};

    /// Records that were applied.
    [[nodiscard]] std::uint64_t applied() const;

    /// All of it for a person, some lines.
    [[nodiscard]] std::string text() const;
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/recovery/report.ipp>
#endif
