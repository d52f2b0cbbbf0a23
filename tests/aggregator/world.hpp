// SPDX-License-Identifier: BSL-1.0
// A store on each backend, a fake chain, and a poller between them.
#pragma once

#include "block_store.hpp"
#include "fake_chain.hpp"
#include "poller.hpp"
#include "task_store.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <unistd.h>

namespace test {

using namespace cairn::literals;
using namespace std::chrono_literals;
using aggregator::task;
using aggregator::task_status;
using aggregator::tasks;

/// A folder of its own that goes away with it.
class scratch_folder {
public:
    scratch_folder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "aggregator-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
        path_ = pattern;
    }
    ~scratch_folder()
    {
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;

    [[nodiscard]] std::string file(std::string const& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

struct in_memory {
    static constexpr auto type = aggregator::storage_type::memory;
};
struct in_sqlite {
    static constexpr auto type = aggregator::storage_type::sqlite;
};

inline address20 address(unsigned char first)
{
    auto result = address20{};
    result.front() = std::byte{first};
    return result;
}

/// Nanoseconds matter to no test, so time begins here and goes on by calls.
inline constexpr auto epoch = cairn::timestamp{std::chrono::seconds{1'700'000'000}};

template <class Backend>
struct world {
    scratch_folder folder{};
    aggregator::storage_config storage{
        .type = Backend::type,
        .sqlite = {
            .path = folder.file("state.db"), .survives = aggregator::durability::process_crash}};
    std::unique_ptr<aggregator::database> db_ = aggregator::open_database(storage);
    fake_chain chain{};
    aggregator::avs_entry entry{.address = address(0xa1), .chains = {31337}};
    aggregator::watch watch{.avs = address(0xa1), .chain_id = 31337, .start_block = 0};
    cairn::timestamp now = epoch;

    aggregator::database& db() { return *db_; }

    /// Ends the process, as far as the store is concerned; a store in memory lives on.
    void restart()
    {
        if (Backend::type == aggregator::storage_type::memory) return;
        db_.reset();
        db_ = aggregator::open_database(storage);
    }

    aggregator::poll_report poll()
    {
        auto directory = aggregator::avs_directory{db(), {entry}, 1h};
        return aggregator::poller{db(), chain, directory, watch}.poll(now);
    }

    void poll_until_level()
    {
        for (auto i = 0; i < 1000; ++i) {
            auto const report = poll();
            if (report.blocks == 0 && !report.reorganised) return;
        }
        FAIL("the poller does not come to rest");
    }

    std::optional<std::uint64_t> cursor()
    {
        auto const known = aggregator::load_progress(db(), watch).cursor;
        return known ? std::optional{known->last_block} : std::nullopt;
    }

    std::vector<task> all_tasks()
    {
        auto result = std::vector<task>{};
        for (auto const& each : db()[tasks].scan()) result.push_back(each);
        return result;
    }
};

} // namespace test
