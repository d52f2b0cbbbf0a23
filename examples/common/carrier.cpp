// SPDX-License-Identifier: BSL-1.0
// The one file of the systems that carries the library's functions that are no templates.
#define CAIRN_CARRIER
#include <cairn/any.hpp>
#include <cairn/cairn.hpp>
#include <cairn/json.hpp>
