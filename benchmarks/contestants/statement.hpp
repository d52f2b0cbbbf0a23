// SPDX-License-Identifier: BSL-1.0
// The few lines around sqlite3_* that any careful program would have: open, prepare once, reset.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench::floor {

struct close_database {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using database = std::unique_ptr<sqlite3, close_database>;

struct finalize_statement {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using statement = std::unique_ptr<sqlite3_stmt, finalize_statement>;

[[noreturn]] inline void fail(sqlite3* db, char const* what)
{
    throw std::runtime_error(std::string{what} + ": " + sqlite3_errmsg(db));
}

inline void execute(sqlite3* db, char const* sql)
{
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(db, sql);
}

inline statement prepare(sqlite3* db, std::string_view sql)
{
    sqlite3_stmt* raw = nullptr;
    auto const size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v3(db, sql.data(), size, SQLITE_PREPARE_PERSISTENT, &raw, nullptr)
        != SQLITE_OK)
        fail(db, sql.data());
    return statement{raw};
}

/// Settings of one process: no memory statistics. Call before the first connection is opened.
inline void configure_sqlite()
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// The settings of the library's files and connections, so that what is compared is code: WAL,
/// FULL, 4 KB pages, a WAL that keeps its size and is copied back by this connection at 10 000
/// pages, incremental vacuum, checked cells and cleared free space when writing.
inline database open_writer(std::string const& path)
{
    sqlite3* raw = nullptr;
    auto const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &raw, flags, nullptr) != SQLITE_OK) fail(raw, "open");
    auto db = database{raw};
    execute(
        raw,
        "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
        "PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=10000;"
        "PRAGMA journal_size_limit=-1; PRAGMA secure_delete=FAST; PRAGMA cell_size_check=ON;"
        "PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY");
    return db;
}

inline database open_reader(std::string const& path)
{
    sqlite3* raw = nullptr;
    auto const flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &raw, flags, nullptr) != SQLITE_OK) fail(raw, "open");
    auto db = database{raw};
    execute(
        raw,
        "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824; PRAGMA query_only=ON;"
        "PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY");
    return db;
}

inline void bind(sqlite3_stmt* s, int at, std::string_view text)
{
    sqlite3_bind_text(s, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

inline void bind_blob(sqlite3_stmt* s, int at, std::string const& bytes)
{
    sqlite3_bind_blob(s, at, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
}

/// Runs a statement that returns no row, and resets it.
inline void run(sqlite3* db, sqlite3_stmt* s)
{
    auto const stepped = sqlite3_step(s);
    auto const reset = sqlite3_reset(s);
    if (stepped != SQLITE_DONE || reset != SQLITE_OK) fail(db, sqlite3_sql(s));
}

/// True with a row, false at the end.
inline bool next(sqlite3* db, sqlite3_stmt* s)
{
    switch (sqlite3_step(s)) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: fail(db, sqlite3_sql(s));
    }
}

/// Resets a statement that was read, so that it holds no snapshot and no lock.
class reset_at_end {
public:
    explicit reset_at_end(sqlite3_stmt* s) : s_{s} {}
    reset_at_end(reset_at_end const&) = delete;
    reset_at_end& operator=(reset_at_end const&) = delete;
    ~reset_at_end() { sqlite3_reset(s_); }

private:
    sqlite3_stmt* s_;
};

} // namespace bench::floor
