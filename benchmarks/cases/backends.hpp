// SPDX-License-Identifier: BSL-1.0
// The suites, each in a translation unit of its own.
#pragma once

#include "contest.hpp"

#include <string>

namespace bench {

/// The library against the floor; the files lie below `folder`.
void run_sqlite(settings const& set, report& out, std::string const& folder);
void run_memory(settings const& set, report& out);

/// The floor against itself: every ratio should be 1, and what it is not is the harness's error.
void run_sqlite_floor_against_itself(settings const& set, report& out, std::string const& folder);
void run_memory_floor_against_itself(settings const& set, report& out);

} // namespace bench
