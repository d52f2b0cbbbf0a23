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

/// Some failed deployments, with the performers that failed with them, in one transaction: as they
/// were placed and as they failed.
removed_records remove_some_failed(transaction& tx, cairn::timestamp before)
{
    auto removed = removed_records{};
    auto const old =
        tx[deployments].by("ended"_by, deployment_status::failed).before(before).limit(step);
    for (auto const& each : old.tolerate(report_damage).to_vector()) {
        auto const who = find_whole(tx[performers], each.performer_id);
        if (who && is_failed(*who) && tx[performers].erase(each.performer_id)) ++removed.performers;
    }
    removed.deployments = old.erase();
    return removed;
}

void remove_failed(database& db, cairn::timestamp before, removed_records& removed)
{
    auto const old = db[deployments].by("ended"_by, deployment_status::failed).before(before);
    while (old.limit(1).count() != 0) { // no write when there is nothing to do
        auto const some = db.write([&](transaction& tx) { return remove_some_failed(tx, before); });
        removed.deployments += some.deployments;
        removed.performers += some.performers;
    }
}

} // namespace

removed_records remove_old(database& db, retention_config const& ages, cairn::timestamp now)
{
    auto removed = removed_records{};
    auto const marks = db[processed].by("age"_by).before(now - ages.processed);
    while (marks.limit(1).count() != 0) removed.marks += marks.limit(step).erase();
    remove_failed(db, now - ages.deployments, removed);
    return removed;
}

} // namespace executor
