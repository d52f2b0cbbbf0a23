// SPDX-License-Identifier: BSL-1.0
// The executor's configuration: every violation, with its place; masks.
#include "executor/world.hpp"

#include <algorithm>

using namespace test;

namespace {

constexpr auto valid = R"(folder: state
artifacts:
  - {registry: local/work, program: /usr/bin/work}
performers:
  - avs: "0x00000000000000000000000000000000000000aB"
    count: 3
    registry: local/work
    environment: [{name: TOKEN, value: hunter2}, {name: HERE, value_from_env: HOME}]
health: {interval: 250ms}
)";

std::vector<std::string> problems_of(std::string const& text)
{
    try {
        executor::parse_config(text, "f.yaml");
    } catch (common::config_error const& fault) {
        return fault.problems();
    }
    return {};
}

/// The violations of `valid` with `from` replaced by `to`.
std::vector<std::string> problems_with(std::string const& from, std::string const& to)
{
    auto text = std::string{valid};
    text.replace(text.find(from), from.size(), to);
    return problems_of(text);
}

std::string printed(executor::config const& settings, common::secrets show)
{
    auto out = std::ostringstream{};
    executor::print_config(out, settings, show);
    return std::move(out).str();
}

} // namespace

TEST_CASE("a valid configuration of an executor gives its values, and defaults for the rest")
{
    auto const c = executor::parse_config(valid, "f.yaml");
    CHECK(c.storage.type == common::storage_type::memory);
    CHECK(c.performers.at(0).avs.back() == std::byte{0xab});
    CHECK(c.performers[0].count == 3);
    CHECK(c.performers[0].environment.at(0).value == "hunter2");
    CHECK(c.performers[0].environment.at(1).value_from_env == "HOME");
    CHECK(c.health.interval == 250ms);
    CHECK(c.health.failures == 3);
    CHECK(c.http.port == 7077);
}

TEST_CASE("every violation of an executor's configuration is reported at once, with its place")
{
    auto const found = problems_of(R"(folder: x
http: {port: 70000, host: 0.0.0.0}
artifacts:
  - {registry: a, program: p}
  - {registry: a}
performers:
  - avs: "0x12"
    registry: b
    digest: md5:1
    environment: [{name: A=B, value: x, value_from_env: y}, {name: A=B}]
stop: {orphan_timeout: 1s, performers: drop}
)");
    for (auto const* const expected :
         {"f.yaml:2:14: http.port: expected a whole number from 0 to 65535",
          "f.yaml:2:21: http.host: unknown setting", "f.yaml:5:5: artifacts[1].program: required",
          "f.yaml:5:16: artifacts[1].registry: an earlier artifact",
          "f.yaml:7:10: performers[0].avs: expected 0x and 40",
          "f.yaml:8:15: performers[0].registry: no artifact has this name",
          "f.yaml:9:13: performers[0].digest: expected sha256:",
          "performers[0].environment[0].name: a variable's name has no '='",
          "performers[0].environment[0].value_from_env: there is a value already",
          "performers[0].environment[1].name: an earlier variable",
          "f.yaml:11:24: stop.orphan_timeout: less than twice health.interval",
          "stop.performers: expected one of keep, stop"}) {
        CAPTURE(expected);
        CHECK(std::ranges::any_of(found, [&](std::string const& line) {
            return line.find(expected) != std::string::npos;
        }));
    }
    CHECK(found.size() == 13); // both names have a '='
}

TEST_CASE("what an executor cannot do without is required")
{
    auto const found = problems_of("{}");
    CHECK(found.size() == 2);
    CHECK(problems_with("folder: state", "folder: /" + std::string(60, 'x')).size() == 1);
    CHECK(problems_with("folder: state", "folder: /" + std::string(20, 'x')).empty());
    auto const long_body = problems_with("health:", "http: {max_body: 9MiB}\nhealth:");
    REQUIRE(long_body.size() == 1);
    CHECK(long_body[0].starts_with("f.yaml:9:18: http.max_body: more than 8MiB"));
}

TEST_CASE("a printed configuration masks values of variables unless asked, and a mask is refused")
{
    auto const c = executor::parse_config(valid, "f.yaml");
    auto const masked = printed(c, common::secrets::masked);
    CHECK(masked.find("hunter2") == std::string::npos);
    CHECK(masked.find("value: \"***\"") != std::string::npos);
    auto const refused = problems_of(masked);
    REQUIRE(refused.size() == 1);
    CHECK(
        refused[0].find("performers[0].environment[0].value: expected the value itself")
        != std::string::npos);
    auto const shown = printed(c, common::secrets::shown);
    CHECK(printed(executor::parse_config(shown, "g"), common::secrets::shown) == shown);
}

TEST_CASE("the defaults in the executor's page are those of the program")
{
    auto const page = contents("../docs/systems/executor.md");
    CHECK(
        page.find("```yaml\n" + printed({}, common::secrets::masked) + "```") != std::string::npos);
}
