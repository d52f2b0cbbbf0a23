// SPDX-License-Identifier: BSL-1.0
// Removing finished tasks by ranges over an index.
#include "retention.hpp"

#include "common/damage.hpp"

namespace aggregator {

using namespace cairn::literals;

namespace {

constexpr auto step = std::size_t{1000};

/// Removing by range reads no record, so it is for a range without a damaged one.
std::uint64_t remove_whole(transaction& tx, task_status status, cairn::timestamp before)
{
    auto is_whole = true;
    auto const keep = [&](cairn::corrupt_record const& fault) {
        is_whole = false;
        report_damage(fault);
    };
    auto const old = tx[tasks].by("finished"_by, status).before(before).limit(step);
    auto const found = old.tolerate(keep).to_vector();
    if (is_whole) return old.erase();
    for (auto const& each : found) tx[tasks].erase(each.task_id);
    return found.size();
}

std::uint64_t remove_some(database& db, task_status status, cairn::timestamp before)
{
    auto const old = db[tasks].by("finished"_by, status).before(before).limit(step);
    if (!old.tolerate(report_damage).first()) return 0; // no write when there is nothing to do
    return db.write([&](transaction& tx) { return remove_whole(tx, status, before); });
}

} // namespace

std::uint64_t remove_finished(database& db, std::chrono::nanoseconds age, cairn::timestamp now)
{
    auto removed = std::uint64_t{};
    for (auto const status : {task_status::completed, task_status::failed})
        while (auto const some = remove_some(db, status, now - age)) removed += some;
    return removed;
}

} // namespace aggregator
