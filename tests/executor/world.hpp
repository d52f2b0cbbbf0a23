// SPDX-License-Identifier: BSL-1.0
// Stores on each backend, executors in this process and in one of their own, real performers.
#pragma once

#include "common/hex.hpp"
#include "service.hpp"

#include <doctest/doctest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>

namespace test {

using namespace cairn::literals;
using namespace std::chrono_literals;
using executor::database;
using executor::deployment;
using executor::deployment_status;
using executor::in_flight_task;
using executor::performer_status;
using executor::task_status;
using executor::transaction;
using nlohmann::json;
namespace tables = executor;

inline constexpr auto epoch = cairn::timestamp{std::chrono::seconds{1'700'000'000}};

inline executor::address20 address(unsigned char first)
{
    auto result = executor::address20{};
    result.front() = std::byte{first};
    return result;
}

inline in_flight_task make_task(std::uint64_t number, executor::address20 avs = address(0xa1))
{
    auto result = in_flight_task{};
    for (std::size_t i = 0; i < 8; ++i)
        result.task_id[31 - i] = static_cast<std::byte>(number >> (8 * i));
    result.avs_address = avs;
    result.received_at = epoch + std::chrono::seconds{number};
    result.payload.assign(3, static_cast<std::byte>(number % 251));
    return result;
}

inline bool wait_until(std::function<bool()> const& reached, std::chrono::seconds limit = 20s)
{
    auto const deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
        if (reached()) return true;
        std::this_thread::sleep_for(2ms);
    }
    return false;
}

inline std::string contents(std::filesystem::path const& file)
{
    auto text = std::ostringstream{};
    text << std::ifstream{file, std::ios::binary}.rdbuf(); // nothing of a process that has ended
    return text.str();
}

/// A folder of its own that goes away with it, and with it every process that names it.
class scratch_folder {
public:
    scratch_folder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "ex-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
        path_ = pattern;
    }
    ~scratch_folder()
    {
        for (auto const pid : processes()) ::kill(pid, SIGKILL);
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;

    [[nodiscard]] std::string file(std::string const& name) const { return path_ / name; }

    /// How often each task was begun, as the performers' own journals say.
    [[nodiscard]] std::map<std::string, int> begun() const
    {
        auto result = std::map<std::string, int>{};
        for (auto const& entry : std::filesystem::directory_iterator{path_ / "f"}) {
            if (entry.path().extension() != ".begun") continue;
            auto lines = std::ifstream{entry.path()};
            for (std::string task, pid; lines >> task >> pid;) ++result[task];
        }
        return result;
    }

    /// The performers that run with this folder.
    [[nodiscard]] std::vector<pid_t> processes() const
    {
        auto result = std::vector<pid_t>{};
        for (auto const& entry : std::filesystem::directory_iterator{"/proc"}) {
            auto const pid = std::atoi(entry.path().filename().c_str());
            if (pid > 0 && pid != ::getpid()
                && contents(entry.path() / "cmdline").find(path_.string() + "/f/")
                    != std::string::npos)
                result.push_back(pid);
        }
        return result;
    }

private:
    std::filesystem::path path_;
};

struct in_memory {
    static constexpr auto type = common::storage_type::memory;
};
struct in_sqlite {
    static constexpr auto type = common::storage_type::sqlite;
};

template <class Backend>
struct store_world {
    scratch_folder folder{};
    common::storage_config storage{
        .type = Backend::type,
        .sqlite = {.path = folder.file("state.db"), .survives = common::durability::process_crash}};
    std::unique_ptr<database> db_ = executor::open_database(storage);

    database& db() { return *db_; }
};

/// One performer of AVS 0xa1 whose tasks take `time`, in a file that survives a kill.
inline executor::config settings_in(scratch_folder const& folder, std::string const& time = "0s")
{
    auto c = executor::config{};
    c.storage.type = common::storage_type::sqlite;
    c.storage.sqlite.path = folder.file("state.db");
    c.storage.sqlite.survives = common::durability::process_crash;
    c.folder = folder.file("f");
    c.http.port = 0;
    c.http.threads = 16;
    c.artifacts = {{"test/work", PERFORMER_PROGRAM}};
    c.performers = {
        {.avs = address(0xa1),
         .registry = "test/work",
         .environment = {
             {.name = "PERFORMER_MIN_TIME", .value = time},
             {.name = "PERFORMER_MAX_TIME", .value = time},
             {.name = "SECRET", .value = "hunter2"}}}};
    c.health.interval = 30ms;
    c.health.start_timeout = 5s;
    c.stop.drain = 1s;
    c.stop.orphan_timeout = 30s;
    c.retention.interval = 20ms;
    return c;
}

/// What a program asks of an executor.
class client {
public:
    explicit client(int port) : http_{"127.0.0.1", port} { http_.set_read_timeout(30); }

    json get(std::string const& path, int status = 200)
    {
        return body_of(http_.Get(path.c_str()), status);
    }
    json post(std::string const& path, json const& body, int status)
    {
        return body_of(http_.Post(path.c_str(), body.dump(), "application/json"), status);
    }
    json remove(std::string const& path, int status)
    {
        return body_of(http_.Delete(path.c_str()), status);
    }

    json submit(in_flight_task const& task, int status = 202)
    {
        return post("/tasks", request_of(task), status);
    }
    json wait_for(in_flight_task const& task)
    {
        return get("/tasks/" + common::to_hex(task.task_id) + "?wait=20s");
    }
    /// The one performer there is.
    json performer() { return get("/performers").at("performers").at(0); }
    bool is_serving()
    {
        auto const all = get("/performers").at("performers");
        return all.size() == 1 && all[0]["status"] == "in_service";
    }

    static json request_of(in_flight_task const& task)
    {
        return {
            {"task_id", common::to_hex(task.task_id)},
            {"avs_address", common::to_hex(task.avs_address)},
            {"payload", common::to_hex(task.payload)}};
    }

private:
    static json body_of(httplib::Result const& result, int status)
    {
        REQUIRE(result);
        CAPTURE(result->body);
        CHECK(result->status == status);
        return json::parse(result->body, nullptr, false);
    }

    httplib::Client http_;
};

/// An executor in this process, on a thread of its own.
class running_service {
public:
    explicit running_service(executor::config const& settings)
        : service_{settings}, thread_{[this](std::stop_token const& stop) {
              succeeded_ = service_.run(stop);
          }}
    {
    }

    executor::service& operator*() { return service_; }
    executor::service* operator->() { return &service_; }

    /// Whether the service succeeded.
    bool stop()
    {
        thread_.request_stop();
        thread_.join();
        return succeeded_;
    }

private:
    executor::service service_;
    bool succeeded_ = false;
    std::jthread thread_;
};

/// An executor in a process of its own, which can be killed.
class executor_process {
public:
    executor_process(scratch_folder const& folder, executor::config const& settings)
        : log_{folder.file("executor.log")}, before_{contents(log_).size()}
    {
        auto out = std::ofstream{folder.file("executor.yaml")};
        executor::print_config(out, settings, common::secrets::shown);
        out.close();
        auto child = executor::gated_process{
            {.program = EXECUTOR_PROGRAM,
             .arguments = {"run", "--config", folder.file("executor.yaml")},
             .environment = {"PATH=/usr/bin:/bin"},
             .log = log_}};
        who_ = child.identity();
        child.release();
        REQUIRE(wait_until([&] { return port() != 0; }));
    }
    ~executor_process() { executor::end_process(who_, SIGKILL, 1s); }
    executor_process(executor_process const&) = delete;
    executor_process& operator=(executor_process const&) = delete;

    void kill() { executor::end_process(who_, SIGKILL, 1s); }
    void terminate() { ::kill(who_.pid, SIGTERM); }
    [[nodiscard]] pid_t pid() const { return who_.pid; }

    /// What it has said, and no one before it.
    [[nodiscard]] std::string said() const { return contents(log_).substr(before_); }
    [[nodiscard]] int port() const
    {
        auto const text = said();
        auto const at = text.find(" listening port=");
        if (at == std::string::npos || text.find('\n', at) == std::string::npos) return 0;
        return std::atoi(text.c_str() + at + 16);
    }

private:
    std::string log_;
    std::size_t before_;
    executor::process_identity who_{};
};

} // namespace test
