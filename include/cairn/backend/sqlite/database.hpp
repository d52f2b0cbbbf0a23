// SPDX-License-Identifier: BSL-1.0
// One open store in an SQLite file: its writing connection, its readers, its checkpoints, its end.
#pragma once

#include <cairn/backend/sqlite/catalog_writer.hpp>
#include <cairn/backend/sqlite/log_vfs.hpp>
#include <cairn/backend/sqlite/opening.hpp>
#include <cairn/backend/sqlite/reader_pool.hpp>
#include <cairn/base/config.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace cairn::inline v0 {

/// `database` of the seam for SQLite.
///
/// All commits and all checkpoints run on the one writing connection. That is what makes SQLite
/// versions safe that lose pages when a checkpoint races with a commit.
class sqlite_database {
public:
    /// Opens or creates the file.
    ///
    /// @errors  `store_locked` naming the holder; `corrupt_store`, `schema_mismatch`,
    ///          `newer_version` for files that are not to be touched, and then they are not;
    ///          `io_failure`, `disk_full`, `read_only`, `invalid_argument`.
    sqlite_database(sqlite_options options, std::span<shape const* const> models);
    sqlite_database(sqlite_database const&) = delete;
    sqlite_database& operator=(sqlite_database const&) = delete;
    ~sqlite_database();

    [[nodiscard]] sqlite_session& writer() { return *session_; }
    [[nodiscard]] sqlite_lease read()
    {
        check_usable();
        return sqlite_lease{*pool_};
    }
    void after_commit();
    void check_usable() const
    {
        if (born_ != detail::process_generation()) refuse_child();
    }
    void close();

    /// Copies the log into the file, as far as no snapshot in use prevents it, on the writing
    /// connection: the caller holds the writer, and no transaction is open.
    void checkpoint();

    [[nodiscard]] std::string const& path() const { return shared_.path; }
    [[nodiscard]] bool poisoned() const { return shared_.poisoned.present(); }
    [[nodiscard]] detail::sql::layout const& layout_of(std::size_t ordinal) const
    {
        return shared_.layouts[ordinal];
    }
    [[nodiscard]] std::size_t slot_of(std::size_t ordinal) const { return shared_.slots[ordinal]; }

    /// The writing connection, for tools and tests; null if the store is open for reading only.
    [[nodiscard]] detail::sql::connection* writing_connection() { return on_.get(); }

private:
    void open_to_write();
    void open_to_read();
    void create_if_empty();
    void empty_log(bool clean);
    void check_after_crash(detail::sql::store_state const& state);
    void require_counts(detail::sql::store_state const& state) const;
    [[nodiscard]] detail::sql::store_state reconcile();
    void watch_log();
    void renew_snapshots();
    void move_log(int mode);
    [[noreturn]] void refuse_impossible_checkpoint();
    void note_log(int frames)
    {
        if (frames < frames_) next_check_ = pages_until_checkpoint();
        frames_ = frames;
    }
    /// Fewer where the log would exceed `wal_limit` before, but some: a checkpoint costs syncs.
    [[nodiscard]] int pages_until_checkpoint() const
    {
        auto const fitting = std::max<std::uint64_t>(
            options_.wal_limit / detail::sql::page_size, 64);
        return static_cast<int>(std::min<std::uint64_t>(options_.checkpoint_pages, fitting));
    }
    [[nodiscard]] std::exception_ptr tidy() noexcept;
    void mark_clean();
    [[noreturn]] static void refuse_child()
    {
        raise(
            errc::misuse,
            {.message = "the store was opened by the parent of this process; a forked child must "
                        "not use it"});
    }

    static int on_commit(void* self, sqlite3*, char const*, int frames)
    {
        static_cast<sqlite_database*>(self)->note_log(frames);
        return SQLITE_OK;
    }

    static void on_rollback(void* self)
    {
        auto const& vfs = static_cast<sqlite_database*>(self)->log_vfs_;
        if (vfs) vfs->drop_log();
    }

    sqlite_options options_;
    machine& machine_;
    std::uint64_t born_ = detail::process_generation();
    detail::sql::shared_state shared_{};
    detail::sql::opened_file file_{};
    std::unique_ptr<detail::sql::log_vfs> log_vfs_{};
    std::unique_ptr<detail::sql::connection> on_{};
    std::unique_ptr<sqlite_session> session_{};
    std::unique_ptr<detail::sql::reader_pool> pool_{};
    int frames_ = 0;     ///< in the log, after the last commit
    int next_check_ = 0; ///< number of frames at which the next checkpoint is tried
    bool closed_ = false;
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/database.ipp>
#endif
