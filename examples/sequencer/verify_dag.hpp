// SPDX-License-Identifier: BSL-1.0
// The half of the consistency check that looks at what came: certificates, batches, their indexes.
#pragma once

#include "dag.hpp"
#include "verify.hpp"

#include <cairn/cairn.hpp>

#include <set>

namespace sequencer {

/// A stored mark.
struct known_mark {
    std::optional<std::uint64_t> position{};
    std::optional<std::uint64_t> at_round{};
    std::uint64_t round = 0;
    hash32 digest{};
};

/// What the other half goes on with.
struct checked_dag {
    dag graph;
    std::vector<known_mark> marked{};
    std::optional<std::uint64_t> newest_own{}; ///< round of the node's own
    std::uint64_t transactions = 0;
    bool is_sound = false; ///< no certificate has a fault, and the graph has all of them
};

/// Notes violations, and records that fail their checks, those once each.
class findings {
public:
    explicit findings(verification& into) : into_{into} {}

    void report(fault what, std::string place, std::string about)
    {
        into_.found.push_back({what, std::move(place), std::move(about)});
    }

    /// For `tolerate`. An index names a damaged record again, since there it is another fault.
    auto damage(fault what, std::string by)
    {
        return [this, what, by = std::move(by)](cairn::corrupt_record const& found) {
            if (damaged_.insert(found.key()).second || what == fault::wrong_index)
                report(what, found.key(), by + ": " + found.message());
        };
    }

private:
    verification& into_;
    std::set<std::string> damaged_{};
};

std::string path_of(certificate const& c);

/// Checks every certificate and batch, and counts them in `result`.
checked_dag check_dag(
    snapshot const& view, consensus_metadata const& stored, verification& result,
    findings& violations, verify_listener const& listener);

} // namespace sequencer
