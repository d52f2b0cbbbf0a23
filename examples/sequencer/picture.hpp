// SPDX-License-Identifier: BSL-1.0
// The DAG as a Graphviz picture.
#pragma once

#include "database.hpp"

#include <iosfwd>

namespace sequencer {

/// Writes the rounds `first` to `last`, one column each: committed certificates are coloured,
/// anchors have two lines around them, and parents outside the range are left out.
void draw(std::ostream& out, database& db, std::uint64_t first, std::uint64_t last);

} // namespace sequencer
