// SPDX-License-Identifier: BSL-1.0
// Saying once what is damaged.
#include "damage.hpp"

#include "log.hpp"

#include <mutex>
#include <set>

namespace common {

namespace {

/// The store was opened with our versions of all models: a record of another one is damaged. What
/// SQLite itself calls a mismatch is about more than a record.
bool is_of_one_record(cairn::error const& fault)
{
    auto const code = fault.code();
    return code == cairn::errc::corrupt_record
        || (fault.native_code() == 0
            && (code == cairn::errc::newer_version || code == cairn::errc::schema_mismatch));
}

} // namespace

void report_damage(cairn::corrupt_record const& fault)
{
    static auto guard = std::mutex{};
    static auto known = std::set<std::string, std::less<>>{};
    auto const lock = std::lock_guard{guard};
    if (!known.emplace(fault.key()).second) return;
    log_event{severity::failure, "damaged"}
        .with("record", fault.key())
        .with("reason", fault.what());
}

void rethrow_named(cairn::error const& fault, std::string_view model, std::string const& key)
{
    if (!is_of_one_record(fault)) throw;
    auto details = fault.details();
    details.model = model;
    details.key = key;
    throw cairn::corrupt_record{std::move(details)};
}

} // namespace common
