// SPDX-License-Identifier: BSL-1.0
// What the executor stores: the models, their descriptors and the schema.
#pragma once

#include "types.hpp"

#include <cairn/cairn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace executor {

enum class performer_status : std::uint8_t { running, stopped, failed, in_service, staged };
enum class deployment_mode : std::uint8_t { docker, kubernetes, process };
enum class task_status : std::uint8_t { received, starting, started };
enum class deployment_status : std::uint8_t { pending, deploying, running, failed };

/// A variable for a performer: its value, or the name of the executor's own variable to copy.
struct environment_variable {
    std::string name{};
    std::string value{};
    std::string value_from_env{};

    friend bool operator==(environment_variable const&, environment_variable const&) = default;
};

/// A long-lived process that works on the tasks of one AVS.
struct performer {
    std::string performer_id{};
    address20 avs_address{};
    std::string resource_id{}; ///< the process id
    performer_status status = performer_status::staged;
    std::string artifact_registry{};
    std::string artifact_tag{};
    std::string artifact_digest{}; ///< of the program, "sha256:..."; empty: any
    deployment_mode mode = deployment_mode::process;
    cairn::timestamp created_at{};
    std::optional<cairn::timestamp> last_health_check{};
    bool container_healthy = false;   ///< the process runs
    bool application_healthy = false; ///< it answers
    std::string network_name{};
    std::string endpoint{}; ///< its socket
    std::string hostname{};
    std::vector<environment_variable> environment{};
    std::uint64_t start_time = 0;  ///< of the process, in clock ticks since the machine started
    std::string boot_id{};         ///< the run of the machine that pid and start time belong to
    std::uint64_t incarnation = 0; ///< how many processes it has had
    std::string deployment_id{};
};

/// A task that was accepted and has not ended.
struct in_flight_task {
    hash32 task_id{};
    address20 avs_address{};
    address20 operator_address{};
    address20 aggregator_address{};
    std::uint32_t operator_set_id = 0;
    cairn::timestamp received_at{};
    task_status status = task_status::received;
    bytes payload{};
    std::string performer_id{};    ///< who it was offered to, if not just received
    std::uint64_t incarnation = 0; ///< which process of that performer
    std::uint32_t claims = 0;      ///< how often it was offered to a performer
};

/// The mark that a task has ended, so that it is never run again, and how.
struct processed_task {
    hash32 task_id{};
    cairn::timestamp processed_at{};
    hash32 payload_digest{};
    std::string performer_id{};
    std::optional<hash32> result{};
    std::optional<std::string> error{};
};

/// One attempt to bring a performer into service, and what became of it.
struct deployment {
    std::string deployment_id{};
    address20 avs_address{};
    std::string artifact_registry{};
    std::string artifact_tag{};
    std::string artifact_digest{};
    deployment_status status = deployment_status::pending;
    cairn::timestamp started_at{};
    std::optional<cairn::timestamp> completed_at{}; ///< when it came to run, or failed
    std::string error{};
    std::string performer_id{};
};

} // namespace executor

BOOST_HANA_ADAPT_STRUCT(executor::environment_variable, name, value, value_from_env);
BOOST_HANA_ADAPT_STRUCT(
    executor::performer, performer_id, avs_address, resource_id, status, artifact_registry,
    artifact_tag, artifact_digest, mode, created_at, last_health_check, container_healthy,
    application_healthy, network_name, endpoint, hostname, environment, start_time, boot_id,
    incarnation, deployment_id);
BOOST_HANA_ADAPT_STRUCT(
    executor::in_flight_task, task_id, avs_address, operator_address, aggregator_address,
    operator_set_id, received_at, status, payload, performer_id, incarnation, claims);
BOOST_HANA_ADAPT_STRUCT(
    executor::processed_task, task_id, processed_at, payload_digest, performer_id, result, error);
BOOST_HANA_ADAPT_STRUCT(
    executor::deployment, deployment_id, avs_address, artifact_registry, artifact_tag,
    artifact_digest, status, started_at, completed_at, error, performer_id);

