// SPDX-License-Identifier: BSL-1.0
// The public header of the backend in memory.
#pragma once

#include <cairn/backend/memory.hpp>
