// SPDX-License-Identifier: BSL-1.0
// Every case on SQLite: the library against sqlite3_* by hand, on files of one file system.
#include "../contestants/by_hand.hpp"
#include "../contestants/ours.hpp"
#include "../support/scratch.hpp"
#include "backends.hpp"
#include "suite.hpp"

#include <cairn/sqlite.hpp>

namespace bench {

void run_sqlite(settings const& set, report& out, std::string const& folder)
{
    auto const files = scratch{folder};
    auto const make_ours = [&](std::string const& name) {
        return std::make_unique<ours<cairn::sqlite>>(files.file(name + ".ours.db"));
    };
    auto const make_floor = [&](std::string const& name) {
        return std::make_unique<sqlite_by_hand>(files.file(name + ".floor.db"));
    };
    run_suite("sqlite", kept::on_disk, set, out, make_ours, make_floor);
}

} // namespace bench
