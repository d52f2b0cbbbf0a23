// SPDX-License-Identifier: BSL-1.0
// HTTP over libcurl.
#include "http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

namespace common {

namespace {

void initialise_once()
{
    static auto const code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw http_error{curl_easy_strerror(code), false};
}

/// At least one: libcurl takes 0 for "no limit".
long to_millis(std::chrono::nanoseconds time)
{
    auto const millis = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    return static_cast<long>(std::clamp<std::int64_t>(millis, 1, 86'400'000));
}

} // namespace

struct http_client::connection {
    std::string url;
    std::stop_token stop;
    std::uint64_t max_response = 0;
    std::string response{};
    CURL* handle = nullptr;
    curl_slist* headers = nullptr;

    connection(std::string where, http_options const& options, std::stop_token stopping);
    ~connection()
    {
        curl_slist_free_all(headers);
        curl_easy_cleanup(handle);
    }
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    http_answer perform(std::string const& path);
    void set_limits(http_options const& options);
    void set_callbacks();

    template <class Value>
    void set(CURLoption option, Value value)
    {
        auto const code = curl_easy_setopt(handle, option, value);
        if (code != CURLE_OK) throw http_error{url + ": " + curl_easy_strerror(code), false};
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

http_client::connection::connection(
    std::string where, http_options const& options, std::stop_token stopping)
    : url{std::move(where)}, stop{std::move(stopping)}, max_response{options.max_response}
{
    initialise_once();
    handle = curl_easy_init();
    headers = curl_slist_append(nullptr, "Content-Type: application/json");
    if (handle == nullptr || headers == nullptr) throw http_error{url + ": out of memory", false};
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set_limits(options);
    set_callbacks();
}

void http_client::connection::set_limits(http_options const& options)
{
    set(CURLOPT_CONNECTTIMEOUT_MS, to_millis(options.connect_timeout));
    set(CURLOPT_TIMEOUT_MS, to_millis(options.timeout));
    set(CURLOPT_NOSIGNAL, 1L);
}

void http_client::connection::set_callbacks()
{
    set(CURLOPT_WRITEFUNCTION, &connection::receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_XFERINFOFUNCTION, &connection::watch);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    set(CURLOPT_NOPROGRESS, 0L);
}

http_answer http_client::connection::perform(std::string const& path)
{
    response.clear();
    set(CURLOPT_URL, (url + path).c_str()); // libcurl keeps a copy
    auto const code = curl_easy_perform(handle);
    if (code == CURLE_WRITE_ERROR) throw http_error{url + ": the answer is too large", false};
    if (code != CURLE_OK) throw http_error{url + ": " + curl_easy_strerror(code), true};
    auto status = 0L;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return {status, std::move(response)};
}

http_client::http_client(std::string url, http_options const& options, std::stop_token stop)
    : connection_{std::make_unique<connection>(std::move(url), options, std::move(stop))}
{
}

http_client::~http_client() = default;

http_answer http_client::post_json(std::string const& path, std::string const& body)
{
    connection_->set(CURLOPT_POST, 1L);
    connection_->set(CURLOPT_POSTFIELDS, body.c_str());
    connection_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    return connection_->perform(path);
}

http_answer http_client::get(std::string const& path)
{
    connection_->set(CURLOPT_HTTPGET, 1L);
    return connection_->perform(path);
}

} // namespace common
