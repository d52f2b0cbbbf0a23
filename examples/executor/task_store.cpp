// SPDX-License-Identifier: BSL-1.0
// The life of a task, one transaction a step.
#include "task_store.hpp"

#include "common/damage.hpp"
#include "common/digest.hpp"

namespace executor {

using namespace cairn::literals;

namespace {

template <class View>
submission look_up_in(View& view, hash32 const& task_id)
{
    auto result = submission{};
    result.ended = find_named(view[processed], task_id);
    if (!result.ended) result.waiting = find_named(view[in_flight], task_id);
    if (result.ended) result.what = acceptance::ended;
    if (result.waiting) result.what = acceptance::waiting;
    return result;
}

bool is_same_task(submission const& known, in_flight_task const& task)
{
    if (known.ended) return known.ended->payload_digest == sha256(task.payload);
    return known.waiting->payload == task.payload && known.waiting->avs_address == task.avs_address;
}

bool is_this_claim(std::optional<in_flight_task> const& stored, in_flight_task const& claimed)
{
    return stored && stored->claims == claimed.claims
        && stored->performer_id == claimed.performer_id
        && stored->incarnation == claimed.incarnation;
}

/// The oldest received task of an AVS that can be read.
template <class View>
std::optional<in_flight_task> first_received(View&& view, address20 const& avs)
{
    return view[in_flight]
        .by("queue"_by, avs, task_status::received)
        .tolerate(report_damage)
        .first();
}

/// Why no more tasks of the AVS are accepted, if so. Its own are counted only if they may be too
/// many, for that takes a step for each.
std::optional<acceptance> lacks_room(
    transaction& tx, address20 const& avs, work_config const& limits)
{
    auto const in_all = tx[in_flight].scan().count();
    if (in_all >= limits.max_in_flight) return acceptance::full;
    if (in_all < limits.max_per_avs) return std::nullopt;
    if (tx[in_flight].by("queue"_by, avs).count() < limits.max_per_avs) return std::nullopt;
    return acceptance::full_for_avs;
}

processed_task to_mark(in_flight_task const& task, outcome const& how, cairn::timestamp now)
{
    return {
        .task_id = task.task_id,
        .processed_at = now,
        .payload_digest = sha256(task.payload),
        .performer_id = task.performer_id,
        .result = how.result,
        .error = how.error};
}

} // namespace

submission submit(database& db, in_flight_task const& task, work_config const& limits)
{
    auto const before = look_up(db, task.task_id); // most repetitions need no write
    if (before.waiting || before.ended)
        return is_same_task(before, task) ? before : submission{.what = acceptance::conflicting};
    return db.write([&](transaction& tx) {
        auto known = look_up_in(tx, task.task_id);
        if (known.waiting || known.ended)
            return is_same_task(known, task) ? known : submission{.what = acceptance::conflicting};
        if (auto const refused = lacks_room(tx, task.avs_address, limits))
            return submission{.what = *refused};
        tx[in_flight].insert(task);
        return submission{.what = acceptance::accepted, .waiting = task};
    });
}

submission look_up(database& db, hash32 const& task_id)
{
    return db.read([&](auto& view) { return look_up_in(view, task_id); });
}

std::optional<in_flight_task> claim(
    database& db, address20 const& avs, std::string const& performer_id, std::uint64_t incarnation)
{
    if (!first_received(db, avs)) return std::nullopt; // no write when there is nothing to do
    return db.write([&](transaction& tx) {
        auto const oldest = first_received(tx, avs);
        if (!oldest) return std::optional<in_flight_task>{};
        return std::optional{tx[in_flight].update(oldest->task_id, [&](in_flight_task& t) {
            t.status = task_status::starting;
            t.performer_id = performer_id;
            t.incarnation = incarnation;
            ++t.claims;
        })};
    });
}

void mark_started(database& db, in_flight_task const& claimed)
{
    db.write([&](transaction& tx) {
        if (is_this_claim(find_whole(tx[in_flight], claimed.task_id), claimed))
            tx[in_flight].update(
                claimed.task_id, [](in_flight_task& t) { t.status = task_status::started; });
    });
}

bool give_back(database& db, in_flight_task const& claimed)
{
    return db.write([&](transaction& tx) {
        auto const stored = find_whole(tx[in_flight], claimed.task_id);
        if (!is_this_claim(stored, claimed) || stored->status != task_status::starting)
            return false;
        tx[in_flight].update(claimed.task_id, [](in_flight_task& t) {
            t.status = task_status::received;
            t.performer_id.clear();
            t.incarnation = 0;
        });
        return true;
    });
}

bool conclude(database& db, in_flight_task const& task, outcome const& how, cairn::timestamp now)
{
    return db.write([&](transaction& tx) {
        tx[in_flight].erase(task.task_id);
        if (tx[processed].contains(task.task_id)) return false;
        tx[processed].insert(to_mark(task, how, now));
        return true;
    });
}

bool interrupt(database& db, in_flight_task const& task, std::string_view why, cairn::timestamp now)
{
    auto const text = std::string{interrupted_text}.append(": ").append(why);
    return conclude(db, task, {.error = text}, now);
}

std::vector<in_flight_task> tasks_at(database& db, std::string const& performer_id)
{
    return db[in_flight].by("performer"_by, performer_id).tolerate(report_damage).to_vector();
}

} // namespace executor
