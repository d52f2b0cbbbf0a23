// SPDX-License-Identifier: BSL-1.0
// Reads a configuration and checks what one setting alone cannot tell.
#include "config.hpp"

#include "config_reader.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace aggregator {

namespace {

std::string joined(std::vector<std::string> const& lines)
{
    auto text = std::string{};
    for (auto const& line : lines) text.append(text.empty() ? "" : "\n").append(line);
    return text;
}

std::string item(std::string const& list, std::size_t index)
{
    return list + '[' + std::to_string(index) + ']';
}

void check_storage(storage_config const& c, violations& problems)
{
    if (c.type == storage_type::sqlite && c.sqlite.path.empty())
        problems.add("storage.sqlite.path", "required when storage.type is sqlite");
}

void check_url(std::string const& url, std::string const& path, violations& problems)
{
    if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
        problems.add(path, "expected a URL that begins with http:// or https://");
}

void check_interval(std::chrono::nanoseconds time, std::string const& path, violations& problems)
{
    if (time < std::chrono::milliseconds{1}) problems.add(path, "expected at least 1ms");
}

void check_chains(std::vector<chain_config> const& chains, violations& problems)
{
    auto ids = std::set<std::uint64_t>{};
    for (std::size_t i = 0; i < chains.size(); ++i) {
        auto const path = item("chains", i);
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
        auto const place = item(path + ".operator_sets", i);
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
        auto const place = item(path + ".chains", i);
        if (!known.contains(avs.chains[i])) problems.add(place, "no chain has this id");
        if (!seen.insert(avs.chains[i]).second) problems.add(place, "named more than once");
    }
}

void check_avss(config const& settings, violations& problems)
{
    auto addresses = std::set<address20>{};
    for (std::size_t i = 0; i < settings.avss.size(); ++i) {
        auto const path = item("avss", i);
        auto const& address = settings.avss[i].address;
        if (address != address20{} && !addresses.insert(address).second)
            problems.add(path + ".address", "an earlier AVS has the same address");
        check_operator_sets(settings.avss[i], path, problems);
        check_watched_chains(settings.avss[i], settings, path, problems);
    }
}

void check_order(config const& c, violations& problems)
{
    if (c.reorg.depth > c.reorg.kept_blocks)
        problems.add("reorg.depth", "greater than reorg.kept_blocks");
    if (c.work.min_time > c.work.max_time)
        problems.add("work.min_time", "greater than work.max_time");
    if (c.rpc.backoff_min > c.rpc.backoff_max)
        problems.add("rpc.backoff_min", "greater than rpc.backoff_max");
    check_interval(c.rpc.backoff_min, "rpc.backoff_min", problems);
    check_interval(c.rpc.timeout, "rpc.timeout", problems);
    check_interval(c.rpc.connect_timeout, "rpc.connect_timeout", problems);
    check_interval(c.retention.interval, "retention.interval", problems);
    if (c.rpc.max_response == 0) problems.add("rpc.max_response", "expected at least 1");
}

void check(config const& settings, violations& problems)
{
    check_storage(settings.storage, problems);
    check_chains(settings.chains, problems);
    check_avss(settings, problems);
    check_order(settings, problems);
}

YAML::Node parse_yaml(std::string const& text, std::string const& file)
{
    try {
        return YAML::Load(text);
    } catch (YAML::Exception const& fault) {
        auto problems = violations{file};
        problems.add("", fault.mark, "not YAML: " + fault.msg);
        throw config_error{problems.lines()};
    }
}

} // namespace

config_error::config_error(std::vector<std::string> problems)
    : std::runtime_error{joined(problems)}, problems_{std::move(problems)}
{
}

config parse_config(std::string const& text, std::string const& file)
{
    auto problems = violations{file};
    auto settings = config{};
    auto reader = field_reader{parse_yaml(text, file), problems};
    visit_fields(reader, settings);
    reader.finish();
    check(settings, problems);
    if (!problems.empty()) throw config_error{problems.lines()};
    return settings;
}

config load_config(std::string const& file)
{
    if (std::filesystem::is_directory(file)) throw config_error{{file + ": is a directory"}};
    auto in = std::ifstream{file, std::ios::binary};
    if (!in) throw config_error{{file + ": cannot be read"}};
    auto const text = std::string{std::istreambuf_iterator<char>{in}, {}};
    return parse_config(text, file);
}

} // namespace aggregator
