// SPDX-License-Identifier: BSL-1.0
// The executor as a whole: store, performers, interface, maintenance.
#pragma once

#include "fleet.hpp"
#include "http_api.hpp"

namespace executor {

class service {
public:
    /// Opens the store, finds what the last run left, and serves.
    /// @errors those of the store and of the interface; `std::system_error`.
    explicit service(config settings);
    ~service();

    /// Looks after the performers until `stop` is requested or the store has failed. Returns true
    /// if nothing failed.
    bool run(std::stop_token const& stop);

    /// For tests and tools.
    [[nodiscard]] database& store() { return *db_; }
    [[nodiscard]] int port() const { return api_->port(); }
    [[nodiscard]] recovery_report const& recovered() const { return recovered_; }

private:
    void look_after(std::stop_token const& stop);
    bool do_chores();
    void maintain();
    void close_store();
    void fail(std::string_view part, std::exception const& fault);

    config settings_;
    bulletins news_{};
    std::stop_source ending_{};
    std::atomic<bool> failed_ = false;
    recovery_report recovered_{};
    deadline next_look_ = deadline::max(); ///< at performers that somebody met dead or silent
    deadline next_check_{};                ///< at all
    deadline next_maintenance_{};
    std::unique_ptr<database> db_;
    std::unique_ptr<fleet> fleet_;
    std::unique_ptr<http_api> api_;
};

} // namespace executor
