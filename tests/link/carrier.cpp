// SPDX-License-Identifier: BSL-1.0
// The one translation unit that carries the library's own functions when the program is compiled
// with CAIRN_SEPARATE.
#define CAIRN_CARRIER
#include <cairn/any.hpp>
#include <cairn/cairn.hpp>
#include <cairn/json.hpp>
