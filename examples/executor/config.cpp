// SPDX-License-Identifier: BSL-1.0
// Reads a configuration and checks what one setting alone cannot tell.
#include "config.hpp"

#include "common/hex.hpp"
#include "common/settings_reader.hpp"
#include "config_fields.hpp"

#include <sys/un.h>

#include <filesystem>

namespace executor {

namespace {

constexpr auto longest_socket_path = sizeof(sockaddr_un::sun_path) - 1;

void check_folder(std::string const& folder, violations& problems)
{
    if (folder.empty()) return; // said already
    auto const path = std::filesystem::absolute(folder).string();
    if (path.size() + socket_name_length > longest_socket_path)
        problems.add(
            "folder",
            "too long for sockets in it: at most "
                + std::to_string(longest_socket_path - socket_name_length)
                + " characters as an absolute path");
}

void check_artifacts(std::vector<artifact_entry> const& artifacts, violations& problems)
{
    auto seen = std::set<std::string>{};
    for (std::size_t i = 0; i < artifacts.size(); ++i)
        if (!seen.insert(artifacts[i].registry).second)
            problems.add(
                item_path("artifacts", i) + ".registry", "an earlier artifact has this name");
}

bool is_digest(std::string const& text)
{
    constexpr auto scheme = std::string_view{"sha256:"};
    return text.starts_with(scheme) && array_from_hex<32>("0x" + text.substr(scheme.size()));
}

void check_variables(
    std::vector<variable_entry> const& variables, std::string const& list, violations& problems)
{
    auto seen = std::set<std::string>{};
    for (std::size_t i = 0; i < variables.size(); ++i) {
        auto const& each = variables[i];
        auto const path = item_path(list, i);
        if (each.name.find('=') != std::string::npos)
            problems.add(path + ".name", "a variable's name has no '='");
        if (!seen.insert(each.name).second)
            problems.add(path + ".name", "an earlier variable has this name");
        if (!each.value.empty() && !each.value_from_env.empty())
            problems.add(path + ".value_from_env", "there is a value already");
    }
}

void check_performers(config const& c, violations& problems)
{
    auto known = std::set<std::string>{};
    for (auto const& each : c.artifacts) known.insert(each.registry);
    auto seen = std::set<address20>{};
    for (std::size_t i = 0; i < c.performers.size(); ++i) {
        auto const& each = c.performers[i];
        auto const path = item_path("performers", i);
        if (!each.registry.empty() && !known.contains(each.registry))
            problems.add(path + ".registry", "no artifact has this name");
        if (!each.digest.empty() && !is_digest(each.digest))
            problems.add(path + ".digest", "expected sha256: and 64 hexadecimal digits");
        if (each.avs != address20{} && !seen.insert(each.avs).second)
            problems.add(path + ".avs", "an earlier entry has the same address");
        check_variables(each.environment, path + ".environment", problems);
    }
}

void check_times(config const& c, violations& problems)
{
    check_interval(c.health.interval, "health.interval", problems);
    check_interval(c.health.timeout, "health.timeout", problems);
    check_interval(c.health.start_timeout, "health.start_timeout", problems);
    check_interval(c.retention.interval, "retention.interval", problems);
    if (c.stop.orphan_timeout < 2 * c.health.interval)
        problems.add("stop.orphan_timeout", "less than twice health.interval");
    if (c.http.max_body > most_body) problems.add("http.max_body", "more than 8MiB");
}

void check(config const& settings, violations& problems)
{
    check_storage(settings.storage, problems);
    check_folder(settings.folder, problems);
    check_artifacts(settings.artifacts, problems);
    check_performers(settings, problems);
    check_times(settings, problems);
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

void print_config(std::ostream& out, config const& settings, secrets show)
{
    print_settings(out, settings, show);
}

} // namespace executor
