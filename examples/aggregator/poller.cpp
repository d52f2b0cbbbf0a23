// SPDX-License-Identifier: BSL-1.0
// Follows one chain for one AVS.
#include "poller.hpp"

#include "common/hex.hpp"
#include "common/log.hpp"
#include "task_source.hpp"

#include <algorithm>

namespace aggregator {

void poller::check_identity()
{
    if (identified_) return;
    auto const id = chain_.chain_id();
    if (id != watch_.chain_id)
        throw another_chain{
            "the node serves chain " + std::to_string(id) + ", not "
            + std::to_string(watch_.chain_id)};
    identified_ = true;
}

poll_report poller::poll(cairn::timestamp now)
{
    check_identity();
    auto report = poll_report{};
    auto const head = chain_.head();
    auto known = load_progress(db_, watch_);
    if (undo_reorganisation(known, head, now)) {
        report.reorganised = true;
        known = load_progress(db_, watch_);
    }
    auto const next = known.cursor ? known.cursor->last_block + 1
                                   : watch_.start_block.value_or(head);
    auto const end = std::min(head + 1, next + watch_.blocks_per_poll);
    for (auto number = next; number < end; ++number)
        if (!process(number, now, report)) break;
    report.behind = report.blocks == watch_.blocks_per_poll && end <= head;
    return report;
}

bool poller::undo_reorganisation(progress const& known, std::uint64_t head, cairn::timestamp now)
{
    auto const found = find_reorganisation(db_, chain_, watch_, known, head, now);
    if (found) log_reorganisation(*found, undo(db_, watch_, *found));
    return found.has_value();
}

/// Processes one block; false if it does not continue the stored ones: the chain changed
/// meanwhile, which the next poll will see.
bool poller::process(std::uint64_t number, cairn::timestamp now, poll_report& report)
{
    auto const block = chain_.block(number);
    if (!block) throw chain_error{"the node has no block " + std::to_string(number) + " any more"};
    auto const known = load_progress(db_, watch_);
    if (known.tip && block->parent_hash != known.tip->hash) return false;
    auto const found = tasks_of(chain_, watch_, *block, directory_.terms_for(watch_.avs, now), now);
    save_block(db_, watch_, *block, found);
    ++report.blocks;
    report.tasks += found.size();
    return true;
}

void poller::log_reorganisation(reorganisation const& found, undone const& removed) const
{
    log_event{found.beyond_depth ? severity::warning : severity::info, "reorganised"}
        .with("avs", to_hex(watch_.avs))
        .with("chain", watch_.chain_id)
        .with("first", found.first_orphan)
        .with("last", found.last_orphan)
        .with("blocks", removed.blocks)
        .with("tasks", removed.tasks);
    if (!found.lost) return;
    log_event{severity::failure, "unverified_range"}
        .with("avs", to_hex(watch_.avs))
        .with("chain", watch_.chain_id)
        .with("first", found.lost->first)
        .with("last", found.lost->last);
}

} // namespace aggregator
