// SPDX-License-Identifier: BSL-1.0
// The interface, by cpp-httplib.
#include "http_api.hpp"

#include "common/damage.hpp"
#include "common/hex.hpp"
#include "common/patience.hpp"
#include "common/settings_text.hpp"
#include "http_json.hpp"
#include "metrics.hpp"

#include <httplib.h>

#include <algorithm>
#include <map>

namespace executor {

using namespace cairn::literals;
using nlohmann::json;

namespace {

enum http_status : int {
    ok = 200,
    accepted = 202,
    malformed = 400,
    forbidden = 403,
    not_found = 404,
    conflict = 409,
    unsupported_type = 415,
    unprocessable = 422,
    broken = 500,
    unavailable = 503
};

void answer(httplib::Response& response, int status, json const& body)
{
    response.status = status;
    response.set_content(
        body.dump(-1, ' ', false, json::error_handler_t::replace) + '\n', "application/json");
}

void refuse(httplib::Response& response, int status, std::string const& why)
{
    answer(response, status, {{"error", why}});
}

void refuse_followed(httplib::Response& response)
{
    refuse(response, unavailable, "the task's record is damaged, and its performer works on it");
}

/// Lists the keys of damaged records.
auto names_to(json& list)
{
    return [&list](cairn::corrupt_record const& fault) {
        report_damage(fault);
        list.push_back(fault.key());
    };
}

/// Whether every configured performer is in service that has not been removed.
bool configured_ones_serve(database& db, std::vector<performer_entry> const& wanted)
{
    auto counts = std::map<address20, std::uint64_t>{};
    for (auto const& each : wanted) counts[each.avs] += each.count;
    return std::ranges::all_of(counts, [&](auto const& entry) {
        auto serving = std::uint64_t{};
        auto failed = std::uint64_t{};
        auto const report = [&](cairn::corrupt_record const&) { ++failed; };
        for (auto const& who : db[performers].by("avs"_by, entry.first).tolerate(report)) {
            serving += who.status == performer_status::in_service ? 1 : 0;
            failed += who.status == performer_status::failed ? 1 : 0;
        }
        return failed == 0 || serving >= entry.second;
    });
}

/// A web page of elsewhere must not reach us by a name that it makes point here.
bool is_for_loopback(httplib::Request const& request)
{
    auto const host = request.get_header_value("Host");
    auto const name = host.substr(0, host.rfind(':'));
    return name == "127.0.0.1" || name == "localhost";
}

bool has_json(httplib::Request const& request)
{
    return request.get_header_value("Content-Type").starts_with("application/json");
}

std::uint64_t limit_of(httplib::Request const& request)
{
    if (!request.has_param("limit")) return 50;
    auto const limit = parse_number(request.get_param_value("limit"));
    if (!limit || *limit < 1 || *limit > 1000)
        throw bad_request{"limit: expected a number from 1 to 1000"};
    return *limit;
}

int status_of(submission const& what)
{
    switch (what.what) {
    case acceptance::accepted:
    case acceptance::waiting: return accepted;
    case acceptance::ended: return ok;
    case acceptance::conflicting: return conflict;
    case acceptance::full:
    case acceptance::full_for_avs: return unavailable;
    }
    return broken;
}

/// From 500 on a client may ask again; a damaged record stays as it is, unless a performer works on
/// its task, which `ask_about` knows.
int status_of(cairn::error const& fault)
{
    if (may_pass(fault)) return unavailable;
    switch (fault.code()) {
    case cairn::errc::invalid_argument: return malformed;
    case cairn::errc::corrupt_record: return unprocessable;
    default: return broken;
    }
}

} // namespace

struct http_api::server {
    database& db;
    config const& settings;
    bulletins& news;
    httplib::Server http{};
    std::stop_source stopping{};
    int port = 0;
    std::thread thread{};

    server(database& store, config const& c, bulletins& b) : db{store}, settings{c}, news{b} {}

