// SPDX-License-Identifier: BSL-1.0
// Processed blocks and their tasks, in one transaction.
#include "block_store.hpp"

namespace aggregator {

namespace {

block_record to_record(watch const& what, chain_block const& block)
{
    return {
        .avs_address = what.avs,
        .chain_id = what.chain_id,
        .number = block.number,
        .hash = block.hash,
        .parent_hash = block.parent_hash,
        .timestamp = block.timestamp};
}

void check_follows(std::optional<chain_cursor> const& cursor, chain_block const& block)
{
    if (cursor && cursor->last_block + 1 != block.number)
        cairn::raise(
            cairn::errc::misuse,
            {.message = "block " + std::to_string(block.number) + " does not follow block "
                 + std::to_string(cursor->last_block)});
}

/// The same transaction may have been in a block that was orphaned below the kept ones; what it
/// left there makes way. A task of this very block stays as it is.
void save_task(transaction& tx, task const& found)
{
    auto const stored = tx[tasks].find(found.task_id);
    if (stored && stored->block_hash == found.block_hash) return;
    if (stored) tx[tasks].erase(found.task_id);
    tx[tasks].insert(found);
}

void drop_old_blocks(transaction& tx, watch const& what, std::uint64_t newest)
{
    if (newest < what.kept_blocks) return;
    tx[blocks].prefix(what.avs, what.chain_id).before(newest - what.kept_blocks + 1).erase();
}

} // namespace

progress load_progress(database& db, watch const& what)
{
    return db.read([&](auto& view) {
        auto result = progress{};
        result.cursor = view[cursors].find(what.avs, what.chain_id);
        if (result.cursor)
            result.tip = view[blocks].find(what.avs, what.chain_id, result.cursor->last_block);
        return result;
    });
}

void save_block(
    database& db, watch const& what, chain_block const& block, std::vector<task> const& found)
{
    db.write([&](transaction& tx) {
        // Read inside the transaction that moves it, so that nothing can come between.
        auto const cursor = tx[cursors].find(what.avs, what.chain_id);
        check_follows(cursor, block);
        tx[blocks].insert(to_record(what, block));
        for (auto const& each : found) save_task(tx, each);
        tx[cursors].put(
            {.avs_address = what.avs,
             .chain_id = what.chain_id,
             .last_block = block.number,
             .first_block = cursor ? cursor->first_block : block.number});
        drop_old_blocks(tx, what, block.number);
    });
}

} // namespace aggregator
