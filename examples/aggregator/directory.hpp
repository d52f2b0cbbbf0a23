// SPDX-License-Identifier: BSL-1.0
// What is known of each AVS: copies in the store, refreshed from the configuration when too old.
#pragma once

#include "database.hpp"

namespace aggregator {

/// What an AVS asks of a new task.
struct task_terms {
    std::uint32_t operator_set_id = 0;
    std::chrono::seconds sla{}; ///< 0 is no deadline
    std::uint16_t threshold_bips = 0;
};

class avs_directory {
public:
    avs_directory(database& db, std::vector<avs_entry> source, std::chrono::nanoseconds max_age)
        : db_{db}, source_{std::move(source)}, max_age_{max_age}
    {
    }

    /// The terms of a task of `avs`, from copies that are not older than the allowed age.
    /// @errors `not_found` if no such AVS is configured; those of the store.
    task_terms terms_for(address20 const& avs, cairn::timestamp now);

    /// Replaces every copy that is too old, missing or damaged; returns how many AVSs that were.
    std::size_t refresh(cairn::timestamp now);

private:
    [[nodiscard]] bool is_fresh(avs_entry const& entry, cairn::timestamp now) const;
    bool refresh_if_old(avs_entry const& entry, cairn::timestamp now);

    database& db_;
    std::vector<avs_entry> source_;
    std::chrono::nanoseconds max_age_;
};

} // namespace aggregator
