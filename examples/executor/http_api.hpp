// SPDX-License-Identifier: BSL-1.0
// The executor's interface: HTTP and JSON on loopback.
#pragma once

#include "crew.hpp"

#include <memory>

namespace executor {

/// Serves from its construction on.
///
///     POST   /tasks                submit a task; again and again, it is run once
///     GET    /tasks/{id}?wait=20s  what is known of it, after waiting for its end
///     POST   /deployments          ask for a performer
///     GET    /deployments?avs=0x..&status=failed&limit=50&page=...
///     GET    /deployments/{id}
///     GET    /performers?avs=0x..&status=in_service&secrets=yes
///     GET    /performers/{id}
///     DELETE /performers/{id}      remove it
///     GET    /health, /metrics
class http_api {
public:
    /// @errors `std::runtime_error` if the port is taken.
    http_api(database& db, config const& settings, bulletins& news);
    /// Ends waiting requests, and returns when all are answered.
    ~http_api();
    http_api(http_api const&) = delete;
    http_api& operator=(http_api const&) = delete;

    [[nodiscard]] int port() const;

private:
    struct server;
    std::unique_ptr<server> server_;
};

} // namespace executor
