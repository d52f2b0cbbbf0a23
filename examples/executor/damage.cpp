// SPDX-License-Identifier: BSL-1.0
// Saying once what is damaged.
#include "damage.hpp"

#include "common/log.hpp"

#include <mutex>
#include <set>

namespace executor {

void report_damage(cairn::corrupt_record const& fault)
{
    static auto guard = std::mutex{};
    static auto known = std::set<std::string, std::less<>>{};
    auto const lock = std::lock_guard{guard};
    if (!known.emplace(fault.key()).second) return;
    common::log_event{common::severity::failure, "damaged"}
        .with("record", fault.key())
        .with("reason", fault.what());
}

} // namespace executor
