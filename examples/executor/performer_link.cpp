// SPDX-License-Identifier: BSL-1.0
// One line of JSON each way.
#include "performer_link.hpp"

#include "common/hex.hpp"

#include <nlohmann/json.hpp>

namespace executor {

namespace {

using nlohmann::json;

json parsed(std::string const& line)
{
    auto answer = json::parse(line, nullptr, false);
    if (!answer.is_object()) throw link_error{"an answer that is not JSON"};
    return answer;
}

std::string text_of(json const& answer, char const* name)
{
    auto const found = answer.find(name);
    if (found == answer.end() || !found->is_string())
        throw link_error{std::string{"an answer without "} + name};
    return *found;
}

outcome outcome_of(json const& answer)
{
    if (answer.contains("error")) return {.error = text_of(answer, "error")};
    auto const result = array_from_hex<32>(text_of(answer, "result"));
    if (!result) throw link_error{"a result that is no digest"};
    return {.result = result};
}

task_answer to_answer(std::string const& line)
{
    auto const answer = parsed(line);
    auto const state = text_of(answer, "state");
    if (state == "not_begun") return {.state = task_state::not_begun};
    if (state == "running") return {.state = task_state::running};
    if (state == "ended") return {.state = task_state::ended, .how = outcome_of(answer)};
    throw link_error{"an unknown state"};
}

json about(char const* question, hash32 const& task)
{
    return {{"ask", question}, {"task", to_hex(task)}};
}

} // namespace

line_socket performer_link::reach(deadline until) const
{
    try {
        auto connection = line_socket::connect(socket_, until);
        if (connection.peer() != pid_) throw link_error{socket_ + ": another process is there"};
        return connection;
    } catch (link_error const& fault) {
        throw unreached_error{fault.what()};
    }
}

std::string performer_link::ask(std::string const& request, std::chrono::nanoseconds extra) const
{
    auto const until = after(timeout_ + extra);
    auto connection = reach(until);
    connection.send_line(request, until);
    auto answer = connection.receive_line(until, longest_line);
    if (!answer) throw link_error{"closed without an answer"};
    return *std::move(answer);
}

std::string performer_link::performer_id() const
{
    return text_of(parsed(ask(json{{"ask", "hello"}}.dump())), "performer");
}

task_answer performer_link::begin(in_flight_task const& task) const
{
    auto request = about("begin", task.task_id);
    request["claim"] = task.claims;
    request["payload"] = to_hex(task.payload);
    return to_answer(ask(request.dump()));
}

task_answer performer_link::resolve(in_flight_task const& task) const
{
    auto request = about("resolve", task.task_id);
    request["claim"] = task.claims;
    return to_answer(ask(request.dump()));
}

task_answer performer_link::wait(hash32 const& task, std::chrono::milliseconds time) const
{
    auto request = about("wait", task);
    request["time_ms"] = time.count();
    return to_answer(ask(request.dump(), time));
}

void performer_link::forget(hash32 const& task) const
{
    static_cast<void>(ask(about("forget", task).dump()));
}

} // namespace executor
