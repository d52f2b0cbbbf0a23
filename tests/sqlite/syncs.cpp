// SPDX-License-Identifier: BSL-1.0
// When a store waits for the disk, counted on a simulated one.
#include "../support/simulated_vfs.hpp"
#include "store_file.hpp"

using namespace test;

namespace {

/// How often the disk is waited for by 20 commits, and by a checkpoint behind them.
std::pair<std::uint64_t, std::uint64_t> syncs(cairn::survives what)
{
    auto disk = simulated_disk{1};
    auto on = simulated_machine{};
    vfs::install();
    current_disk() = &disk;
    auto counted = std::pair<std::uint64_t, std::uint64_t>{};
    {
        auto db = open_notes{cairn::sqlite_options{
            .path = "/disk/notes.db", .survives = what, .vfs = "simulated", .machine = &on}};
        db.insert({.id = "the log begins"});
        auto const before = disk.syncs;
        for (int i = 0; i < 20; ++i) db.insert({.id = std::to_string(i)});
        counted.first = disk.syncs - before;
        db.database.checkpoint();
        counted.second = disk.syncs - before - counted.first;
    }
    current_disk() = nullptr;
    return counted;
}

} // namespace

TEST_CASE("survives::process_crash syncs at checkpoints only")
{
    auto const [in_commits, in_checkpoint] = syncs(cairn::survives::process_crash);
    CHECK(in_commits == 0);
    CHECK(in_checkpoint == 2); // the log, then the database
}

TEST_CASE("survives::power_loss syncs once in each commit")
{
    auto const [in_commits, in_checkpoint] = syncs(cairn::survives::power_loss);
    CHECK(in_commits == 20);
    CHECK(in_checkpoint == 2);
}
