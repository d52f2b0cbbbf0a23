// SPDX-License-Identifier: BSL-1.0
// How connections are opened and set up; every setting is read back, since SQLite ignores what it
// does not know.
#pragma once

#include <cairn/backend/sqlite/connection.hpp>
#include <cairn/backend/sqlite/log_vfs.hpp>
#include <cairn/backend/sqlite/options.hpp>

#include <string>
#include <string_view>

namespace cairn::inline v0 {

/// Whether this SQLite has the fault in which a checkpoint that races with a commit on another
/// connection loses pages (fixed in 3.51.3, 3.50.7, 3.44.6). Cairn is not touched by it, since it
/// commits and checkpoints on one connection; other programs that write to the file would be.
[[nodiscard]] inline bool sqlite_wal_reset_vulnerable(int version = sqlite3_libversion_number())
{
    if (version >= 3'051'003) return false;
    if (version / 1000 == 3'050) return version < 3'050'007;
    if (version / 1000 == 3'044) return version < 3'044'006;
    return true;
}

namespace detail::sql {

static_assert(SQLITE_VERSION_NUMBER >= 3'037'000, "cairn: SQLite 3.37 or newer is needed (STRICT)");

/// "CRN1": tells files of this library from those of other applications.
inline constexpr std::int32_t application_id = 0x43524E31;

inline constexpr int page_size = 4096;

/// The largest row: a record, once more in its columns, and what SQLite puts around them. What a
/// record may be is decided by the library, as for every backend.
inline constexpr int most_row_bytes = static_cast<int>(2 * decode_limits{}.record_bytes)
    + (1 << 20);

/// Checks the library that was linked, and switches its memory counters off if nobody has used it.
inline void prepare_library(sqlite_options const& options)
{
    [[maybe_unused]] static auto const once = [](bool keep) {
        return keep ? SQLITE_OK : sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    }(options.memory_statistics);
    auto details = error_details{};
    details.native_code = sqlite3_libversion_number();
    details.native_text = sqlite3_libversion();
    if (sqlite3_libversion_number() < 3'037'000) {
        details.message = "SQLite 3.37 or newer is needed";
        raise(errc::misuse, std::move(details));
    }
    if (sqlite3_threadsafe() == 0) {
        details.message = "SQLite was built without thread safety (SQLITE_THREADSAFE=0)";
        raise(errc::misuse, std::move(details));
    }
}

/// Takes over a handle, also if there is no memory for the object that is to own it.
[[nodiscard]] inline std::unique_ptr<connection> make_connection(
    sqlite3* handle, std::size_t tables)
{
    try {
        return std::make_unique<connection>(handle, tables);
    } catch (...) {
        sqlite3_close_v2(handle);
        throw;
    }
}

/// Opens the file, which exists. Never creates one.
[[nodiscard]] inline std::unique_ptr<connection> open_connection(
    std::string const& path, std::string const& vfs_name, bool writes, std::size_t tables)
{
    constexpr auto common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
    auto const flags = common | (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    sqlite3* handle = nullptr;
    auto const* vfs = vfs_name.empty() ? nullptr : vfs_name.c_str();
    auto const code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
    if (handle == nullptr) raise(errc::out_of_memory, {.message = "SQLite has no memory"});
    auto made = make_connection(handle, tables);
    if (code != SQLITE_OK) fail(handle, code, "the database cannot be opened");
    return made;
}

/// Runs a pragma to its end and gives its first answer as text. One that changes the file says what
/// it wants to do before it commits: whether it could is known at the end alone.
[[nodiscard]] inline std::string ask_pragma(connection& on, std::string_view text)
{
    auto const prepared = on.prepare(text);
    auto run = execution{on, prepared.get()};
    if (!run.row()) return {};
    auto answer = std::string{run.words(0)};
    while (run.row()) {}
    return answer;
}

/// Sets a pragma and reads it back on its own; a word is answered by a number.
inline void set_pragma(
    connection& on, std::string_view name, std::string const& value, std::string_view word = {})
{
    auto const pragma = std::string{"PRAGMA "}.append(name);
    static_cast<void>(
        ask_pragma(on, std::string{pragma}.append(" = ").append(word.empty() ? value : word)));
    auto const answer = ask_pragma(on, pragma);
    if (answer == value) return;
    auto details = error_details{};
    details.message = "SQLite did not take a setting";
    details.index = name;
    details.notes = {"wanted " + value, "it says " + answer};
    raise(errc::io_failure, std::move(details));
}

inline void set_switch(connection& on, int which, int value)
{
    auto answer = -1;
    auto const code = sqlite3_db_config(on.handle(), which, value, &answer);
    if (code != SQLITE_OK || answer != value)
        fail(on.handle(), code != SQLITE_OK ? code : SQLITE_ERROR, "SQLite did not take a switch");
}

/// A hostile schema cannot run code, and what a connection can be made to do is bounded.
inline void restrict_connection(connection& on, sqlite_options const& options)
{
    auto* const handle = on.handle();
    sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
    set_switch(on, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
    set_switch(on, SQLITE_DBCONFIG_DEFENSIVE, 1);
    set_switch(on, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    set_switch(on, SQLITE_DBCONFIG_ENABLE_VIEW, 0);
    set_switch(on, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
    set_switch(on, SQLITE_DBCONFIG_DQS_DML, 0);
    set_switch(on, SQLITE_DBCONFIG_DQS_DDL, 0);
    set_switch(on, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, most_row_bytes);
    sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 64 << 10);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0);
}

/// Settings that readers and the writer share.
inline void set_common(connection& on, std::uint64_t cache_size)
{
    set_pragma(on, "cache_size", std::to_string(-static_cast<std::int64_t>(cache_size / 1024)));
    set_pragma(on, "temp_store", "2");
    set_pragma(on, "foreign_keys", "0");
    set_pragma(on, "wal_autocheckpoint", "0");
}

inline void keep_log_file(connection& on)
{
    auto keep = 1;
    auto const code = sqlite3_file_control(on.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (code != SQLITE_OK && code != SQLITE_NOTFOUND)
        fail(on.handle(), code, "the log file cannot be kept");
}

inline void require_wal(connection& on)
{
    if (ask_pragma(on, "PRAGMA journal_mode = WAL") == "wal") return;
    raise(
        errc::io_failure,
        {.message = "the file system cannot carry a write-ahead log (shared memory is needed)"});
}

/// SQLite may grant less than is asked for, and a VFS that cannot map gives no answer; but none may
/// be mapped where none is wanted.
inline void set_mapping(connection& on, std::uint64_t size)
{
    static_cast<void>(ask_pragma(on, "PRAGMA mmap_size = " + std::to_string(size)));
    auto const granted = ask_pragma(on, "PRAGMA mmap_size");
    if (size == 0 && !granted.empty() && granted != "0")
        raise(errc::io_failure, {.message = "SQLite maps a file that it must not map"});
}

/// Whether SQLite writes the last page of a commit once more, behind it, where a torn write can
/// spoil what stands in the same sector. It goes by the database's file.
[[nodiscard]] inline bool pads_log(connection& on)
{
    sqlite3_file* file = nullptr;
    auto const code = sqlite3_file_control(
        on.handle(), "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
    return code != SQLITE_OK || file == nullptr || file->pMethods == nullptr
        || !overwrites_safely(file);
}

/// Sets up the writing connection of a store whose file has its final form. The change to a log
/// goes through a rollback journal, which must not come back after a power cut.
inline void set_writer(connection& on, sqlite_options const& options)
{
    set_pragma(on, "synchronous", "3");
    require_wal(on);
    keep_log_file(on);
    set_common(on, options.cache_size);
    set_pragma(on, "synchronous", options.survives == survives::power_loss ? "2" : "1");
    set_pragma(on, "secure_delete", "2", "FAST");
    set_pragma(on, "journal_size_limit", std::to_string(options.wal_limit));
    set_mapping(on, 0);
    // Not on reading connections: over a mapped file each use of a page would check it again,
    // which makes a get a third slower.
    set_pragma(on, "cell_size_check", "1");
}

/// From here on no page goes to the log before its commit. If a part of what such pages hold is
/// taken back, frames without a valid checksum can stay in the log, and what is committed behind
/// them is lost in a crash. A fault of SQLite, reported to its forum as b490f726db, of 3.44.0,
/// 3.50.1 and others. Bringing a file to the schema takes nothing back in part, and may need more
/// memory than there is: a new index is one transaction.
inline void keep_changes_in_memory(connection& on)
{
    set_pragma(on, "cache_spill", "0");
}

/// The question about the journal comes first: it loads the schema, which sets some switches back.
inline void set_reader(connection& on, sqlite_options const& options)
{
    if (ask_pragma(on, "PRAGMA journal_mode") != "wal")
        raise(errc::io_failure, {.message = "the file is not in write-ahead-log mode"});
    set_common(on, options.reader_cache_size);
    set_pragma(on, "query_only", "1");
    keep_log_file(on);
    set_mapping(on, options.mmap_size);
}

} // namespace detail::sql
} // namespace cairn::inline v0
