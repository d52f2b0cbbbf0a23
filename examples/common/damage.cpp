// SPDX-License-Identifier: BSL-1.0
// Saying once what is damaged.
#include "damage.hpp"

#include "log.hpp"

#include <mutex>
#include <set>

namespace common {

void report_damaged(std::string const& record, std::string_view reason)
{
    static auto guard = std::mutex{};
    static auto known = std::set<std::string, std::less<>>{};
    auto const lock = std::lock_guard{guard};
    if (!known.insert(record).second) return;
    log_event{severity::failure, "damaged"}.with("record", record).with("reason", reason);
}

} // namespace common
