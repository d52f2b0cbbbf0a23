// SPDX-License-Identifier: BSL-1.0
// Claiming, beginning, following.
#include "crew.hpp"

#include "common/hex.hpp"
#include "common/patience.hpp"

namespace executor {

namespace {

/// How long a thread trusts that nobody told it of new tasks.
constexpr auto look_again = std::chrono::milliseconds{500};
/// How long one question for a task's end waits.
constexpr auto one_wait = std::chrono::milliseconds{500};
constexpr auto short_pause = std::chrono::milliseconds{20};

constexpr auto maybe_begun_text = std::string_view{
    "its performer ended, and whether it began is not known"};
constexpr auto begun_text = std::string_view{"its performer ended after it had begun"};
constexpr auto forgotten_text = std::string_view{"its performer began it and does not know it"};

} // namespace

crew::crew(
    database& db, config const& settings, bulletins& news, performer who,
    std::function<void(std::exception const&)> on_failure)
    : db_{db}, settings_{settings}, news_{news}, on_failure_{std::move(on_failure)}, who_{std::move(
                                                                                         who)}
{
    for (std::uint64_t i = 0; i < settings_.work.concurrency; ++i)
        threads_.emplace_back([this](std::stop_token const& stop) { run(stop); });
}

crew::~crew()
{
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
}

void crew::assign(performer who)
{
    auto const lock = std::lock_guard{guard_};
    who_ = std::move(who);
}

performer crew::who() const
{
    auto const lock = std::lock_guard{guard_};
    return who_;
}

void crew::serve(bool on)
{
    serving_ = on;
    if (on) news_.arrivals.publish();
}

void crew::adopt(in_flight_task task)
{
    {
        auto const lock = std::lock_guard{guard_};
        auto entry = followed_tasks::entry{news_.followed, task.task_id};
        adopted_.push_back({std::move(task), std::move(entry)});
        ++busy_;
    }
    news_.arrivals.publish();
}

std::optional<crew::adopted_task> crew::take_adopted()
{
    auto const lock = std::lock_guard{guard_};
    if (adopted_.empty()) return std::nullopt;
    auto task = std::optional{std::move(adopted_.front())};
    adopted_.pop_front();
    return task;
}

void crew::run(std::stop_token const& stop)
{
    try {
        work(stop);
    } catch (std::exception const& fault) {
        if (!stop.stop_requested()) on_failure_(fault);
    }
}

void crew::work(std::stop_token const& stop)
{
    while (!stop.stop_requested()) {
        auto const edition = news_.arrivals.edition();
        if (!work_once(stop)) news_.arrivals.wait_beyond(edition, stop, look_again);
    }
}

/// One task to its end, or to our own; false if there was none.
bool crew::work_once(std::stop_token const& stop)
{
    auto const at = who();
    auto const adopted = take_adopted();
    if (adopted) {
        if (adopted->task.status == task_status::started)
            follow(adopted->task, at, stop);
        else
            settle(adopted->task, at, stop);
        --busy_;
        return true;
    }
    ++busy_; // before it is known whether there is one, so that nobody believes us idle meanwhile
    auto const claimed = claim_one(at, stop);
    if (claimed) {
        auto const entry = followed_tasks::entry{news_.followed, claimed->task_id};
        begin(*claimed, at, stop);
    }
    --busy_;
    return claimed.has_value();
}

std::optional<in_flight_task> crew::claim_one(performer const& at, std::stop_token const& stop)
{
    if (!serving_) return std::nullopt;
    return with_patience(
        stop, [&] { return claim(db_, at.avs_address, at.performer_id, at.incarnation); });
}

void crew::begin(in_flight_task const& task, performer const& at, std::stop_token const& stop)
{
    try {
        auto const answer = link_to(at, settings_.health.timeout).begin(task);
        if (answer.state == task_state::not_begun) {
            put_back(task, stop);
            pause_for(stop, short_pause);
            return;
        }
        with_patience(stop, [&] { mark_started(db_, task); });
        follow(task, at, stop);
    } catch (unreached_error const&) { // nothing was sent, so nothing has begun
        serving_ = false;
        put_back(task, stop);
        news_.chores.publish();
    } catch (link_error const&) {
        settle(task, at, stop);
    }
}

/// For a task that may have begun: asks until the performer has answered, or has ended.
void crew::settle(in_flight_task const& task, performer const& at, std::stop_token const& stop)
{
    while (!stop.stop_requested()) {
        if (task.incarnation != at.incarnation || !is_running(identity_of(at)))
            return give_up(task, maybe_begun_text, stop);
        try {
            auto const answer = link_to(at, settings_.health.timeout).resolve(task);
            if (answer.state == task_state::not_begun) return put_back(task, stop);
            with_patience(stop, [&] { mark_started(db_, task); });
            return follow(task, at, stop);
        } catch (link_error const&) {
            news_.chores.publish();
            pause_for(stop, short_pause);
        }
    }
}

/// For a task that has begun: waits for its end, or the performer's.
void crew::follow(in_flight_task const& task, performer const& at, std::stop_token const& stop)
{
    auto const link = link_to(at, settings_.health.timeout);
    while (!stop.stop_requested()) {
        if (task.incarnation != at.incarnation || !is_running(identity_of(at)))
            return give_up(task, begun_text, stop);
        try {
            if (take_answer(link.wait(task.task_id, one_wait), task, at, stop)) return;
        } catch (link_error const&) {
            news_.chores.publish();
            pause_for(stop, short_pause);
        }
    }
}

/// Whether the answer settled the task.
bool crew::take_answer(
    task_answer const& answer, in_flight_task const& task, performer const& at,
    std::stop_token const& stop)
{
    if (answer.state == task_state::running) return false;
    if (answer.state == task_state::not_begun)
        give_up(task, forgotten_text, stop);
    else
        finish(task, answer.how, at, stop);
    return true;
}

void crew::put_back(in_flight_task const& task, std::stop_token const& stop)
{
    with_patience(stop, [&] { return give_back(db_, task); });
    news_.arrivals.publish();
}

void crew::finish(
    in_flight_task const& task, outcome const& how, performer const& at,
    std::stop_token const& stop)
{
    with_patience(stop, [&] { return conclude(db_, task, how, current_time()); });
    news_.endings.publish();
    try {
        link_to(at, settings_.health.timeout).forget(task.task_id);
    } catch (link_error const&) { // it remembers one outcome more
    }
}

void crew::give_up(in_flight_task const& task, std::string_view why, std::stop_token const& stop)
{
    if (with_patience(stop, [&] { return interrupt(db_, task, why, current_time()); }))
        log_event{severity::warning, "interrupted"}
            .with("task", to_hex(task.task_id))
            .with("performer", task.performer_id)
            .with("reason", why);
    news_.endings.publish();
}

} // namespace executor
