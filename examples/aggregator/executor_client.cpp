// SPDX-License-Identifier: BSL-1.0
// Submitting and waiting.
#include "executor_client.hpp"

#include "common/hex.hpp"
#include "common/log.hpp"
#include "common/settings_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace aggregator {

namespace {

using nlohmann::json;

std::string request_of(task const& t)
{
    return json{
        {"task_id", to_hex(t.task_id)},
        {"avs_address", to_hex(t.avs_address)},
        {"operator_set_id", t.operator_set_id},
        {"payload", to_hex(t.payload)}}
        .dump();
}

/// An answer that makes no sense is as good as none.
[[noreturn]] void fail(std::string const& what)
{
    throw http_error{"the executor's answer: " + what, true};
}

std::string text_in(json const& answer, char const* name)
{
    auto const found = answer.find(name);
    if (found == answer.end() || !found->is_string()) fail(std::string{"no "} + name);
    return *found;
}

/// How the task ended; nothing if it has not.
std::optional<outcome> outcome_in(std::string const& body)
{
    auto const answer = json::parse(body, nullptr, false);
    if (!answer.is_object()) fail("not JSON");
    auto const status = text_in(answer, "status");
    if (status == "failed") return outcome{.error = text_in(answer, "error")};
    if (status != "completed") return std::nullopt;
    auto const result = array_from_hex<32>(text_in(answer, "result"));
    if (!result) fail("a result that is no digest");
    return outcome{.result = result};
}

/// An answer of which the next one may be better is none either.
void require_final(http_answer const& answer)
{
    if (answer.may_pass()) throw http_error{"HTTP status " + std::to_string(answer.status), true};
}

outcome refusal(http_answer const& answer)
{
    auto const said = json::parse(answer.body, nullptr, false);
    auto const why = said.is_object() && said.contains("error") && said["error"].is_string()
        ? said["error"].get<std::string>()
        : "HTTP status " + std::to_string(answer.status);
    return {.error = "refused by the executor: " + why};
}

http_options to_options(executor_config const& c)
{
    auto options = http_options{};
    options.connect_timeout = c.connect_timeout;
    options.timeout = c.timeout;
    return options;
}

} // namespace

executor_client::executor_client(executor_config const& settings, std::stop_token stop)
    : settings_{settings}, client_{settings.url, to_options(settings), std::move(stop)}
{
}

std::optional<outcome> executor_client::run(task const& claimed, std::stop_token const& stop)
{
    auto pauses = backoff{settings_.backoff_min, settings_.backoff_max};
    submitted_ = false;
    while (!stop.stop_requested()) {
        if (is_expired(claimed, current_time())) return outcome{.error = std::string{expired_text}};
        try {
            if (auto ended = ask(claimed, pauses, stop)) return ended;
        } catch (http_error const& fault) {
            if (stop.stop_requested()) break;
            submitted_ = false; // perhaps another process answers next
            log_event{severity::warning, "executor_unreachable"}
                .with("task", to_hex(claimed.task_id))
                .with("reason", fault.what());
            pauses.wait(stop);
        }
    }
    return std::nullopt;
}

std::optional<outcome> executor_client::ask(
    task const& claimed, backoff& pauses, std::stop_token const& stop)
{
    if (!submitted_) {
        auto ended = submit(claimed);
        pauses.reset();
        return ended;
    }
    auto const begin = std::chrono::steady_clock::now();
    auto ended = wait_for_end(claimed);
    if (!ended) keep_distance(std::chrono::steady_clock::now() - begin, pauses, stop);
    return ended;
}

/// An executor that says at once that nothing has ended is not asked again at once.
void executor_client::keep_distance(
    std::chrono::nanoseconds took, backoff& pauses, std::stop_token const& stop) const
{
    auto const pause = pauses.next();
    if (took >= std::min(pause, settings_.wait)) return pauses.reset();
    pause_for(stop, pause - took);
}

std::optional<outcome> executor_client::submit(task const& claimed)
{
    auto const answer = client_.post_json("/tasks", request_of(claimed));
    require_final(answer);
    if (answer.status != 200 && answer.status != 202) return refusal(answer);
    submitted_ = true;
    return outcome_in(answer.body);
}

std::optional<outcome> executor_client::wait_for_end(task const& claimed)
{
    auto const answer = client_.get(
        "/tasks/" + to_hex(claimed.task_id) + "?wait=" + duration_text(settings_.wait));
    require_final(answer);
    if (answer.status == 200) return outcome_in(answer.body);
    if (answer.status != 404) return refusal(answer);
    submitted_ = false;
    return std::nullopt;
}

} // namespace aggregator
