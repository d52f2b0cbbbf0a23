// SPDX-License-Identifier: BSL-1.0
// The SQLite backend as the seam wants it.
#pragma once

#include <cairn/backend/sqlite/table.hpp>

#include <string_view>

namespace cairn::inline v0 {

/// Keeps records in an SQLite file: one real table for each model, real columns for what is
/// searched, crash-safe, read by any number of processes while one writes.
struct sqlite {
    using options = sqlite_options;
    using session = sqlite_session;
    using database = sqlite_database;
    template <class Model>
    using table = sqlite_table<Model>;

    static constexpr std::string_view name = "sqlite";
    static constexpr bool concurrent_reads = true;
};

static_assert(backend<sqlite>);

} // namespace cairn::inline v0