template <>
inline constexpr auto cairn::enum_names<executor::performer_status> =
    cairn::names<executor::performer_status>({
        {executor::performer_status::running, "running"},
        {executor::performer_status::stopped, "stopped"},
        {executor::performer_status::failed, "failed"},
        {executor::performer_status::in_service, "in_service"},
        {executor::performer_status::staged, "staged"},
    });

template <>
inline constexpr auto cairn::enum_names<executor::deployment_mode> =
    cairn::names<executor::deployment_mode>({
        {executor::deployment_mode::docker, "docker"},
        {executor::deployment_mode::kubernetes, "kubernetes"},
        {executor::deployment_mode::process, "process"},
    });

template <>
inline constexpr auto cairn::enum_names<executor::task_status> =
    cairn::names<executor::task_status>({
        {executor::task_status::received, "received"},
        {executor::task_status::starting, "starting"},
        {executor::task_status::started, "started"},
    });

template <>
inline constexpr auto cairn::enum_names<executor::deployment_status> =
    cairn::names<executor::deployment_status>({
        {executor::deployment_status::pending, "pending"},
        {executor::deployment_status::deploying, "deploying"},
        {executor::deployment_status::running, "running"},
        {executor::deployment_status::failed, "failed"},
    });

// One line an element.
// clang-format off

template <>
inline constexpr auto cairn::descriptor<executor::performer> = cairn::entity<"performer">(
    cairn::version<1>,
    cairn::key<"performer:{performer_id}">,
    cairn::index<"avs", "avs_address", "created_at">,
    cairn::index<"status", "status", "created_at">,
    cairn::column<"resource_id", "start_time">, // for eyes and plain SQL
    cairn::secret<"environment">,
    cairn::lifecycle<"status">(
        cairn::from<executor::performer_status::staged>
            .to<executor::performer_status::running, executor::performer_status::failed,
                executor::performer_status::stopped>,
        cairn::from<executor::performer_status::running>
            .to<executor::performer_status::in_service, executor::performer_status::staged,
                executor::performer_status::failed, executor::performer_status::stopped>,
        cairn::from<executor::performer_status::in_service>
            .to<executor::performer_status::running, executor::performer_status::staged,
                executor::performer_status::failed, executor::performer_status::stopped>));

template <>
inline constexpr auto cairn::descriptor<executor::in_flight_task> = cairn::entity<"in_flight">(
    cairn::version<1>,
    cairn::key<"task:{task_id}">,
    cairn::index<"queue", "avs_address", "status", "received_at">,
    cairn::index<"performer", "performer_id", "incarnation">,
    cairn::index<"status", "status", "received_at">,
    cairn::lifecycle<"status">( // started is final: nobody starts such a task again
        cairn::from<executor::task_status::received>
            .to<executor::task_status::starting>,
        cairn::from<executor::task_status::starting>
            .to<executor::task_status::started, executor::task_status::received>));

template <>
inline constexpr auto cairn::descriptor<executor::processed_task> = cairn::entity<"processed">(
    cairn::version<1>,
    cairn::key<"processed:{task_id}">,
    cairn::index<"age", "processed_at">,
    cairn::column<"performer_id", "result", "error">);

template <>
inline constexpr auto cairn::descriptor<executor::deployment> = cairn::entity<"deployment">(
    cairn::version<1>,
    cairn::key<"deployment:{deployment_id}">,
    cairn::index<"history", "avs_address", "started_at">,
    cairn::index<"status", "status", "started_at">,
    cairn::index<"ended", "status", "completed_at">,
    cairn::column<"error">,
    cairn::lifecycle<"status">(
        cairn::from<executor::deployment_status::pending>
            .to<executor::deployment_status::deploying, executor::deployment_status::failed>,
        cairn::from<executor::deployment_status::deploying>
            .to<executor::deployment_status::running, executor::deployment_status::failed>,
        cairn::from<executor::deployment_status::running>
            .to<executor::deployment_status::failed>));

// clang-format on

namespace executor {

struct schema : cairn::schema<performer, in_flight_task, processed_task, deployment> {};

inline constexpr auto performers = cairn::table<performer>;
inline constexpr auto in_flight = cairn::table<in_flight_task>;
inline constexpr auto processed = cairn::table<processed_task>;
inline constexpr auto deployments = cairn::table<deployment>;

} // namespace executor
