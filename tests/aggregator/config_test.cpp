// SPDX-License-Identifier: BSL-1.0
// The configuration file: every violation, with its place.
#include "common/settings_text.hpp"
#include "config.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace std::chrono_literals;

namespace {

constexpr auto valid = R"(storage:
  type: sqlite
  sqlite: {path: state.db, survives: process_crash, wal_limit: 8MiB}
chains:
  - name: local
    chain_id: 31337
    rpc_url: http://127.0.0.1:8545
    poll_interval: 200ms
avss:
  - address: "0x00000000000000000000000000000000000000aB"
    chains: [31337]
)";

/// The violations of `valid` with `from` replaced by `to`.
std::vector<std::string> problems_with(std::string const& from, std::string const& to)
{
    auto text = std::string{valid};
    auto const at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    try {
        aggregator::parse_config(text, "f.yaml");
    } catch (aggregator::config_error const& fault) {
        return fault.problems();
    }
    return {};
}

bool is_one(std::vector<std::string> const& problems, std::string const& beginning)
{
    CAPTURE(problems.size());
    auto const first = problems.empty() ? std::string{"no problem"} : problems.front();
    CAPTURE(first);
    return problems.size() == 1 && first.starts_with(beginning);
}

} // namespace

TEST_CASE("a valid file gives its values, and the defaults for the rest")
{
    auto const c = aggregator::parse_config(valid, "f.yaml");
    CHECK(c.storage.type == aggregator::storage_type::sqlite);
    CHECK(c.storage.sqlite.path == "state.db");
    CHECK(c.storage.sqlite.survives == aggregator::durability::process_crash);
    CHECK(c.storage.sqlite.wal_limit == 8U << 20U);
    REQUIRE(c.chains.size() == 1);
    CHECK(c.chains[0].poll_interval == 200ms);
    CHECK(c.chains[0].start_block == std::nullopt);
    CHECK(c.avss.at(0).address.back() == std::byte{0xab});
    CHECK(c.reorg.depth == 10);
    CHECK(c.reorg.kept_blocks == 100);
}

TEST_CASE("without a storage section records live in memory")
{
    auto text = std::string{valid};
    text.erase(0, text.find("chains:"));
    CHECK(aggregator::parse_config(text, "f").storage.type == aggregator::storage_type::memory);
}

TEST_CASE("JSON is read like YAML")
{
    auto const c = aggregator::parse_config(
        R"({"chains": [{"name": "x", "chain_id": 1, "rpc_url": "https://node"}],
            "avss": [{"address": "0x0000000000000000000000000000000000000001", "chains": [1]}]})",
        "f.json");
    CHECK(c.chains.at(0).chain_id == 1);
}

TEST_CASE("each violation names its line, column and path")
{
    CHECK(is_one(problems_with("type: sqlite", "type: disk"), "f.yaml:2:9: storage.type: "));
    CHECK(is_one(problems_with("path: state.db, ", ""), "f.yaml:3:11: storage.sqlite.path: "));
    CHECK(is_one(problems_with("8MiB", "8 elephants"), "f.yaml:3:64: storage.sqlite.wal_limit: "));
    CHECK(is_one(problems_with("name: local", "name: ''"), "f.yaml:5:11: chains[0].name: "));
    CHECK(is_one(problems_with("http:", "gopher:"), "f.yaml:7:14: chains[0].rpc_url: "));
    CHECK(is_one(problems_with("200ms", "-5s"), "f.yaml:8:20: chains[0].poll_interval: "));
    CHECK(is_one(problems_with("200ms", "0s"), "f.yaml:8:20: chains[0].poll_interval: "));
    CHECK(is_one(problems_with("aB\"", "g\""), "f.yaml:10:14: avss[0].address: "));
    CHECK(is_one(problems_with("[31337]", "[31337, 1]"), "f.yaml:11:21: avss[0].chains[1]: "));
    CHECK(is_one(problems_with("[31337]", "[]"), "f.yaml:11:13: avss[0].chains: "));
    CHECK(is_one(problems_with("chains:", "rest: 1\nchains:"), "f.yaml:4:1: rest: unknown"));
    CHECK(is_one(
        problems_with("    poll", "    name: x\n    poll"),
        "f.yaml:8:5: chains[0].name: set more"));
    CHECK(is_one(
        problems_with("chains:\n", "reorg: {depth: 101}\nchains:\n"),
        "f.yaml:4:16: reorg.depth: "));
    CHECK(is_one(
        problems_with("chain_id: 31337\n", "chain_id: 31337\n    start_block: -1\n"),
        "f.yaml:7:18: chains[0].start_block: "));
}

