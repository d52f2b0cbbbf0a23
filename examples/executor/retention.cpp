// SPDX-License-Identifier: BSL-1.0
// Removing by ranges over indexes.
#include "retention.hpp"

namespace executor {

using namespace cairn::literals;

namespace {

constexpr auto step = std::size_t{1000};

template <class Range>
std::uint64_t remove_all(Range const& old)
{
    auto removed = std::uint64_t{};
    while (old.first()) removed += old.limit(step).erase();
    return removed;
}

} // namespace

removed_records remove_old(database& db, retention_config const& ages, cairn::timestamp now)
{
    auto const failed = now - ages.deployments;
    return {
        .marks = remove_all(db[processed].by("age"_by).before(now - ages.processed)),
        .deployments = remove_all(
            db[deployments].by("ended"_by, deployment_status::failed).before(failed)),
        .performers = remove_all(
            db[performers].by("status"_by, performer_status::failed).before(failed))};
}

} // namespace executor
