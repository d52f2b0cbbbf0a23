// SPDX-License-Identifier: BSL-1.0
// Records as JSON and back, for people and tools.
#pragma once

#include <cairn/encode/from_json.hpp>
#include <cairn/encode/to_json.hpp>
