// SPDX-License-Identifier: BSL-1.0
// Counting and printing.
#include "metrics.hpp"

#include "http_json.hpp"

namespace executor {

using namespace cairn::literals;

namespace {

template <class Status, class Count>
std::map<Status, std::uint64_t> count_each(Count const& count)
{
    auto result = std::map<Status, std::uint64_t>{};
    for (auto const& each : cairn::enum_names<Status>.view())
        result[static_cast<Status>(each.value)] = count(static_cast<Status>(each.value));
    return result;
}

void add_header(std::string& text, std::string const& name, std::string const& meaning)
{
    text.append("# HELP " + name + ' ' + meaning + '\n');
    text.append("# TYPE " + name + " gauge\n");
}

template <class Status>
void add_gauge(
    std::string& text, std::string const& name, std::string const& meaning,
    std::map<Status, std::uint64_t> const& counts)
{
    add_header(text, name, meaning);
    for (auto const& [status, count] : counts)
        text.append(name + "{status=\"" + name_of(status) + "\"} " + std::to_string(count) + '\n');
}

} // namespace

census take_census(database& db)
{
    return db.read([](auto& view) {
        return census{
            .performers = count_each<performer_status>(
                [&](performer_status s) { return view[performers].by("status"_by, s).count(); }),
            .in_flight = count_each<task_status>(
                [&](task_status s) { return view[in_flight].by("status"_by, s).count(); }),
            .deployments = count_each<deployment_status>(
                [&](deployment_status s) { return view[deployments].by("status"_by, s).count(); }),
            .processed = view[processed].scan().count()};
    });
}

std::string metrics_text(census const& counts)
{
    auto text = std::string{};
    add_gauge(text, "executor_performers", "Performers by status.", counts.performers);
    add_gauge(text, "executor_tasks_in_flight", "Accepted tasks by status.", counts.in_flight);
    add_gauge(text, "executor_deployments", "Kept deployments by status.", counts.deployments);
    add_header(text, "executor_tasks_processed", "Kept marks of processed tasks.");
    text.append("executor_tasks_processed " + std::to_string(counts.processed) + '\n');
    return text;
}

} // namespace executor
