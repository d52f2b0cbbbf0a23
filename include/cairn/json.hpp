// SPDX-License-Identifier: BSL-1.0
// What a program includes to show its records as JSON, or to read them from it.
#pragma once

#include <cairn/encode/json.hpp>
