// SPDX-License-Identifier: BSL-1.0
// Turns transactions and logs into tasks.
#include "task_source.hpp"

#include "task_id.hpp"

namespace aggregator {

namespace {

/// What all tasks of one block have in common.
task blank_task(
    watch const& what, chain_block const& block, task_terms const& terms, cairn::timestamp now)
{
    auto result = task{};
    result.avs_address = what.avs;
    result.operator_set_id = terms.operator_set_id;
    result.threshold_bips = terms.threshold_bips;
    result.chain_id = what.chain_id;
    result.block_number = block.number;
    result.block_hash = block.hash;
    result.created_at = result.updated_at = now;
    if (terms.sla.count() > 0) result.deadline = now + terms.sla;
    return result;
}

task with_content(
    task blank, hash32 const& transaction, std::uint64_t index, address20 const& callback,
    bytes payload)
{
    blank.task_id = derive_task_id(blank.chain_id, transaction, index, blank.avs_address);
    blank.callback_addr = callback;
    blank.payload = std::move(payload);
    return blank;
}

} // namespace

std::vector<task> tasks_of(
    chain_reader& chain, watch const& what, chain_block const& block, task_terms const& terms,
    cairn::timestamp now)
{
    auto const blank = blank_task(what, block, terms, now);
    auto result = std::vector<task>{};
    if (!what.contract) {
        for (auto const& each : block.transactions)
            result.push_back(with_content(blank, each.hash, 0, each.sender, each.input));
        return result;
    }
    for (auto& each : chain.logs(block.hash, *what.contract))
        result.push_back(with_content(
            blank, each.transaction_hash, each.index, *what.contract, std::move(each.data)));
    return result;
}

} // namespace aggregator
