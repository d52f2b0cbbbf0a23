// SPDX-License-Identifier: BSL-1.0
// JSON-RPC 2.0 over HTTP.
#include "rpc.hpp"

#include "common/backoff.hpp"

namespace aggregator {

namespace {

/// An attempt failed in a way that the next one may not.
class transient_error : public chain_error {
public:
    using chain_error::chain_error;
};

/// The result inside `text`, which answers the request with `id`.
nlohmann::json result_of(std::string const& text, std::uint64_t id, std::string const& method)
{
    auto answer = nlohmann::json::parse(text, nullptr, false);
    if (!answer.is_object()) throw transient_error{method + ": the answer is not JSON"};
    if (auto const fault = answer.find("error"); fault != answer.end() && !fault->is_null())
        throw chain_error{method + ": " + fault->dump()};
    if (auto const echoed = answer.find("id"); echoed == answer.end() || *echoed != id)
        throw chain_error{method + ": the answer has another id"};
    auto const result = answer.find("result");
    if (result == answer.end()) throw chain_error{method + ": the answer has no result"};
    return std::move(*result);
}

} // namespace

rpc_client::rpc_client(std::string url, rpc_options const& options, std::stop_token stop)
    : url_{std::move(url)}, options_{options}, stop_{std::move(stop)}
{
    try {
        client_ = std::make_unique<http_client>(url_, options_, stop_);
    } catch (http_error const& fault) {
        throw chain_error{fault.what()};
    }
}

/// One attempt.
nlohmann::json rpc_client::ask(std::string const& request, std::string const& method)
{
    try {
        auto const answer = client_->post_json("", request);
        auto const message = url_ + ": HTTP status " + std::to_string(answer.status);
        if (answer.may_pass()) throw transient_error{message};
        if (answer.status != 200) throw chain_error{message};
        return result_of(answer.body, next_id_, method);
    } catch (http_error const& fault) {
        if (fault.may_pass()) throw transient_error{fault.what()};
        throw chain_error{fault.what()};
    }
}

nlohmann::json rpc_client::call(std::string const& method, nlohmann::json const& parameters)
{
    auto const request = nlohmann::json{
        {"jsonrpc", "2.0"},
        {"id", ++next_id_},
        {"method", method},
        {"params",
         parameters}}.dump();
    auto pauses = backoff{options_.backoff_min, options_.backoff_max};
    for (std::uint64_t attempt = 0;; ++attempt) {
        try {
            return ask(request, method);
        } catch (transient_error const&) {
            if (attempt == options_.retries || !pauses.wait(stop_)) throw;
        }
    }
}

} // namespace aggregator
