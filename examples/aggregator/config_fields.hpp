// SPDX-License-Identifier: BSL-1.0
// The one table of settings: names, bounds and meanings, visited to read, check and print them.
#pragma once

#include "common/settings.hpp"
#include "config.hpp"

namespace aggregator {

/// Visits every setting of `settings` in the order of the documentation.
void visit_fields(field_visitor& visitor, config& settings);

} // namespace aggregator
