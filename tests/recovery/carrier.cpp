// SPDX-License-Identifier: BSL-1.0
// Carries the library's own functions, those of recovery too, for the tests of recovery.
#define CAIRN_CARRIER
#include <cairn/any.hpp>
#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>
