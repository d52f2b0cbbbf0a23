// SPDX-License-Identifier: BSL-1.0
// Everything that can be wrong with a stored DAG, each thing by its name.
#pragma once

#include "database.hpp"
#include "fault.hpp"
#include "reputation.hpp"

#include <functional>
#include <string>
#include <vector>

namespace sequencer {

struct violation {
    fault what = fault::none;
    std::string place{}; ///< the record's path
    std::string about{}; ///< one sentence

    friend bool operator==(violation const&, violation const&) = default;
};

struct verification {
    std::vector<violation> found{};
    std::uint64_t certificates = 0;
    std::uint64_t batches = 0;
    bool order_was_checked = false; ///< it needs certificates without a fault

    /// How many violations are of this kind.
    [[nodiscard]] std::size_t count(fault what) const;
};

/// Called with how many of how many certificates are checked.
using verify_listener = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Reads everything, in one snapshot, and changes nothing. Every violation of every record is
/// named, not only the first. Without metadata nothing can be checked, and nothing is found.
verification verify(
    database& db, reputation_config const& scoring = {}, verify_listener const& listener = {});

} // namespace sequencer
