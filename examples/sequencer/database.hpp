// SPDX-License-Identifier: BSL-1.0
// The sequencer's store, whose backend is chosen when it is opened.
#pragma once

#include "models.hpp"

#include <cairn/any.hpp>

#include <chrono>

namespace sequencer {

using database = cairn::store<schema, cairn::any>;
using transaction = database::transaction;
using snapshot = database::snapshot;

/// The moment that records are stamped with.
inline cairn::timestamp current_time()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

} // namespace sequencer
