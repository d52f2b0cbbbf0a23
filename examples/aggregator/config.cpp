// SPDX-License-Identifier: BSL-1.0
// Reads a configuration and checks what one setting alone cannot tell.
#include "config.hpp"

#include "common/settings_printer.hpp"
#include "common/settings_reader.hpp"
#include "config_fields.hpp"

namespace aggregator {

namespace {

void check_chains(std::vector<chain_config> const& chains, violations& problems)
{
    auto ids = std::set<std::uint64_t>{};
    for (std::size_t i = 0; i < chains.size(); ++i) {
        auto const path = item_path("chains", i);
        check_url(chains[i].rpc_url, path + ".rpc_url", problems);
        check_interval(chains[i].poll_interval, path + ".poll_interval", problems);
        if (chains[i].chain_id != 0 && !ids.insert(chains[i].chain_id).second)
            problems.add(path + ".chain_id", "an earlier chain has the same id");
    }
}

void check_operator_sets(avs_entry const& avs, std::string const& path, violations& problems)
{
    auto ids = std::set<std::uint64_t>{};
    for (std::size_t i = 0; i < avs.operator_sets.size(); ++i) {
        auto const& each = avs.operator_sets[i];
        auto const place = item_path(path + ".operator_sets", i);
        if (!ids.insert(each.id).second)
            problems.add(place + ".id", "an earlier operator set has the same id");
        if (each.task_sla % std::chrono::seconds{1} != std::chrono::nanoseconds{0})
            problems.add(place + ".task_sla", "expected whole seconds");
    }
}

void check_watched_chains(
    avs_entry const& avs, config const& settings, std::string const& path, violations& problems)
{
    auto known = std::set<std::uint64_t>{};
    auto seen = std::set<std::uint64_t>{};
    for (auto const& chain : settings.chains) known.insert(chain.chain_id);
    for (std::size_t i = 0; i < avs.chains.size(); ++i) {
        auto const place = item_path(path + ".chains", i);
        if (!known.contains(avs.chains[i])) problems.add(place, "no chain has this id");
        if (!seen.insert(avs.chains[i]).second) problems.add(place, "named more than once");
    }
}

void check_avss(config const& settings, violations& problems)
{
    auto addresses = std::set<address20>{};
    for (std::size_t i = 0; i < settings.avss.size(); ++i) {
        auto const path = item_path("avss", i);
        auto const& address = settings.avss[i].address;
        if (address != address20{} && !addresses.insert(address).second)
            problems.add(path + ".address", "an earlier AVS has the same address");
        check_operator_sets(settings.avss[i], path, problems);
        check_watched_chains(settings.avss[i], settings, path, problems);
    }
}

void check_executor(executor_config const& c, violations& problems)
{
    check_url(c.url, "executor.url", problems);
    check_interval(c.wait, "executor.wait", problems);
    check_interval(c.backoff_min, "executor.backoff_min", problems);
    check_interval(c.connect_timeout, "executor.connect_timeout", problems);
    if (c.backoff_min > c.backoff_max)
        problems.add("executor.backoff_min", "greater than executor.backoff_max");
    if (c.timeout <= c.wait) problems.add("executor.timeout", "not longer than executor.wait");
}

void check_order(config const& c, violations& problems)
{
    if (c.reorg.depth > c.reorg.kept_blocks)
        problems.add("reorg.depth", "greater than reorg.kept_blocks");
    if (c.work.min_time > c.work.max_time)
        problems.add("work.min_time", "greater than work.max_time");
    check_http(c.rpc, "rpc", problems);
    check_interval(c.retention.interval, "retention.interval", problems);
}

void check(config const& settings, violations& problems)
{
    check_storage(settings.storage, problems);
    check_chains(settings.chains, problems);
    check_avss(settings, problems);
    check_executor(settings.executor, problems);
    check_order(settings, problems);
}

} // namespace

config parse_config(std::string const& text, std::string const& file)
{
    return read_settings<config>(text, file, check);
}

config load_config(std::string const& file)
{
    return parse_config(read_settings_file(file), file);
}

void print_config(std::ostream& out, config const& settings)
{
    print_settings(out, settings);
}

} // namespace aggregator
