// SPDX-License-Identifier: BSL-1.0
// Reorganisations.
#include "reorg.hpp"

#include "common/damage.hpp"

namespace aggregator {

using namespace cairn::literals;

namespace {

/// A chain and the head that the node told of it.
struct known_chain {
    chain_reader& reader;
    std::uint64_t head;
};

/// Whether the chain has this very block. A head below it is an answer; a node that has a higher
/// head but not the block contradicts itself.
bool is_canonical(known_chain const& chain, std::uint64_t number, hash32 const& hash)
{
    auto const there = chain.reader.block(number);
    if (!there && number <= chain.head)
        throw chain_error{
            "the node's head is " + std::to_string(chain.head) + ", but it has no block "
            + std::to_string(number)};
    return there && there->hash == hash;
}

/// The lowest block from `floor` on that the stored tasks cannot show to be the chain's own.
std::uint64_t first_unverified(
    database& db, known_chain const& chain, watch const& what, std::uint64_t floor,
    std::uint64_t below)
{
    auto const by_block = db[tasks].by("block"_by, what.avs, what.chain_id);
    for (auto end = below; end > floor;) {
        auto const witness = by_block.before(end).reversed().tolerate(report_damage).first();
        if (!witness) return floor;
        if (is_canonical(chain, witness->block_number, witness->block_hash))
            return witness->block_number + 1;
        end = witness->block_number;
    }
    return floor;
}

std::optional<unverified_range> lost_range(
    database& db, known_chain const& chain, watch const& what, chain_cursor const& processed,
    std::uint64_t base, cairn::timestamp now)
{
    auto const first = first_unverified(db, chain, what, processed.first_block, base);
    if (first >= base) return std::nullopt;
    return unverified_range{
        .avs_address = what.avs,
        .chain_id = what.chain_id,
        .first = first,
        .last = base - 1,
        .found_at = now};
}

/// The id of a damaged task; nothing if the column of its key cannot be read either.
std::optional<hash32> id_in(cairn::corrupt_record const& fault)
{
    if (fault.key().empty()) return std::nullopt;
    auto const key = cairn::parse_key_path(cairn::shape_of<task>, fault.key());
    auto fields = cairn::key_of<task>{};
    static_cast<void>(cairn::read_key<task>(key.view(), fields));
    return std::get<0>(fields);
}

bool is_from(task const& t, watch const& what, std::uint64_t first)
{
    return t.avs_address == what.avs && t.chain_id == what.chain_id && t.block_number >= first;
}

/// The tasks of elsewhere that only a damaged column has among those of blocks from `first` on.
std::vector<task> misplaced_tasks(transaction& tx, watch const& what, std::uint64_t first)
{
    auto damaged = std::vector<hash32>{};
    auto const note = [&](cairn::corrupt_record const& fault) {
        report_damage(fault);
        if (auto const id = id_in(fault)) damaged.push_back(*id);
    };
    auto const there = tx[tasks].by("block"_by, what.avs, what.chain_id).from(first);
    for ([[maybe_unused]] auto const& each : there.tolerate(note)) {}
    auto found = std::vector<task>{};
    for (auto const& id : damaged) {
        auto const whole = find_whole(tx[tasks], id);
        if (whole && !is_from(*whole, what, first)) found.push_back(*whole);
    }
    return found;
}

/// Removes the tasks of blocks from `first` on, by range: that reaches also one whose key does not
/// lead to it. What does not belong there is stored anew before, for no other write replaces a
/// column whose value in the record stays the same.
std::uint64_t remove_tasks(transaction& tx, watch const& what, std::uint64_t first)
{
    for (auto const& each : misplaced_tasks(tx, what, first)) {
        tx[tasks].erase(each.task_id);
        tx[tasks].insert(each);
    }
    return tx[tasks].by("block"_by, what.avs, what.chain_id).from(first).erase();
}

} // namespace

std::optional<reorganisation> find_reorganisation(
    database& db, chain_reader& reader, watch const& what, progress const& known,
    std::uint64_t head, cairn::timestamp now)
{
    auto const chain = known_chain{reader, head};
    if (!known.tip || is_canonical(chain, known.tip->number, known.tip->hash)) return std::nullopt;
    auto found = reorganisation{
        .first_orphan = known.tip->number, .last_orphan = known.tip->number};
    for (auto const& kept : db[blocks].prefix(what.avs, what.chain_id).reversed()) {
        if (is_canonical(chain, kept.number, kept.hash)) return found;
        found.first_orphan = kept.number;
        found.beyond_depth = known.tip->number - kept.number >= what.reorg_depth;
    }
    if (found.first_orphan == 0)
        throw another_chain{"the chain's first block is not the one that was processed"};
    found.lost = lost_range(db, chain, what, *known.cursor, found.first_orphan, now);
    return found;
}

undone undo(database& db, watch const& what, reorganisation const& found)
{
    return db.write([&](transaction& tx) {
        auto removed = undone{};
        removed.blocks =
            tx[blocks].prefix(what.avs, what.chain_id).from(found.first_orphan).erase();
        removed.tasks = remove_tasks(tx, what, found.first_orphan);
        tx[cursors].update(what.avs, what.chain_id, [&](chain_cursor& cursor) {
            cursor.last_block = found.first_orphan - 1;
        });
        if (found.lost) tx[unverified_ranges].put(*found.lost);
        return removed;
    });
}

} // namespace aggregator
