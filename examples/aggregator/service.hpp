// SPDX-License-Identifier: BSL-1.0
// The service as a whole: store, pollers, workers, maintenance.
#pragma once

#include "poller.hpp"
#include "worker_pool.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>

namespace aggregator {

/// Makes the reader of one chain; what it waits for ends when `stop` is requested.
using chain_factory =
    std::function<std::unique_ptr<chain_reader>(chain_config const&, std::stop_token stop)>;

/// Readers over HTTP, as patient as `options` says.
chain_factory rpc_chains(rpc_options const& options);

class service {
public:
    /// Opens the store and recovers what the last run left.
    /// @errors those of the store.
    service(config settings, chain_factory make_chain);

    /// Follows the chains until `stop` is requested, every poller has failed, or the store has.
    /// Returns true if nothing failed.
    bool run(std::stop_token const& stop);

    /// For tests and tools.
    [[nodiscard]] database& store() { return *db_; }

private:
    void open_and_recover();
    void start_workers();
    void stop_workers();
    void follow(watch const& what, chain_config const& chain, std::stop_token const& stop);
    void poll_until_stopped(poller& each, chain_config const& chain, std::stop_token const& stop);
    void maintain(std::stop_token const& stop);
    void maintain_once();
    void close_store();
    void fail(std::string_view part, std::exception const& fault);
    std::vector<std::jthread> start_pollers(std::stop_token const& stop);

    config settings_;
    chain_factory make_chain_;
    std::unique_ptr<database> db_;
    std::unique_ptr<avs_directory> directory_;
    std::stop_source ending_;
    std::atomic<bool> failed_ = false;
    std::atomic<std::size_t> running_pollers_ = 0;
    std::set<address20> left_; ///< the AVSs of which the last run left tasks
    std::map<address20, worker_pool> workers_;
};

} // namespace aggregator
