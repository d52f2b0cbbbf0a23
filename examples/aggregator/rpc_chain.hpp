// SPDX-License-Identifier: BSL-1.0
// An EVM chain, read through a node's JSON-RPC interface.
#pragma once

#include "rpc.hpp"

namespace aggregator {

class rpc_chain final : public chain_reader {
public:
    rpc_chain(std::string url, rpc_options const& options, std::stop_token stop)
        : client_{std::move(url), options, std::move(stop)}
    {
    }

    std::uint64_t chain_id() override;
    std::uint64_t head() override;
    std::optional<chain_block> block(std::uint64_t number) override;
    std::vector<chain_log> logs(hash32 const& block_hash, address20 const& contract) override;

private:
    rpc_client client_;
};

} // namespace aggregator
