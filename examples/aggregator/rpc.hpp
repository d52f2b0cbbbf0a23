// SPDX-License-Identifier: BSL-1.0
// JSON-RPC 2.0 over HTTP, with timeouts and retries.
#pragma once

#include "chain.hpp"
#include "common/http_client.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <stop_token>
#include <string>

namespace aggregator {

using rpc_options = http_options;

/// One connection to one endpoint, for one thread.
class rpc_client {
public:
    /// @errors `chain_error` if the URL cannot be used at all.
    rpc_client(std::string url, rpc_options const& options, std::stop_token stop = {});
    rpc_client(rpc_client const&) = delete;
    rpc_client& operator=(rpc_client const&) = delete;

    /// The result of `method`, which may be null.
    ///
    /// What the transport or an overloaded server loses is asked again after a growing, jittered
    /// pause; an error that the node itself reports is not.
    /// @errors `chain_error` when there is no answer, or the service is stopping.
    nlohmann::json call(std::string const& method, nlohmann::json const& parameters);

private:
    nlohmann::json ask(std::string const& request, std::string const& method);

    std::string url_;
    std::unique_ptr<http_client> client_;
    rpc_options options_;
    std::stop_token stop_;
    std::uint64_t next_id_ = 0;
};

} // namespace aggregator
