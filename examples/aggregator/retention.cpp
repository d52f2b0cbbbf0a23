// SPDX-License-Identifier: BSL-1.0
// Removing finished tasks by ranges over an index.
#include "retention.hpp"

#include "common/damage.hpp"

namespace aggregator {

using namespace cairn::literals;

namespace {

constexpr auto step = std::size_t{1000};

std::uint64_t remove_some(database& db, task_status status, cairn::timestamp before)
{
    auto const old = db[tasks].by("finished"_by, status).before(before);
    if (!old.tolerate(report_damage).first()) return 0; // no write when there is nothing to do
    return db.write([&](transaction& tx) {
        auto const some = tx[tasks].by("finished"_by, status).before(before).limit(step);
        return take_whole(tx[tasks], some, &task::task_id).size();
    });
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
