// SPDX-License-Identifier: BSL-1.0
// The typed table over SQLite for a model known by its record type: encodes, decodes, and checks
// that a row is what the question asked for.
#pragma once

#include <cairn/backend/sqlite/engine.hpp>
#include <cairn/encode/record_list.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// The operations of the seam on one table; a `void*` is a record of its model.
class record_table {
public:
    record_table(sqlite_database& database, std::size_t ordinal, record_type const& type)
        : engine_{database, ordinal}, type_{type}
    {
    }

    bool insert(sqlite_session& s, void const* record);
    std::optional<std::int64_t> find(sqlite_session& s, cells key, void* record);
    bool visit(sqlite_session& s, cells key, function_ref<void(void const*)> fn);
    bool at(sqlite_session& s, std::int64_t sequence, void* record);
    bool rewrite(sqlite_session& s, void const* record);
    bool replace(sqlite_session& s, std::int64_t sequence, void const* before, void const* after);
    void fetch(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit,
        corrupt_sink const* tolerate, page_frame& page, record_sink& records);
    /// The records alone, of which no one is tolerated to be damaged.
    void list(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit,
        record_sink& records);

    /// What needs no record.
    [[nodiscard]] table_engine const& engine() const { return engine_; }

private:
    /// One call of `fetch`.
    struct fetching;

    void encode(void const* record);
    void decode(sqlite_session& s, row const& at, void* record) const;
    void name_damage(sqlite_session& s, row const& at) const;
    [[noreturn]] void refuse_row(sqlite_session& s, row const& at) const;
    void require_key(sqlite_session& s, row const& at, cells key, void const* record) const;
    void require_answer(fetching& into, row const& at, void const* record) const;
    void take(fetching& into, row const& at) const;
    [[nodiscard]] static bool is_of_one_row(errc code);
    static std::size_t reserve(record_sink& records, std::size_t limit);
    void leave_out(fetching& into, row const& at, error const& damage) const;
    void place(fetching& into, cell const* stored, std::int64_t sequence) const;
    void place_last(fetching& into) const;
    void place_if_possible(fetching& into, cell const* stored, std::int64_t sequence) const;
    void require_progress(fetching const& into, position const* after) const;

    table_engine engine_;
    record_type const& type_;
    byte_buffer body_{}; // only the thread that holds the writer writes
};

} // namespace cairn::inline v0::detail::sql

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/record_table.ipp>
#endif
