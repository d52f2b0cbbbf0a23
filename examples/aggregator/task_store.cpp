// SPDX-License-Identifier: BSL-1.0
// The life of a stored task.
#include "task_store.hpp"

#include "common/damage.hpp"

namespace aggregator {

using namespace cairn::literals;

namespace {

/// A claim is known by the moment it was made and the block its task came from.
bool is_same_claim(task const& stored, task const& claimed)
{
    return stored.status == task_status::processing && stored.block_hash == claimed.block_hash
        && stored.updated_at == claimed.updated_at;
}

void begin(task& t, cairn::timestamp now)
{
    if (is_expired(t, now)) return mark_failed(t, expired_text, now);
    t.status = task_status::processing;
    t.updated_at = now;
}

void conclude(task& t, outcome const& ended, cairn::timestamp now)
{
    t.status = ended.error ? task_status::failed : task_status::completed;
    t.error = ended.error;
    t.result = ended.result;
    t.updated_at = now;
}

/// Changes the task if it is still `claimed` and can be read; whether it was.
template <class Change>
bool change_claimed(database& db, task const& claimed, Change const& change)
{
    return db.write([&](transaction& tx) {
        auto const stored = find_whole(tx[tasks], claimed.task_id);
        if (!stored || !is_same_claim(*stored, claimed)) return false;
        tx[tasks].update(claimed.task_id, change);
        return true;
    });
}

} // namespace

void mark_failed(task& t, std::string_view reason, cairn::timestamp now)
{
    t.status = task_status::failed;
    t.error = std::string{reason};
    t.updated_at = now;
}

std::vector<task> claim(database& db, address20 const& avs, std::size_t limit, cairn::timestamp now)
{
    auto const queue = db[tasks]
                           .by("avs_queue"_by, avs, task_status::pending)
                           .limit(limit)
                           .tolerate(report_damage);
    if (!queue.first()) return {}; // no write, and no commit, when there is nothing to do
    auto taken = queue.update([&](task& t) { begin(t, now); });
    std::erase_if(taken, [](task const& t) { return t.status != task_status::processing; });
    return taken;
}

bool finish(database& db, task const& claimed, outcome const& ended, cairn::timestamp now)
{
    return change_claimed(db, claimed, [&](task& t) { conclude(t, ended, now); });
}

bool release(database& db, task const& claimed, cairn::timestamp now)
{
    return change_claimed(db, claimed, [&](task& t) {
        t.status = task_status::pending;
        t.updated_at = now;
    });
}

std::size_t expire(database& db, cairn::timestamp now)
{
    auto const late =
        db[tasks].by("deadline"_by, task_status::pending).through(now).tolerate(report_damage);
    if (!late.first()) return 0;
    return late.update([&](task& t) { mark_failed(t, expired_text, now); }).size();
}

} // namespace aggregator
