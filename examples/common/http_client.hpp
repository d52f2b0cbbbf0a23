// SPDX-License-Identifier: BSL-1.0
// HTTP with timeouts, for one thread and one server.
#pragma once

#include "http_options.hpp"

#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace common {

/// There is no answer.
class http_error : public std::runtime_error {
public:
    http_error(std::string const& message, bool may_pass)
        : std::runtime_error{message}, may_pass_{may_pass}
    {
    }

    /// Whether asking again may help.
    [[nodiscard]] bool may_pass() const { return may_pass_; }

private:
    bool may_pass_;
};

struct http_answer {
    long status = 0;
    std::string body{};

    /// Whether the server may answer better later: it timed out, is overloaded or broken.
    [[nodiscard]] bool may_pass() const { return status == 408 || status == 429 || status >= 500; }
};

/// One connection, kept open between requests.
class http_client {
public:
    /// @errors `http_error` if the URL cannot be used at all.
    http_client(std::string url, http_options const& options, std::stop_token stop = {});
    ~http_client();
    http_client(http_client const&) = delete;
    http_client& operator=(http_client const&) = delete;

    /// What the server answers, whatever its status; `path` is appended to the client's URL.
    /// @errors `http_error` when there is no answer, or a stop is requested.
    http_answer post_json(std::string const& path, std::string const& body);
    http_answer get(std::string const& path);

private:
    struct connection;
    std::unique_ptr<connection> connection_;
};

} // namespace common