    void configure();
    void route();
    void listen();

    using action = void (server::*)(httplib::Request const&, httplib::Response&);
    httplib::Server::Handler guarded(action what);

    void submit_task(httplib::Request const&, httplib::Response&);
    void show_task(httplib::Request const&, httplib::Response&);
    void place_deployment(httplib::Request const&, httplib::Response&);
    void list_deployments(httplib::Request const&, httplib::Response&);
    void show_deployment(httplib::Request const&, httplib::Response&);
    void list_performers(httplib::Request const&, httplib::Response&);
    void show_performer(httplib::Request const&, httplib::Response&);
    void remove_performer(httplib::Request const&, httplib::Response&);
    void show_health(httplib::Request const&, httplib::Response&);
    void show_metrics(httplib::Request const&, httplib::Response&);

    template <class Question>
    std::optional<submission> ask_about(hash32 const& task, Question const& ask);
    std::optional<submission> wait_for_end(hash32 const& task, std::chrono::nanoseconds time);
    [[nodiscard]] std::chrono::nanoseconds wait_of(httplib::Request const& request) const;
    [[nodiscard]] secrets secrets_for(httplib::Request const& request) const;
};

/// Runs a handler; what it throws becomes an answer.
httplib::Server::Handler http_api::server::guarded(action what)
{
    return [this, what](httplib::Request const& request, httplib::Response& response) {
        try {
            (this->*what)(request, response);
        } catch (bad_request const& fault) {
            refuse(response, malformed, fault.what());
        } catch (cairn::error const& fault) {
            refuse(response, status_of(fault), fault.what());
        } catch (std::exception const& fault) {
            refuse(response, broken, fault.what());
        }
    };
}

void http_api::server::configure()
{
    http.new_task_queue = [threads = settings.http.threads] {
        return new httplib::ThreadPool{threads}; // the server deletes it
    };
    http.set_socket_options([](socket_t socket) { // not SO_REUSEPORT: the port is ours alone
        auto const yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    http.set_keep_alive_timeout(1); // a stop waits for it
    http.set_keep_alive_max_count(100'000);
    http.set_payload_max_length(settings.http.max_body);
    http.set_tcp_nodelay(true);
    http.set_pre_routing_handler([](httplib::Request const& request, httplib::Response& response) {
        if (is_for_loopback(request)) return httplib::Server::HandlerResponse::Unhandled;
        refuse(response, forbidden, "ask 127.0.0.1 or localhost");
        return httplib::Server::HandlerResponse::Handled;
    });
}

void http_api::server::route()
{
    http.Post("/tasks", guarded(&server::submit_task));
    http.Get("/tasks/(0x[0-9a-fA-F]+)", guarded(&server::show_task));
    http.Post("/deployments", guarded(&server::place_deployment));
    http.Get("/deployments", guarded(&server::list_deployments));
    http.Get("/deployments/([^/]+)", guarded(&server::show_deployment));
    http.Get("/performers", guarded(&server::list_performers));
    http.Get("/performers/([^/]+)", guarded(&server::show_performer));
    http.Delete("/performers/([^/]+)", guarded(&server::remove_performer));
    http.Get("/health", guarded(&server::show_health));
    http.Get("/metrics", guarded(&server::show_metrics));
}

void http_api::server::listen()
{
    constexpr auto loopback = "127.0.0.1";
    auto const wanted = static_cast<int>(settings.http.port);
    if (wanted == 0)
        port = http.bind_to_any_port(loopback);
    else if (http.bind_to_port(loopback, wanted))
        port = wanted;
    if (port <= 0) throw std::runtime_error{"port " + std::to_string(wanted) + " is taken"};
    thread = std::thread{[this] { http.listen_after_bind(); }};
    while (!http.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

std::chrono::nanoseconds http_api::server::wait_of(httplib::Request const& request) const
{
    if (!request.has_param("wait")) return {};
    auto const time = parse_duration(request.get_param_value("wait"));
    if (!time) throw bad_request{"wait: expected a time such as 5s"};
    return std::min(*time, settings.http.max_wait);
}

/// Values of variables are shown if the request asks for them and the configuration allows it.
secrets http_api::server::secrets_for(httplib::Request const& request) const
{
    if (request.get_param_value("secrets") != "yes") return secrets::masked;
    if (settings.http.show_secrets == permission::no)
        throw bad_request{"secrets: http.show_secrets does not allow that"};
    return secrets::shown;
}

/// What `ask` says of the task; nothing while its record is damaged but its performer works on it,
/// for then its outcome will replace the record.
template <class Question>
std::optional<submission> http_api::server::ask_about(hash32 const& task, Question const& ask)
{
    try {
        return ask();
    } catch (cairn::corrupt_record const&) {
        if (news.followed.contains(task)) return std::nullopt;
    }
    return ask(); // it may have ended in between
}

void http_api::server::submit_task(httplib::Request const& request, httplib::Response& response)
{
    if (!has_json(request))
        return refuse(response, unsupported_type, "expected Content-Type: application/json");
    auto const task = task_from_json(request.body, current_time());
    auto const result = ask_about(task.task_id, [&] { return submit(db, task, settings.work); });
    if (!result) return refuse_followed(response);
    if (result->what == acceptance::conflicting)
        return refuse(response, conflict, "another task has this id");
    if (result->what == acceptance::full)
        return refuse(response, unavailable, "too many tasks are in flight");
    if (result->what == acceptance::full_for_avs)
        return refuse(response, unavailable, "too many tasks of this AVS are in flight");
    if (result->what == acceptance::accepted) news.arrivals.publish();
    answer(response, status_of(*result), to_json(*result, task.task_id));
}

std::optional<submission> http_api::server::wait_for_end(
    hash32 const& task, std::chrono::nanoseconds time)
{
    auto const stop = stopping.get_token();
    auto const until = after(time);
    for (;;) {
        auto const edition = news.endings.edition();
        auto result = ask_about(task, [&] { return look_up(db, task); });
        auto const left = until - std::chrono::steady_clock::now();
        auto const is_open = !result || result->waiting;
        if (!is_open || left.count() <= 0 || stop.stop_requested()) return result;
        news.endings.wait_beyond(edition, stop, left);
    }
}

void http_api::server::show_task(httplib::Request const& request, httplib::Response& response)
{
    auto const task = hash_from_text(request.matches[1], "task_id");
    auto const known = wait_for_end(task, wait_of(request));
    if (!known) return refuse_followed(response);
    if (!known->waiting && !known->ended) return refuse(response, not_found, "no such task");
    answer(response, ok, to_json(*known, task));
}

void http_api::server::place_deployment(
    httplib::Request const& request, httplib::Response& response)
{
    if (!has_json(request))
        return refuse(response, unsupported_type, "expected Content-Type: application/json");
    auto const placed = place(db, order_from_json(request.body), current_time());
    news.chores.publish();
    answer(response, accepted, to_json(placed));
}

void http_api::server::list_deployments(
    httplib::Request const& request, httplib::Response& response)
{
    auto const token = request.get_param_value("page");
    auto const listed = [&](auto const& records) {
        auto damaged = json::array();
        auto const range = records.tolerate(names_to(damaged));
        auto const newest = request.get_param_value("order") == "newest";
        auto const limit = limit_of(request);
        auto const page = newest ? range.reversed().page(limit, token) : range.page(limit, token);
        auto result = json{
            {"deployments", json::array()}, {"damaged", damaged}, {"next", page.next}};
        for (auto const& each : page.records) result["deployments"].push_back(to_json(each));
        answer(response, ok, result);
    };
    if (request.has_param("avs") && request.has_param("status"))
        throw bad_request{"ask by avs or by status"};
    if (request.has_param("avs"))
        return listed(db[deployments].by(
            "history"_by, address_from_text(request.get_param_value("avs"), "avs")));
    if (request.has_param("status"))
        return listed(db[deployments].by(
            "status"_by, value_of<deployment_status>(request.get_param_value("status"), "status")));
    listed(db[deployments].scan());
}

void http_api::server::show_deployment(httplib::Request const& request, httplib::Response& response)
{
    auto const found = find_named(db[deployments], request.matches[1].str());
    if (!found) return refuse(response, not_found, "no such deployment");
    answer(response, ok, to_json(*found));
}

void http_api::server::list_performers(httplib::Request const& request, httplib::Response& response)
{
    auto const show = secrets_for(request);
    auto const token = request.get_param_value("page");
    auto const listed = [&](auto const& records) {
        auto damaged = json::array();
        auto const page = records.tolerate(names_to(damaged)).page(limit_of(request), token);
        auto result = json{
            {"performers", json::array()}, {"damaged", damaged}, {"next", page.next}};
        for (auto const& each : page.records) result["performers"].push_back(to_json(each, show));
        answer(response, ok, result);
    };
    if (request.has_param("avs") && request.has_param("status"))
        throw bad_request{"ask by avs or by status"};
    if (request.has_param("avs"))
        return listed(
            db[performers].by("avs"_by, address_from_text(request.get_param_value("avs"), "avs")));
    if (request.has_param("status"))
        return listed(db[performers].by(
            "status"_by, value_of<performer_status>(request.get_param_value("status"), "status")));
    listed(db[performers].scan());
}

void http_api::server::show_performer(httplib::Request const& request, httplib::Response& response)
{
    auto const found = find_named(db[performers], request.matches[1].str());
    if (!found) return refuse(response, not_found, "no such performer");
    answer(response, ok, to_json(*found, secrets_for(request)));
}

/// Recorded first, then carried out: a kill in between changes nothing of it.
void http_api::server::remove_performer(
    httplib::Request const& request, httplib::Response& response)
{
    auto const id = request.matches[1].str();
    auto const was_there = db.write([&](transaction& tx) {
        if (!tx[performers].contains(id)) return false;
        auto const found = find_whole(tx[performers], id); // of a damaged one nothing can be done
        if (!found || found->status == performer_status::failed)
            tx[performers].erase(id);
        else
            tx[performers].update(id, [](performer& p) { p.status = performer_status::stopped; });
        return true;
    });
    if (!was_there) return refuse(response, not_found, "no such performer");
    news.chores.publish();
    answer(response, accepted, {{"performer_id", id}, {"status", "stopped"}});
}

/// A performer that failed for good may be one that was asked for by mistake; it is shown, and makes
/// us unready only where the configuration asks for more performers than there are.
void http_api::server::show_health(httplib::Request const&, httplib::Response& response)
{
    auto const counts = take_census(db).performers;
    auto by_status = json::object();
    for (auto const& [status, count] : counts) by_status[name_of(status)] = count;
    auto const on_the_way = counts.at(performer_status::staged)
        + counts.at(performer_status::running);
    auto const ready = on_the_way == 0 && configured_ones_serve(db, settings.performers);
    auto const whole = counts.at(performer_status::failed) == 0;
    answer(
        response, ready ? ok : unavailable,
        {{"status",
          !ready      ? "unavailable"
              : whole ? "healthy"
                      : "degraded"},
         {"performers", by_status}});
}

void http_api::server::show_metrics(httplib::Request const&, httplib::Response& response)
{
    response.set_content(metrics_text(take_census(db)), "text/plain; version=0.0.4");
}

http_api::http_api(database& db, config const& settings, bulletins& news)
    : server_{std::make_unique<server>(db, settings, news)}
{
    server_->configure();
    server_->route();
    server_->listen();
}

http_api::~http_api()
{
    server_->stopping.request_stop();
    server_->http.stop();
    server_->thread.join();
}

int http_api::port() const
{
    return server_->port;
}

} // namespace executor