TEST_CASE("all violations are reported at once, in the order of the file")
{
    auto const problems = [] {
        try {
            aggregator::parse_config(
                "storage: {type: disk, sqlite: {paht: x}}\n"
                "chains: [{name: a, chain_id: many, rpc_url: x}]\n"
                "avss: 3\n"
                "work: {threads: 0, min_time: 2s, max_time: 1s}\n",
                "f");
        } catch (aggregator::config_error const& fault) {
            return fault.problems();
        }
        return std::vector<std::string>{};
    }();
    auto const expected = std::vector<std::string>{
        "f:1:17: storage.type",
        "f:1:32: storage.sqlite.paht",
        "f:2:30: chains[0].chain_id",
        "f:2:45: chains[0].rpc_url",
        "f:3:7: avss",
        "f:4:17: work.threads",
        "f:4:30: work.min_time"};
    REQUIRE(problems.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(problems[i].substr(0, expected[i].size()) == expected[i]);
}

TEST_CASE("what is not YAML, not a mapping, or not there is one error")
{
    CHECK_THROWS_AS(aggregator::parse_config("a: [", "f"), aggregator::config_error);
    CHECK_THROWS_AS(aggregator::parse_config("", "f"), aggregator::config_error);
    CHECK_THROWS_AS(aggregator::parse_config("- 1", "f"), aggregator::config_error);
    CHECK_THROWS_AS(aggregator::load_config("/nonexistent/f"), aggregator::config_error);
    CHECK_THROWS_AS(aggregator::load_config("/"), aggregator::config_error);
}

TEST_CASE("the printed configuration reads back as the same")
{
    auto const print = [](aggregator::config const& c) {
        auto out = std::ostringstream{};
        aggregator::print_config(out, c);
        return out.str();
    };
    auto settings = aggregator::parse_config(valid, "f");
    settings.storage.sqlite.path = "a \"strange\" \\ näme\n#: {";
    settings.chains[0].start_block = 5;
    settings.avss[0].contract = settings.avss[0].address;
    settings.avss[0].operator_sets = {
        {.id = 3, .task_sla = 90s, .curve = 2, .task_metadata = {std::byte{1}}, .consensus = 1},
        {.id = 4}};
    settings.retention.finished_tasks = 36h;
    auto const text = print(settings);
    CHECK(print(aggregator::parse_config(text, "printed")) == text);
    CHECK(text.find("start_block: 5") != std::string::npos);
}

TEST_CASE("durations and sizes read back as they are written")
{
    for (auto const* text : {"0s", "1ns", "1500us", "200ms", "90s", "36h", "7d"})
        CHECK(aggregator::duration_text(*aggregator::parse_duration(text)) == text);
    for (auto const* text : {"0", "1B", "1025B", "3KiB", "64MiB", "2GiB"})
        CHECK(aggregator::size_text(*aggregator::parse_size(text)) == text);
    for (auto const* text : {"", "5", "s", "-1s", "1.5s", "1w", "99999999999d", "1 s"})
        CHECK(aggregator::parse_duration(text) == std::nullopt);
    for (auto const* text : {"", "x", "-1", "9223372036854775808", "99999999999GiB", "1kb"})
        CHECK(aggregator::parse_size(text) == std::nullopt);
}

TEST_CASE("the settings of an executor are checked like the others")
{
    auto const with = [](std::string const& section) {
        return problems_with("avss:", "executor: {" + section + "}\navss:");
    };
    CHECK(with("url: \"http://127.0.0.1:7077\"").empty());
    CHECK(is_one(with("url: localhost"), "f.yaml:9:17: executor.url: expected a URL"));
    CHECK(is_one(with("wait: 20s"), "f.yaml:9:11: executor.timeout: not longer than"));
    CHECK(is_one(with("backoff_min: 1m"), "f.yaml:9:25: executor.backoff_min: greater than"));
    CHECK(is_one(with("wait: 0s"), "f.yaml:9:18: executor.wait: expected at least 1ms"));
}
