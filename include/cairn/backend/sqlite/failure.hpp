// SPDX-License-Identifier: BSL-1.0
// The one place where SQLite's result codes become errors of this library.
#pragma once

#include <cairn/base/error.hpp>

#include <cerrno>
#include <sqlite3.h>
#include <string>

namespace cairn::inline v0::detail::sql {

/// What a result code means.
struct verdict {
    errc code;
    bool poisons; ///< on the write path: what the file holds can no longer be relied on
};

[[nodiscard]] inline bool is_full(int system_error)
{
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

/// An I/O error. SQLite reports a full disk as SQLITE_FULL only for ENOSPC; a file-size limit and
/// a quota arrive as failed writes.
[[nodiscard]] inline verdict judge_io(int extended, int system_error)
{
    if (extended == SQLITE_IOERR_NOMEM) return {errc::out_of_memory, false};
    auto const extends = extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_SHMSIZE;
    if (extends && is_full(system_error)) return {errc::disk_full, false};
    return {errc::io_failure, true};
}

/// A code that is not listed stays an `io_failure` with SQLite's own words beside it.
[[nodiscard]] inline verdict judge(int extended, int system_error)
{
    switch (extended & 0xff) {
    case SQLITE_IOERR: return judge_io(extended, system_error);
    case SQLITE_FULL: return {errc::disk_full, false};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {errc::corrupt_store, true};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return {errc::busy, false};
    case SQLITE_NOMEM: return {errc::out_of_memory, false};
    case SQLITE_TOOBIG: return {errc::limit_exceeded, false};
    case SQLITE_READONLY:
        // Its word for a file that is not where it was, or cannot be looked for.
        if (extended == SQLITE_READONLY_DBMOVED) return {errc::io_failure, true};
        return {errc::read_only, false};
    case SQLITE_SCHEMA: return {errc::schema_mismatch, false};
    case SQLITE_MISUSE: return {errc::misuse, false};
    default: return {errc::io_failure, false};
    }
}

/// Whether a key or a unique value is taken, rather than any other constraint broken.
[[nodiscard]] inline bool is_conflict(int extended)
{
    return extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY
        || extended == SQLITE_CONSTRAINT_ROWID;
}

/// SQLite's evidence as it is. Its texts name tables and columns but hold no values, since values
/// are only ever bound. Where memory gives out, the texts are missing: an error must not be lost to
/// its description.
[[nodiscard]] inline error_details evidence(
    sqlite3* database, int extended, char const* message) noexcept
{
    auto details = error_details{};
    details.native_code = extended;
    try {
        details.message = message;
        details.native_text = database != nullptr && sqlite3_extended_errcode(database) == extended
            ? sqlite3_errmsg(database)
            : sqlite3_errstr(extended);
    } catch (...) { // NOLINT(bugprone-empty-catch): out of memory
    }
    return details;
}

/// Throws for a result code where there is no session whose state matters.
[[noreturn]] inline void fail(sqlite3* database, int extended, char const* message)
{
    auto const system_error = database != nullptr ? sqlite3_system_errno(database) : 0;
    raise(judge(extended, system_error).code, evidence(database, extended, message));
}

} // namespace cairn::inline v0::detail::sql
