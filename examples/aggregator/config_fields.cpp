// SPDX-License-Identifier: BSL-1.0
// The one table of settings.
#include "config_fields.hpp"

#include <array>

namespace aggregator {

namespace {

using namespace std::string_view_literals;

constexpr auto curve_names = std::array{"unknown"sv, "ecdsa"sv, "bn254"sv};
constexpr auto consensus_names = std::array{"none"sv, "stake_proportion_threshold"sv};
constexpr auto operator_set_range = number_range{0, std::numeric_limits<std::uint32_t>::max()};

void visit_chain(field_visitor& v, chain_config& c)
{
    v.text("name", c.name, presence::required, "for people");
    v.number(
        "chain_id", c.chain_id, {1, std::numeric_limits<std::int64_t>::max()}, presence::required,
        "checked against the node's own answer");
    v.text("rpc_url", c.rpc_url, presence::required, "the node's JSON-RPC endpoint, http or https");
    v.duration("poll_interval", c.poll_interval, "pause between two polls");
    v.maybe_number(
        "start_block", c.start_block, "first block ever; absent: the head at first start");
    v.number(
        "blocks_per_poll", c.blocks_per_poll, {1, 100'000}, presence::optional,
        "most blocks that one poll processes");
}

void visit_operator_set(field_visitor& v, operator_set_entry& c)
{
    v.number("id", c.id, operator_set_range, presence::required, "unique within the AVS");
    v.duration("task_sla", c.task_sla, "whole seconds until a task's deadline; 0s: none");
    v.choice("curve", c.curve, curve_names, "of the operators' keys");
    v.data("task_metadata", c.task_metadata, "opaque bytes");
    v.choice("consensus", c.consensus, consensus_names, "how results are agreed on");
    v.number("threshold", c.threshold, {0, 10'000}, presence::optional, "share of stake, in bips");
}

void visit_avs(field_visitor& v, avs_entry& c)
{
    v.address("address", c.address, "the AVS");
    v.maybe_address(
        "contract", c.contract, "tasks are its logs; absent: every transaction is a task");
    v.numbers("chains", c.chains, {1}, presence::required, "ids of chains to watch");
    v.choice("curve", c.curve, curve_names, "of the aggregator's operator set");
    v.number(
        "aggregator_operator_set", c.aggregator_operator_set, operator_set_range,
        presence::optional, "its id");
    v.numbers(
        "executor_operator_sets", c.executor_operator_sets, operator_set_range, presence::optional,
        "ids; the first one takes the tasks");
    list(
        v, "operator_sets", c.operator_sets, presence::optional, "what is known of them",
        visit_operator_set);
}

void visit(field_visitor& v, reorg_config& c)
{
    v.begin_section("reorg", "reorganisations of a chain");
    v.number("depth", c.depth, {1, 100'000}, presence::optional, "blocks expected to be replaced");
    v.number(
        "kept_blocks", c.kept_blocks, {1, 100'000}, presence::optional,
        "blocks kept, and walked when the depth is exceeded");
    v.end_section();
}

void visit(field_visitor& v, work_config& c)
{
    v.begin_section("work", "how tasks are executed");
    v.number("threads", c.threads, {1, 1024}, presence::optional, "worker threads of each AVS");
    v.number(
        "queue", c.queue, {1, 1'000'000}, presence::optional,
        "most claimed tasks waiting, of each AVS");
    v.number(
        "max_attempts", c.max_attempts, {1, 1'000'000}, presence::optional,
        "a task interrupted this often becomes failed");
    v.duration("min_time", c.min_time, "shortest simulated work on a task");
    v.duration("max_time", c.max_time, "longest simulated work on a task");
    v.end_section();
}

void visit(field_visitor& v, executor_config& c)
{
    v.begin_section("executor", "who works on tasks, if not this program");
    v.text("url", c.url, presence::optional, "an executor's interface; absent: tasks run here");
    v.duration("wait", c.wait, "longest wait for a result in one request");
    v.duration("connect_timeout", c.connect_timeout, "for a connection");
    v.duration("timeout", c.timeout, "for one request, longer than wait");
    v.duration("backoff_min", c.backoff_min, "first pause; each further one doubles, with jitter");
    v.duration("backoff_max", c.backoff_max, "longest pause");
    v.end_section();
}

void visit(field_visitor& v, retention_config& c)
{
    v.begin_section("retention", "what is removed or refreshed");
    v.duration("finished_tasks", c.finished_tasks, "finished tasks are removed after this");
    v.duration("config_age", c.config_age, "copies of AVS configurations are refreshed after this");
    v.duration("interval", c.interval, "pause between two rounds of maintenance");
    v.end_section();
}

void visit_rpc(field_visitor& v, rpc_options& c)
{
    v.begin_section("rpc", "how patient the JSON-RPC client is");
    common::visit(v, c);
    v.end_section();
}

} // namespace

void visit_fields(field_visitor& v, config& c)
{
    common::visit(v, c.storage);
    list(v, "chains", c.chains, presence::required, "the chains there are", visit_chain);
    list(v, "avss", c.avss, presence::required, "the services whose tasks to collect", visit_avs);
    visit(v, c.reorg);
    visit(v, c.work);
    visit(v, c.executor);
    visit(v, c.retention);
    visit_rpc(v, c.rpc);
}

} // namespace aggregator
