// SPDX-License-Identifier: BSL-1.0
// Starting and ending performers.
#include "launcher.hpp"

#include "common/backoff.hpp"
#include "common/digest.hpp"
#include "common/hex.hpp"
#include "common/settings_text.hpp"
#include "deployment_store.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace executor {

namespace {

std::string const& program_of(performer const& who, std::vector<artifact_entry> const& artifacts)
{
    for (auto const& each : artifacts)
        if (each.registry == who.artifact_registry) return each.program;
    throw launch_error{"there is no artifact '" + who.artifact_registry + "'"};
}

std::string digest_of_file(std::string const& path)
{
    auto in = std::ifstream{path, std::ios::binary};
    if (!in) throw launch_error{path + ": cannot be read"};
    auto const text = std::string{std::istreambuf_iterator<char>{in}, {}};
    return "sha256:" + to_hex(sha256(std::as_bytes(std::span{text}))).substr(2);
}

void check_digest(performer const& who, std::string const& program)
{
    if (who.artifact_digest.empty()) return;
    auto const found = digest_of_file(program);
    if (found != who.artifact_digest)
        throw launch_error{program + ": has the digest " + found + ", not the one asked for"};
}

void check_mode(performer const& who)
{
    if (who.mode != deployment_mode::process)
        throw launch_error{"this executor starts processes only, no containers"};
}

/// Nothing of the executor's own environment but what programs need to run at all: the rest may
/// be secret.
std::vector<std::string> environment_of(performer const& who)
{
    auto result = std::vector<std::string>{};
    for (auto const* const name : {"PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH"})
        if (auto const* const value = std::getenv(name); value != nullptr)
            result.push_back(std::string{name} + '=' + value);
    for (auto const& each : who.environment) {
        if (each.value_from_env.empty()) {
            result.push_back(each.name + '=' + each.value);
            continue;
        }
        auto const* const value = std::getenv(each.value_from_env.c_str());
        if (value == nullptr)
            throw launch_error{
                "the executor has no variable " + each.value_from_env + " to copy to " + each.name};
        result.push_back(each.name + '=' + value);
    }
    return result;
}

} // namespace

process_identity identity_of(performer const& who)
{
    auto const pid = parse_number(who.resource_id).value_or(0);
    return {static_cast<pid_t>(pid), who.start_time, who.boot_id};
}

performer_link link_to(performer const& who, std::chrono::nanoseconds timeout)
{
    return {who.endpoint, identity_of(who).pid, timeout};
}

launcher::launcher(config const& settings)
    : settings_{settings}, folder_{std::filesystem::absolute(settings.folder).string()}
{
    if (std::filesystem::create_directories(folder_))
        std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
}

std::string launcher::file(performer const& who, std::string const& suffix) const
{
    return folder_ + '/' + uuid_of(who.performer_id) + suffix;
}

launch launcher::prepare(performer const& who) const
{
    check_mode(who);
    auto const program = std::filesystem::absolute(program_of(who, settings_.artifacts)).string();
    if (::access(program.c_str(), X_OK) != 0)
        throw launch_error{program + ": is not a program that can be executed"};
    check_digest(who, program);
    return {
        .program = program,
        .arguments =
            {"--socket", file(who, '.' + std::to_string(who.incarnation)), "--id", who.performer_id,
             "--journal", file(who, ".begun"), "--concurrency",
             std::to_string(settings_.work.concurrency), "--orphan-timeout",
             duration_text(settings_.stop.orphan_timeout)},
        .environment = environment_of(who),
        .log = file(who, ".log")};
}

std::unique_ptr<gated_process> launcher::make_process(performer& who) const
{
    ++who.incarnation;
    auto const what = prepare(who);
    auto process = std::make_unique<gated_process>(what);
    who.resource_id = std::to_string(process->identity().pid);
    who.start_time = process->identity().start_time;
    who.boot_id = process->identity().boot_id;
    who.endpoint = what.arguments[1];
    return process;
}

void launcher::wait_until_ready(performer const& who, std::stop_token const& stop) const
{
    auto const until = after(settings_.health.start_timeout);
    auto reason = std::string{"it did not answer in time"};
    do {
        if (!is_running(identity_of(who))) throw launch_error{"its process has ended"};
        try {
            auto const id = link_to(who, settings_.health.timeout).performer_id();
            if (id == who.performer_id) return;
            throw launch_error{"its process says that it is " + id};
        } catch (link_error const& fault) {
            reason = fault.what();
        }
    } while (pause_for(stop, std::chrono::milliseconds{10})
             && std::chrono::steady_clock::now() < until);
    throw launch_error{"its process does not answer: " + reason};
}

void launcher::end(performer const& who, int signal) const
{
    end_process(identity_of(who), signal, std::chrono::seconds{2});
    if (!who.endpoint.empty()) ::unlink(who.endpoint.c_str());
}

} // namespace executor
