// SPDX-License-Identifier: BSL-1.0
// Recovery on start.
#include "recovery.hpp"

#include "common/damage.hpp"
#include "common/hex.hpp"
#include "common/log.hpp"
#include "task_store.hpp"

namespace aggregator {

using namespace cairn::literals;

namespace {

void resume(task& t, std::uint64_t max_attempts, cairn::timestamp now, recovery_report& report)
{
    ++t.attempts;
    if (is_expired(t, now)) {
        ++report.expired;
        mark_failed(t, expired_text, now);
    } else if (t.attempts >= max_attempts) {
        ++report.exhausted;
        mark_failed(t, exhausted_text, now);
    } else {
        ++report.requeued;
        t.status = task_status::pending;
        t.updated_at = now;
    }
}

/// Those that cannot be read are met again, and counted, among all that wait.
std::uint64_t expire_waiting(transaction& tx, cairn::timestamp now)
{
    return tx[tasks]
        .by("deadline"_by, task_status::pending)
        .through(now)
        .tolerate(report_damage)
        .update([&](task& t) { mark_failed(t, expired_text, now); })
        .size();
}

} // namespace

recovery_report recover(database& db, std::uint64_t max_attempts, cairn::timestamp now)
{
    return db.write([&](transaction& tx) {
        auto report = recovery_report{};
        auto const note = [&](cairn::corrupt_record const& fault) {
            ++report.damaged;
            report_damage(fault);
        };
        report.expired = expire_waiting(tx, now);
        tx[tasks].by("queue"_by, task_status::processing).tolerate(note).update([&](task& t) {
            resume(t, max_attempts, now, report);
        });
        for (auto const& each : tx[tasks].by("queue"_by, task_status::pending).tolerate(note)) {
            ++report.pending;
            report.avss.insert(each.avs_address);
        }
        auto const left_to_its_poller = [](cairn::corrupt_record const&) {};
        for (auto const& cursor : tx[cursors].scan().tolerate(left_to_its_poller))
            report.cursors.push_back(cursor);
        return report;
    });
}

void log_recovery(recovery_report const& report, std::chrono::nanoseconds took)
{
    for (auto const& cursor : report.cursors)
        log_event{severity::info, "resuming"}
            .with("avs", to_hex(cursor.avs_address))
            .with("chain", cursor.chain_id)
            .with("block", cursor.last_block);
    log_event{severity::info, "recovered"}
        .with("pending", report.pending)
        .with("requeued", report.requeued)
        .with("exhausted", report.exhausted)
        .with("expired", report.expired)
        .with("damaged", report.damaged)
        .with("took_ms", std::chrono::duration<double, std::milli>{took}.count());
}

} // namespace aggregator
