// SPDX-License-Identifier: BSL-1.0
// The backend that is chosen when the store is opened.
#pragma once

#include <cairn/memory.hpp>
#include <cairn/sqlite.hpp>
#include <cairn/store/any.hpp>

namespace cairn::inline v0 {

/// Memory or SQLite, by the options that the store is opened with.
using any = one_of<memory, sqlite>;

} // namespace cairn::inline v0
