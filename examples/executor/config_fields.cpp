// SPDX-License-Identifier: BSL-1.0
// The one table of settings.
#include "config_fields.hpp"

#include <array>

namespace executor {

namespace {

using namespace std::string_view_literals;

constexpr auto at_stop_names = std::array{"keep"sv, "stop"sv};
constexpr auto permission_names = std::array{"no"sv, "yes"sv};

void visit(field_visitor& v, http_config& c)
{
    v.begin_section("http", "the interface, on 127.0.0.1 only");
    v.number("port", c.port, {0, 65'535}, presence::optional, "0: any that is free, see the log");
    v.number("threads", c.threads, {4, 1024}, presence::optional, "most connections at once");
    v.duration("max_wait", c.max_wait, "longest wait for a task's end in one request");
    v.size("max_body", c.max_body, "a longer request is refused");
    choice(
        v, "show_secrets", c.show_secrets, permission_names,
        "whether ?secrets=yes shows values of variables");
    v.end_section();
}

void visit_artifact(field_visitor& v, artifact_entry& c)
{
    v.text("registry", c.registry, presence::required, "the name that deployments ask for");
    v.text("program", c.program, presence::required, "the program it stands for");
}

void visit_variable(field_visitor& v, variable_entry& c)
{
    v.text("name", c.name, presence::required, "the variable's name");
    v.secret("value", c.value, "its value");
    v.text(
        "value_from_env", c.value_from_env, presence::optional,
        "or the executor's own variable to copy");
}

void visit_performer(field_visitor& v, performer_entry& c)
{
    v.address("avs", c.avs, "whose tasks it works on");
    v.number("count", c.count, {1, 1000}, presence::optional, "how many of them");
    v.text("registry", c.registry, presence::required, "one of the artifacts");
    v.text("tag", c.tag, presence::optional, "for people");
    v.text("digest", c.digest, presence::optional, "sha256:... that the program must have");
    list(
        v, "environment", c.environment, presence::optional, "variables it is started with",
        visit_variable);
}

void visit(field_visitor& v, work_config& c)
{
    v.begin_section("work", "how tasks are handed to performers");
    v.number(
        "concurrency", c.concurrency, {1, 256}, presence::optional,
        "tasks that one performer works on at once");
    v.number(
        "max_in_flight", c.max_in_flight, {1, 10'000'000}, presence::optional,
        "beyond this, tasks are not accepted");
    v.number(
        "max_per_avs", c.max_per_avs, {1, 10'000'000}, presence::optional,
        "of these, the most of one AVS: they may wait for a performer");
    v.end_section();
}

void visit(field_visitor& v, health_config& c)
{
    v.begin_section("health", "how performers are watched");
    v.duration("interval", c.interval, "pause between two checks");
    v.duration("timeout", c.timeout, "for one answer of a performer");
    v.number(
        "failures", c.failures, {1, 1000}, presence::optional,
        "unanswered checks until a performer is restarted");
    v.duration("start_timeout", c.start_timeout, "until a new process must answer");
    v.number(
        "max_restarts", c.max_restarts, {1, 1000}, presence::optional,
        "failed restarts in a row until a performer is given up");
    v.end_section();
}

void visit(field_visitor& v, stop_config& c)
{
    v.begin_section("stop", "what becomes of performers when the executor stops");
    choice(
        v, "performers", c.performers, at_stop_names,
        "keep: they go on and the next start finds them");
    v.duration("drain", c.drain, "how long tasks that have begun are waited for");
    v.duration("orphan_timeout", c.orphan_timeout, "a performer nobody asks for this long ends");
    v.end_section();
}

void visit(field_visitor& v, retention_config& c)
{
    v.begin_section("retention", "what is removed");
    v.duration("processed", c.processed, "marks of processed tasks are removed after this");
    v.duration("deployments", c.deployments, "failed deployments and performers, after this");
    v.duration("interval", c.interval, "pause between two rounds of maintenance");
    v.end_section();
}

} // namespace

void visit_fields(field_visitor& v, config& c)
{
    common::visit(v, c.storage);
    v.text("folder", c.folder, presence::required, "sockets, journals and logs of performers");
    visit(v, c.http);
    list(v, "artifacts", c.artifacts, presence::required, "what may be deployed", visit_artifact);
    list(
        v, "performers", c.performers, presence::optional, "performers that shall be there",
        visit_performer);
    visit(v, c.work);
    visit(v, c.health);
    visit(v, c.stop);
    visit(v, c.retention);
}

} // namespace executor
