// SPDX-License-Identifier: BSL-1.0
// An open store: how it is opened, checkpointed and closed.
#pragma once

#include <cairn/backend/sqlite/catalog_writer.hpp>
#include <cairn/backend/sqlite/database.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

#include <unistd.h>

namespace cairn::inline v0 {

namespace detail::sql {

/// The options as SQLite can be told them: it keeps milliseconds, pages and KiB in an `int`, bytes
/// in 64 bits with a sign.
///
/// @errors  `invalid_argument` that names the option.
[[nodiscard]] inline sqlite_options usable(sqlite_options options)
{
    constexpr auto most_pages = std::uint32_t{1} << 30; // a tenth more is still an int
    constexpr auto most_cache = std::uint64_t{std::numeric_limits<std::int32_t>::max()} * 1024;
    constexpr auto most_bytes = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    require_some(options.max_readers, "max_readers");
    options.commit = detail::usable(options.commit);
    options.busy_timeout = bounded(options.busy_timeout, std::chrono::hours{24 * 20});
    options.snapshot_age_limit = bounded(options.snapshot_age_limit);
    options.checkpoint_pages = std::min(options.checkpoint_pages, most_pages);
    options.cache_size = std::min(options.cache_size, most_cache);
    options.reader_cache_size = std::min(options.reader_cache_size, most_cache);
    options.mmap_size = std::min(options.mmap_size, most_bytes);
    options.wal_limit = std::min(options.wal_limit, most_bytes);
    return options;
}

} // namespace detail::sql

CAIRN_INLINE sqlite_database::sqlite_database(
    sqlite_options options, std::span<shape const* const> models)
    : options_{detail::sql::usable(std::move(options))}, machine_{
                                                             options_.machine != nullptr
                                                                 ? *options_.machine
                                                                 : real_machine()}
{
    detail::sql::prepare_library(options_);
    for (auto const* model : models) shared_.layouts.emplace_back(*model);
    shared_.files = &machine_.files();
    if (options_.read_only)
        open_to_read();
    else
        open_to_write();
}

CAIRN_INLINE sqlite_database::~sqlite_database()
{
    if (born_ == detail::process_generation()) {
        try {
            close();
        } catch (...) { // NOLINT(bugprone-empty-catch): what is committed stays so
        }
        return;
    }
    // A forked child: nothing here may be closed, so nothing is destroyed.
    static_cast<void>(pool_.release());
    static_cast<void>(session_.release());
    static_cast<void>(on_.release());
    static_cast<void>(log_vfs_.release());
    static_cast<void>(file_.lock.release());
}

/// SQLite opens for reading only what it cannot open for writing, whatever the reason.
[[noreturn]] inline void refuse_unwritable(std::string const& path)
{
    if (::access(path.c_str(), W_OK) == 0)
        detail::sql::refuse_file(
            errc::io_failure, path, "the file could not be opened for writing, only for reading");
    detail::sql::refuse_file(errc::read_only, path, "there is no permission to write to the file");
}

/// What an earlier process left in the log is moved before anything is added to it. Behind recovered
/// frames the next one would begin within a sector that holds the last commit; on a medium that may
/// spoil a whole sector when the power goes in the middle of it, that commit would be lost. A store
/// that was closed, and had no room for this then, may still have none: that is no reason not to
/// open it.
CAIRN_INLINE void sqlite_database::empty_log(bool clean)
{
    if (clean && !file_.has_log) return;
    try {
        move_log(SQLITE_CHECKPOINT_TRUNCATE);
    } catch (disk_full const&) {
        if (!clean) throw;
    }
}

CAIRN_INLINE void sqlite_database::open_to_write()
{
    using namespace detail::sql;
    file_ = opening{options_, machine_}.for_writing();
    shared_.path = file_.path;
    shared_.file = file_.id;
    shared_.lock = file_.lock.get();
    if (options_.survives == survives::power_loss)
        log_vfs_ = std::make_unique<log_vfs>(options_.vfs);
    on_ = open_connection(
        file_.path, log_vfs_ ? log_vfs_->name() : options_.vfs, true, shared_.layouts.size());
    if (sqlite3_db_readonly(on_->handle(), "main") == 1) refuse_unwritable(file_.path);
    restrict_connection(*on_, options_);
    create_if_empty();
    set_writer(*on_, options_);
    auto state = reconcile();
    keep_changes_in_memory(*on_);
    shared_.pads_log = pads_log(*on_);
    on_->report_to(shared_.poisoned);
    watch_log();
    empty_log(state.clean);
    session_ = std::make_unique<sqlite_session>(shared_, on_.get(), std::move(state));
    pool_ = std::make_unique<reader_pool>(shared_, options_, options_.keep_snapshots);
}

CAIRN_INLINE void sqlite_database::open_to_read()
{
    using namespace detail::sql;
    file_ = opening{options_, machine_}.for_reading();
    shared_.path = file_.path;
    shared_.file = file_.id;
    auto const on = open_connection(file_.path, options_.vfs, false, shared_.layouts.size());
    restrict_connection(*on, options_);
    set_reader(*on, options_);
    require_format(*on, file_.path);
    auto const snapshot = scoped_transaction{*on, core_sql::begin_read};
    auto const found = catalog_comparison{*on, shared_.layouts}.take();
    refuse_changes(found, shared_.layouts, file_.path);
    for (auto const& slot : found.slots) shared_.slots.push_back(*slot);
    auto const state = read_state(*on);
    require_counts(state);
    session_ = std::make_unique<sqlite_session>(shared_, nullptr, store_state{});
    pool_ = std::make_unique<reader_pool>(shared_, options_, false);
    pool_->expect_catalog(state.catalog);
}

/// A file without pages, or one whose creation SQLite has just rolled back.
CAIRN_INLINE void sqlite_database::create_if_empty()
{
    using namespace detail::sql;
    auto const prepared = on_->prepare("SELECT count(*) FROM sqlite_schema");
    auto objects = std::int64_t{};
    {
        auto run = execution{*on_, prepared.get()};
        if (run.row()) objects = run.integer(0);
    }
    auto const own = ask_pragma(*on_, "PRAGMA application_id") == std::to_string(application_id);
    if (own) return require_format(*on_, file_.path);
    if (objects != 0)
        refuse_file(
            errc::schema_mismatch, file_.path, "the database belongs to another application");
    create_catalog(*on_);
}

CAIRN_INLINE void sqlite_database::check_after_crash(detail::sql::store_state const& state)
{
    if (state.clean || file_.size > options_.check_limit) return;
    auto const answer = detail::sql::ask_pragma(*on_, "PRAGMA quick_check(1)");
    if (answer == "ok") return;
    auto details = error_details{};
    details.message = "the file was not closed and is damaged";
    details.index = file_.path;
    details.native_text = answer;
    raise(errc::corrupt_store, std::move(details));
}

/// Every model that the file has must have a count in it.
CAIRN_INLINE void sqlite_database::require_counts(detail::sql::store_state const& state) const
{
    for (auto const slot : shared_.slots)
        if (slot >= state.tallies.size())
            detail::sql::refuse_file(
                errc::corrupt_store, file_.path, "the store's row of counts is too short");
}

/// Compares the file with the schema and brings it there if nothing but models and indexes is
/// missing. Nothing is written to a file that is refused.
CAIRN_INLINE detail::sql::store_state sqlite_database::reconcile()
{
    using namespace detail::sql;
    auto change = scoped_transaction{*on_};
    auto const found = catalog_comparison{*on_, shared_.layouts}.take();
    refuse_differences(found, file_.path);
    auto state = read_state(*on_);
    check_after_crash(state);
    auto complete = found.changes.empty();
    for (auto const& slot : found.slots) {
        complete = complete && slot.has_value();
        if (slot) shared_.slots.push_back(*slot);
    }
    require_counts(state);
    if (complete && found.outdated.empty()) return state;
    update_descriptions(*on_, shared_.layouts, found);
    if (complete)
        write_catalog_state(*on_, state);
    else
        shared_.slots = update_catalog(*on_, shared_.layouts, found, state);
    change.commit();
    state.clean = false;
    return state;
}

CAIRN_INLINE void sqlite_database::watch_log()
{
    sqlite3_wal_hook(on_->handle(), &on_commit, this);
    sqlite3_rollback_hook(on_->handle(), &on_rollback, this);
    next_check_ = pages_until_checkpoint();
}

/// Called with the writer held, outside a transaction.
///
/// @errors  Those of a checkpoint, after which the store is poisoned; what was committed stays so.
CAIRN_INLINE void sqlite_database::after_commit()
{
    if (frames_ >= next_check_ && !poisoned()) checkpoint();
}

/// Snapshots are made to give way twice: before, since those of older states hold the copying back;
/// and after, since what is taken from then on reads the file alone and lets the log start anew. A
/// log that has grown too large is worth waiting for readers, 50 ms for each step.
CAIRN_INLINE void sqlite_database::checkpoint()
{
    if (on_ == nullptr) return;
    detail::sql::require_own(shared_);
    auto const large = static_cast<std::uint64_t>(frames_) * detail::sql::page_size
        > options_.wal_limit;
    renew_snapshots();
    move_log(large ? SQLITE_CHECKPOINT_FULL : SQLITE_CHECKPOINT_PASSIVE);
    renew_snapshots();
    if (large) move_log(SQLITE_CHECKPOINT_TRUNCATE);
}

/// Idle snapshots end now, those in use when they are given back.
CAIRN_INLINE void sqlite_database::renew_snapshots()
{
    shared_.changes.add();
    pool_->clear_the_way(machine_.now());
}

/// A log that is still in use, whole or in part, is tried again after a tenth of the distance.
CAIRN_INLINE void sqlite_database::move_log(int mode)
{
    auto* const handle = on_->handle();
    auto const waits = mode != SQLITE_CHECKPOINT_PASSIVE;
    auto in_log = -1;
    auto moved = -1;
    if (waits) sqlite3_busy_timeout(handle, 50);
    errno = 0;
    auto const code = sqlite3_wal_checkpoint_v2(handle, "main", mode, &in_log, &moved);
    if (waits) sqlite3_busy_timeout(handle, static_cast<int>(options_.busy_timeout.count()));
    if (code != SQLITE_OK && code != SQLITE_BUSY) on_->fail(code, "the checkpoint failed");
    if (moved > in_log) refuse_impossible_checkpoint();
    if (mode == SQLITE_CHECKPOINT_TRUNCATE && code == SQLITE_OK) return note_log(0);
    next_check_ = frames_ + static_cast<int>(options_.checkpoint_pages) / 10 + 1;
}

CAIRN_INLINE void sqlite_database::refuse_impossible_checkpoint()
{
    auto const broken = corrupt_store{error_details{
        .message =
            "a checkpoint moved more than the log held: another program writes to the file"}};
    shared_.poisoned.set(broken);
    throw broken;
}

CAIRN_INLINE void sqlite_database::mark_clean()
{
    using namespace detail::sql;
    require_own(shared_);
    if (!session_->state().clean) {
        auto last = scoped_transaction{*on_};
        auto const own = session_->state().commit_sequence;
        execution{*on_, on_->core(core_sql::mark_clean)}.bind(own).run();
        if (sqlite3_changes(on_->handle()) != 1) session_->refuse_other_writer();
        last.commit();
    }
    move_log(SQLITE_CHECKPOINT_TRUNCATE);
}

/// What was in the way of a clean end. The next opening moves the log instead, and checks the file
/// if it was not marked.
CAIRN_INLINE std::exception_ptr sqlite_database::tidy() noexcept
{
    try {
        mark_clean();
        return {};
    } catch (...) {
        return std::current_exception();
    }
}

/// Ends the store; harmless if it has ended. Nothing may be running. It has ended also if it
/// throws: all that was committed is in the file and its log, which was not moved into the file. Nor
/// is it, without an error, while somebody else reads, or if the store was poisoned.
///
/// @errors `io_failure`, `disk_full`; `busy` if another program holds the file's lock for writing;
///         `corrupt_store` if one has written to it.
CAIRN_INLINE void sqlite_database::close()
{
    check_usable();
    if (std::exchange(closed_, true)) return;
    if (pool_) pool_->close();
    if (session_) session_->rollback();
    auto const failed = on_ && session_ && !poisoned() ? tidy() : std::exception_ptr{};
    on_.reset();
    file_.lock.reset();
    shared_.lock = nullptr;
    file_.entry = {};
    if (failed) std::rethrow_exception(failed);
}

} // namespace cairn::inline v0
