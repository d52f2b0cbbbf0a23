// SPDX-License-Identifier: BSL-1.0
// The consumer of every other way, built against the package.
#include "../../main.cpp" // NOLINT(bugprone-suspicious-include)
