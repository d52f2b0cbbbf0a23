// SPDX-License-Identifier: BSL-1.0
// A node's answers, checked and turned into blocks and logs.
#include "rpc_chain.hpp"

#include "common/hex.hpp"

#include <algorithm>

namespace aggregator {

namespace {

using json = nlohmann::json;

/// The field of an object; null if there is none.
json const& field(json const& object, char const* name)
{
    static auto const absent = json{};
    auto const found = object.find(name); // the end, if `object` is no object
    return found == object.end() ? absent : *found;
}

std::string const& text(json const& object, char const* name)
{
    auto const& value = field(object, name);
    if (!value.is_string())
        throw chain_error{std::string{"the node's answer has no text '"} + name + "'"};
    return value.get_ref<std::string const&>();
}

template <class Value>
Value known(std::optional<Value> value, char const* name)
{
    if (!value) throw chain_error{std::string{"the node's answer has a malformed '"} + name + "'"};
    return *std::move(value);
}

template <std::size_t N>
std::array<std::byte, N> fixed(json const& object, char const* name)
{
    return known(array_from_hex<N>(text(object, name)), name);
}

std::uint64_t number(json const& object, char const* name)
{
    return known(number_from_hex(text(object, name)), name);
}

std::uint64_t quantity(json const& value, char const* name)
{
    if (!value.is_string()) throw chain_error{std::string{name} + ": the result is not a number"};
    return known(number_from_hex(value.get_ref<std::string const&>()), name);
}

json const& list(json const& value, char const* name)
{
    if (!value.is_array()) throw chain_error{std::string{name} + ": the result is not a list"};
    return value;
}

chain_transaction to_transaction(json const& object)
{
    return {
        .hash = fixed<32>(object, "hash"),
        .sender = fixed<20>(object, "from"),
        .input = known(bytes_from_hex(text(object, "input")), "input")};
}

chain_block to_block(json const& object)
{
    auto block = chain_block{
        .number = number(object, "number"),
        .hash = fixed<32>(object, "hash"),
        .parent_hash = fixed<32>(object, "parentHash"),
        .timestamp = number(object, "timestamp")};
    for (auto const& each : list(field(object, "transactions"), "transactions"))
        block.transactions.push_back(to_transaction(each));
    return block;
}

/// One log, which must be of the block that was asked for.
chain_log to_log(json const& object, hash32 const& block_hash)
{
    if (fixed<32>(object, "blockHash") != block_hash || field(object, "removed") == true)
        throw chain_error{"eth_getLogs: the node's answer is about another block"};
    return {
        .transaction_hash = fixed<32>(object, "transactionHash"),
        .index = number(object, "logIndex"),
        .data = known(bytes_from_hex(text(object, "data")), "data")};
}

} // namespace

std::uint64_t rpc_chain::chain_id()
{
    return quantity(client_.call("eth_chainId", json::array()), "eth_chainId");
}

std::uint64_t rpc_chain::head()
{
    return quantity(client_.call("eth_blockNumber", json::array()), "eth_blockNumber");
}

std::optional<chain_block> rpc_chain::block(std::uint64_t wanted)
{
    auto const answer = client_.call(
        "eth_getBlockByNumber", json::array({to_quantity(wanted), true}));
    if (answer.is_null()) return std::nullopt;
    auto block = to_block(answer);
    if (block.number != wanted) throw chain_error{"eth_getBlockByNumber: another block's number"};
    return block;
}

std::vector<chain_log> rpc_chain::logs(hash32 const& block_hash, address20 const& contract)
{
    auto const filter = json{{"blockHash", to_hex(block_hash)}, {"address", to_hex(contract)}};
    auto result = std::vector<chain_log>{};
    auto const answer = client_.call("eth_getLogs", json::array({filter}));
    for (auto const& each : list(answer, "eth_getLogs")) result.push_back(to_log(each, block_hash));
    std::ranges::sort(result, {}, &chain_log::index);
    return result;
}

} // namespace aggregator
