// SPDX-License-Identifier: BSL-1.0
// The one table of the executor's settings, visited to read, check and print them.
#pragma once

#include "common/settings.hpp"
#include "config.hpp"

namespace executor {

/// Visits every setting of `settings` in the order of the documentation.
void visit_fields(field_visitor& visitor, config& settings);

} // namespace executor
