// SPDX-License-Identifier: BSL-1.0
// The one file that carries the library's functions that are no templates.
#define CAIRN_CARRIER
#include <cairn/any.hpp>
#include <cairn/cairn.hpp>
#include <cairn/json.hpp>
#include <cairn/recovery.hpp>
