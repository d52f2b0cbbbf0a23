// SPDX-License-Identifier: BSL-1.0
// The store that the storage section of a configuration describes.
#pragma once

#include "storage_config.hpp"

#include <cairn/any.hpp>
#include <cairn/cairn.hpp>

#include <chrono>
#include <memory>

namespace common {

cairn::sqlite_options to_options(sqlite_config const& settings);

/// Opens the store that `where` describes.
/// @errors those of opening a store.
template <class Schema>
std::unique_ptr<cairn::store<Schema, cairn::any>> open_store(storage_config const& where)
{
    using database = cairn::store<Schema, cairn::any>;
    if (where.type == storage_type::memory)
        return std::make_unique<database>(cairn::memory_options{});
    return std::make_unique<database>(to_options(where.sqlite));
}

/// The moment that records are stamped with.
inline cairn::timestamp current_time()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

} // namespace common
