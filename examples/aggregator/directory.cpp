// SPDX-License-Identifier: BSL-1.0
// Copies of AVS configurations.
#include "directory.hpp"

#include "common/damage.hpp"

#include <algorithm>

namespace aggregator {

namespace {

std::vector<std::uint32_t> narrowed(std::vector<std::uint64_t> const& ids)
{
    auto result = std::vector<std::uint32_t>{};
    for (auto const id : ids) result.push_back(static_cast<std::uint32_t>(id));
    return result;
}

avs_config to_record(avs_entry const& entry, cairn::timestamp now)
{
    return {
        .avs_address = entry.address,
        .aggregator_operator_set_id = static_cast<std::uint32_t>(entry.aggregator_operator_set),
        .executor_operator_set_ids = narrowed(entry.executor_operator_sets),
        .curve = static_cast<curve_type>(entry.curve),
        .refreshed_at = now};
}

operator_set_config to_record(
    address20 const& avs, operator_set_entry const& entry, cairn::timestamp now)
{
    return {
        .avs_address = avs,
        .operator_set_id = static_cast<std::uint32_t>(entry.id),
        .task_sla = std::chrono::duration_cast<std::chrono::seconds>(entry.task_sla).count(),
        .curve = static_cast<curve_type>(entry.curve),
        .task_metadata = entry.task_metadata,
        .consensus = static_cast<consensus_type>(entry.consensus),
        .threshold = static_cast<std::uint16_t>(entry.threshold),
        .refreshed_at = now};
}

} // namespace

/// Whether the copies are there, whole and not too old.
bool avs_directory::is_fresh(avs_entry const& entry, cairn::timestamp now) const
{
    auto const copy = find_whole(db_[avs_configs], entry.address);
    if (!copy || now - copy->refreshed_at >= max_age_) return false;
    auto is_whole = true;
    auto const note = [&](cairn::corrupt_record const& fault) {
        is_whole = false;
        report_damage(fault);
    };
    for (auto const& each : db_[operator_sets].prefix(entry.address).tolerate(note))
        static_cast<void>(each);
    return is_whole;
}

bool avs_directory::refresh_if_old(avs_entry const& entry, cairn::timestamp now)
{
    if (is_fresh(entry, now)) return false;
    db_.write([&](transaction& tx) {
        tx[operator_sets].prefix(entry.address).erase(); // also those no longer configured
        for (auto const& each : entry.operator_sets)
            tx[operator_sets].put(to_record(entry.address, each, now));
        tx[avs_configs].erase(entry.address); // a damaged one cannot be replaced
        tx[avs_configs].insert(to_record(entry, now));
    });
    return true;
}

std::size_t avs_directory::refresh(cairn::timestamp now)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        source_, [&](avs_entry const& entry) { return refresh_if_old(entry, now); }));
}

task_terms avs_directory::terms_for(address20 const& avs, cairn::timestamp now)
{
    refresh(now);
    auto const known = db_[avs_configs].get(avs);
    if (known.executor_operator_set_ids.empty()) return {};
    auto const id = known.executor_operator_set_ids.front();
    auto const set = db_[operator_sets].find(avs, id);
    if (!set) return {.operator_set_id = id};
    return {
        .operator_set_id = id,
        .sla = std::chrono::seconds{set->task_sla},
        .threshold_bips = set->threshold};
}

} // namespace aggregator
