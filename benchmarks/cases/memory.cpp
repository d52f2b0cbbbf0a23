// SPDX-License-Identifier: BSL-1.0
// Every case in memory: the library against a hash map with an ordered index under a shared lock.
#include "../contestants/by_hand.hpp"
#include "../contestants/ours.hpp"
#include "backends.hpp"
#include "suite.hpp"

#include <cairn/memory.hpp>

namespace bench {

void run_memory(settings const& set, report& out)
{
    auto const make_ours = [](std::string const&) {
        return std::make_unique<ours<cairn::memory>>();
    };
    auto const make_floor = [](std::string const&) { return std::make_unique<memory_by_hand>(); };
    run_suite("memory", kept::no, set, out, make_ours, make_floor);
}

} // namespace bench
