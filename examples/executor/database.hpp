// SPDX-License-Identifier: BSL-1.0
// The executor's store, whose backend the configuration chooses.
#pragma once

#include "common/storage.hpp"
#include "config.hpp"
#include "models.hpp"

namespace executor {

using database = cairn::store<schema, cairn::any>;
using transaction = database::transaction;

/// Opens the store that `where` describes.
/// @errors those of opening a store.
std::unique_ptr<database> open_database(storage_config const& where);

} // namespace executor
