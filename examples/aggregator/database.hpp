// SPDX-License-Identifier: BSL-1.0
// The aggregator's store, whose backend the configuration chooses.
#pragma once

#include "config.hpp"
#include "models.hpp"

#include <cairn/any.hpp>

#include <chrono>
#include <memory>

namespace aggregator {

using database = cairn::store<schema, cairn::any>;
using transaction = database::transaction;

/// Opens the store that `where` describes.
/// @errors those of opening a store.
std::unique_ptr<database> open_database(storage_config const& where);

/// The moment that records are stamped with.
inline cairn::timestamp current_time()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

} // namespace aggregator
