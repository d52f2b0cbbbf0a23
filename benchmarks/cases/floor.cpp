// SPDX-License-Identifier: BSL-1.0
// The floors against themselves: what the harness reports when there is nothing to report.
#include "../contestants/by_hand.hpp"
#include "../support/scratch.hpp"
#include "backends.hpp"
#include "suite.hpp"

namespace bench {

void run_sqlite_floor_against_itself(settings const& set, report& out, std::string const& folder)
{
    auto const files = scratch{folder};
    auto const by_hand = [&](char const* twin) {
        return [&files, twin](std::string const& name) {
            return std::make_unique<sqlite_by_hand>(files.file(name + twin));
        };
    };
    run_suite("sqlite", kept::on_disk, set, out, by_hand(".a.db"), by_hand(".b.db"));
}

void run_memory_floor_against_itself(settings const& set, report& out)
{
    auto const by_hand = [](std::string const&) { return std::make_unique<memory_by_hand>(); };
    run_suite("memory", kept::no, set, out, by_hand, by_hand);
}

} // namespace bench
