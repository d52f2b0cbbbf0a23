// SPDX-License-Identifier: BSL-1.0
// JSON-RPC 2.0 over libcurl.
#include "rpc.hpp"

#include "backoff.hpp"

#include <curl/curl.h>

#include <algorithm>

namespace aggregator {

namespace {

/// An attempt failed in a way that the next one may not.
class transient_error : public chain_error {
public:
    using chain_error::chain_error;
};

void initialise_once()
{
    static auto const code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw chain_error{curl_easy_strerror(code)};
}

/// At least one: libcurl takes 0 for "no limit".
long to_millis(std::chrono::nanoseconds time)
{
    auto const millis = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    return static_cast<long>(std::clamp<std::int64_t>(millis, 1, 86'400'000));
}

bool is_transient(long status)
{
    return status == 408 || status == 429 || status >= 500;
}

} // namespace

struct rpc_client::connection {
    std::string url;
    std::stop_token stop;
    std::uint64_t max_response = 0;
    std::string response{};
    CURL* handle = nullptr;
    curl_slist* headers = nullptr;

    connection(std::string where, rpc_options const& options, std::stop_token stopping);
    ~connection()
    {
        curl_slist_free_all(headers);
        curl_easy_cleanup(handle);
    }
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    std::string const& post(std::string const& request);
    void set_limits(rpc_options const& options);
    void set_callbacks();

    template <class Value>
    void set(CURLoption option, Value value)
    {
        auto const code = curl_easy_setopt(handle, option, value);
        if (code != CURLE_OK) throw chain_error{url + ": " + curl_easy_strerror(code)};
    }

    static std::size_t receive(char* data, std::size_t unit, std::size_t count, void* self)
    {
        auto& me = *static_cast<connection*>(self);
        auto const size = unit * count;
        if (me.response.size() + size > me.max_response) return 0;
        me.response.append(data, size);
        return size;
    }

    static int watch(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
    {
        return static_cast<connection*>(self)->stop.stop_requested() ? 1 : 0;
    }
};

rpc_client::connection::connection(
    std::string where, rpc_options const& options, std::stop_token stopping)
    : url{std::move(where)}, stop{std::move(stopping)}, max_response{options.max_response}
{
    initialise_once();
    handle = curl_easy_init();
    headers = curl_slist_append(nullptr, "Content-Type: application/json");
    if (handle == nullptr || headers == nullptr) throw chain_error{url + ": out of memory"};
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set_limits(options);
    set_callbacks();
}

void rpc_client::connection::set_limits(rpc_options const& options)
{
    set(CURLOPT_CONNECTTIMEOUT_MS, to_millis(options.connect_timeout));
    set(CURLOPT_TIMEOUT_MS, to_millis(options.timeout));
    set(CURLOPT_NOSIGNAL, 1L);
}

void rpc_client::connection::set_callbacks()
{
    set(CURLOPT_WRITEFUNCTION, &connection::receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_XFERINFOFUNCTION, &connection::watch);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    set(CURLOPT_NOPROGRESS, 0L);
}

std::string const& rpc_client::connection::post(std::string const& request)
{
    response.clear();
    set(CURLOPT_POSTFIELDS, request.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.size()));
    auto const code = curl_easy_perform(handle);
    if (code == CURLE_WRITE_ERROR) throw chain_error{url + ": the answer is too large"};
    if (code != CURLE_OK) throw transient_error{url + ": " + curl_easy_strerror(code)};
    auto status = 0L;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    auto const message = url + ": HTTP status " + std::to_string(status);
    if (is_transient(status)) throw transient_error{message};
    if (status != 200) throw chain_error{message};
    return response;
}

rpc_client::rpc_client(std::string url, rpc_options const& options, std::stop_token stop)
    : connection_{std::make_unique<connection>(std::move(url), options, stop)}, options_{options},
      stop_{std::move(stop)}
{
}

rpc_client::~rpc_client() = default;

namespace {

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

nlohmann::json rpc_client::call(std::string const& method, nlohmann::json const& parameters)
{
    auto const id = ++next_id_;
    auto const request = nlohmann::json{
        {"jsonrpc", "2.0"},
        {"id", id},
        {"method", method},
        {"params",
         parameters}}.dump();
    auto pauses = backoff{options_.backoff_min, options_.backoff_max};
    for (std::uint64_t attempt = 0;; ++attempt) {
        try {
            return result_of(connection_->post(request), id, method);
        } catch (transient_error const&) {
            if (attempt == options_.retries || !pauses.wait(stop_)) throw;
        }
    }
}

} // namespace aggregator
