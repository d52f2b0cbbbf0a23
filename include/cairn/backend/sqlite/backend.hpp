// SPDX-License-Identifier: BSL-1.0
// The SQLite backend as a store opens it.
#pragma once

#include <cairn/backend/erased.hpp>
#include <cairn/backend/sqlite/options.hpp>
#include <cairn/base/config.hpp>

#include <string_view>

namespace cairn::inline v0 {

class sqlite_database;
class sqlite_session;
template <class Model>
class sqlite_table;

/// Keeps records in an SQLite file: one real table for each model, real columns for what is
/// searched, crash-safe, read by any number of processes while one writes.
///
/// A model of `backend`, complete once `cairn/backend/sqlite/table.hpp` is included; a store needs
/// only what is here.
struct sqlite {
    using options = sqlite_options;
    using session = sqlite_session;
    using database = sqlite_database;
    template <class Model>
    using table = sqlite_table<Model>;

    static constexpr std::string_view name = "sqlite";
    static constexpr bool concurrent_reads = true;

    /// What a store opens: the tables are compiled once, and not for every model.
    static detail::opened_backend open(options&& how, detail::record_types models);
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/backend.ipp>
#endif
