// SPDX-License-Identifier: BSL-1.0
// The plain values of the executor, and the names that all systems share.
#pragma once

#include "common/types.hpp"

namespace executor {

using namespace common;

} // namespace executor
