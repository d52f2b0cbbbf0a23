// SPDX-License-Identifier: BSL-1.0
// A performer: a process that works on tasks, asked over a Unix socket, whoever asks.
#include "bench.hpp"

#include "../line_socket.hpp"
#include "common/hex.hpp"
#include "common/log.hpp"
#include "common/settings_text.hpp"
#include "common/signals.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>

namespace {

using namespace common;
using namespace std::chrono_literals;
using executor::after;
using executor::line_socket;
using nlohmann::json;
using performer::bench;
using performer::task_report;
using performer::task_state;

struct options {
    std::string socket{};
    std::string id{};
    std::chrono::nanoseconds orphan_timeout = 10min;
    performer::bench_options work{};
};

json to_json(task_report const& report)
{
    if (report.state == task_state::not_begun) return {{"state", "not_begun"}};
    if (report.state == task_state::running) return {{"state", "running"}};
    auto answer = json{{"state", "ended"}};
    if (report.how.error) answer["error"] = *report.how.error;
    if (report.how.result) answer["result"] = to_hex(*report.how.result);
    return answer;
}

hash32 task_of(json const& request)
{
    auto const task = array_from_hex<32>(request.at("task").get<std::string>());
    if (!task) throw std::invalid_argument{"a task's id is 32 bytes"};
    return *task;
}

bytes payload_of(json const& request)
{
    auto payload = bytes_from_hex(request.at("payload").get<std::string>());
    if (!payload) throw std::invalid_argument{"a payload is hexadecimal"};
    return *std::move(payload);
}

json answer(bench& work, std::string const& id, json const& request)
{
    auto const question = request.at("ask").get<std::string>();
    if (question == "hello") return {{"performer", id}, {"running", work.running()}};
    auto const task = task_of(request);
    if (question == "begin")
        return to_json(
            work.begin(task, request.at("claim").get<std::uint64_t>(), payload_of(request)));
    if (question == "resolve")
        return to_json(work.resolve(task, request.at("claim").get<std::uint64_t>()));
    if (question == "wait") {
        auto const time = request.at("time_ms").get<std::uint32_t>();
        return to_json(work.wait(task, std::chrono::milliseconds{std::min(time, 60'000U)}));
    }
    if (question != "forget") throw std::invalid_argument{"an unknown question"};
    work.forget(task);
    return json::object();
}

/// One connection, until the other side closes it.
void serve(bench& work, std::string const& id, line_socket connection)
{
    try {
        while (auto const line = connection.receive_line(after(30s), 16U << 20U))
            connection.send_line(answer(work, id, json::parse(*line)).dump(), after(10s));
    } catch (std::exception const& fault) { // closed without an answer, which is an answer too
        log_event{severity::warning, "refused"}.with("reason", fault.what());
    }
}

/// The next connection, if one came soon. A shortage of descriptors passes.
std::optional<line_socket> accept_from(executor::line_listener& listener)
{
    try {
        return listener.accept(after(100ms));
    } catch (executor::link_error const& fault) {
        log_event{severity::warning, "not_accepted"}.with("reason", fault.what());
        std::this_thread::sleep_for(100ms);
        return std::nullopt;
    }
}

/// Serves until told to stop, or nobody has asked anything for too long.
void serve_all(options const& chosen, std::stop_token const& stop)
{
    auto work = bench{chosen.work};
    auto listener = std::make_optional<executor::line_listener>(chosen.socket);
    auto orphaned = after(chosen.orphan_timeout);
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < orphaned) {
        auto connection = accept_from(*listener);
        if (!connection) continue;
        orphaned = after(chosen.orphan_timeout);
        std::thread{[&work, &chosen, taken = *std::move(connection)]() mutable {
            serve(work, chosen.id, std::move(taken));
        }}.detach();
    }
    log_event{severity::info, "leaving"}.with("running", work.running());
    listener.reset();
    std::_Exit(0); // the connections' threads still use what is here
}

/// A length of simulated work, from the environment, as deployments set it.
std::chrono::nanoseconds time_from(char const* name)
{
    auto const* const text = std::getenv(name);
    if (text == nullptr) return {};
    auto const time = parse_duration(text);
    if (!time) throw std::invalid_argument{std::string{name} + ": expected a time such as 20ms"};
    return *time;
}

int run(int argc, char** argv)
{
    auto chosen = options{};
    auto orphan_timeout = std::string{"10m"};
    auto app = CLI::App{"Works on tasks, asked over a Unix socket; started by the executor"};
    app.add_option("--socket", chosen.socket, "where to listen")->required();
    app.add_option("--id", chosen.id, "the performer's id")->required();
    app.add_option("--journal", chosen.work.journal, "file for each begin")->required();
    app.add_option("--concurrency", chosen.work.concurrency, "most tasks at once");
    app.add_option("--orphan-timeout", orphan_timeout, "end if nobody asks for so long");
    app.footer("PERFORMER_MIN_TIME and PERFORMER_MAX_TIME are the length of simulated work.");
    CLI11_PARSE(app, argc, argv);
    chosen.orphan_timeout = parse_duration(orphan_timeout).value();
    chosen.work.min_time = time_from("PERFORMER_MIN_TIME");
    chosen.work.max_time = std::max(time_from("PERFORMER_MAX_TIME"), chosen.work.min_time);
    auto const signals = signal_watch{};
    serve_all(chosen, signals.token());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (std::exception const& fault) {
        std::cerr << "performer: " << fault.what() << '\n';
        return 1;
    }
}
