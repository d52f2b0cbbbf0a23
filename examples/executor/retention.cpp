// SPDX-License-Identifier: BSL-1.0
// Removing by ranges over indexes.
#include "retention.hpp"

#include "common/damage.hpp"

namespace executor {

using namespace cairn::literals;

namespace {

constexpr auto step = std::size_t{1000};

bool is_failed(performer const& who)
{
    return who.status == performer_status::failed;
}

std::uint64_t remove_some_marks(database& db, cairn::timestamp before)
{
    auto const old = db[processed].by("age"_by).before(before);
    if (!old.tolerate(report_damage).first()) return 0; // no write when there is nothing to do
    return db.write([&](transaction& tx) {
        auto const some = tx[processed].by("age"_by).before(before).limit(step);
        return take_whole(tx[processed], some, &processed_task::task_id).size();
    });
}

/// Some failed deployments, with the performers that failed with them, in one transaction: as they
/// were placed and as they failed.
removed_records remove_some_failed(transaction& tx, cairn::timestamp before)
{
    auto removed = removed_records{};
    auto const old =
        tx[deployments].by("ended"_by, deployment_status::failed).before(before).limit(step);
    for (auto const& each : take_whole(tx[deployments], old, &deployment::deployment_id)) {
        ++removed.deployments;
        auto const who = find_whole(tx[performers], each.performer_id);
        if (who && is_failed(*who) && tx[performers].erase(each.performer_id)) ++removed.performers;
    }
    return removed;
}

removed_records remove_some_failed(database& db, cairn::timestamp before)
{
    auto const old = db[deployments].by("ended"_by, deployment_status::failed).before(before);
    if (!old.tolerate(report_damage).first()) return {};
    return db.write([&](transaction& tx) { return remove_some_failed(tx, before); });
}

} // namespace

removed_records remove_old(database& db, retention_config const& ages, cairn::timestamp now)
{
    auto removed = removed_records{};
    while (auto const some = remove_some_marks(db, now - ages.processed)) removed.marks += some;
    for (;;) {
        auto const some = remove_some_failed(db, now - ages.deployments);
        if (some.deployments == 0) return removed;
        removed.deployments += some.deployments;
        removed.performers += some.performers;
    }
}

} // namespace executor
