// SPDX-License-Identifier: BSL-1.0
// The plain values of an EVM chain, and the names that all systems share.
#pragma once

#include "common/types.hpp"

namespace aggregator {

using namespace common;

} // namespace aggregator
