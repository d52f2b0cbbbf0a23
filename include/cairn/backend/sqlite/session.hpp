// SPDX-License-Identifier: BSL-1.0
// A transaction scope over one connection: the one that writes, or one that reads a snapshot.
#pragma once

#include <cairn/backend/sqlite/options.hpp>
#include <cairn/backend/sqlite/state.hpp>
#include <cairn/base/config.hpp>
#include <cairn/base/file.hpp>

#include <atomic>
#include <string>
#include <vector>

namespace cairn::inline v0 {

namespace detail::sql {

/// Tells whether a kept snapshot is still the newest. A commit is seen by other connections before
/// the one that makes it knows that it is done: meanwhile the count is odd, and no snapshot that was
/// kept is used, nor one that is taken kept, or a thread could read the new state and then the old.
class change_count {
public:
    [[nodiscard]] std::uint64_t now() const { return value_.load(std::memory_order_acquire); }
    [[nodiscard]] static bool is_settled(std::uint64_t count) { return count % 2 == 0; }

    /// No snapshot of before is the newest, or one is in the way of the log's reuse.
    void add() { value_.fetch_add(2, std::memory_order_acq_rel); }

    /// Odd for as long as it lives.
    class commit {
    public:
        explicit commit(change_count& of) : of_{of} { of_.value_.fetch_add(1); }
        commit(commit const&) = delete;
        commit& operator=(commit const&) = delete;
        ~commit() { of_.value_.fetch_add(1, std::memory_order_release); }

    private:
        change_count& of_;
    };

private:
    std::atomic<std::uint64_t> value_{2};
};

/// What all sessions of an open store share.
struct shared_state {
    std::vector<layout> layouts{};    ///< by ordinal in the schema
    std::vector<std::size_t> slots{}; ///< of the same, in the catalog
    std::string path{};
    file_id file{};
    file_lock const* lock = nullptr;
    file_operations* files = nullptr;
    poison poisoned{};

    bool pads_log = false; ///< what fills up a sector behind a commit is written after it
    change_count changes{};
};

[[noreturn]] inline void refuse_moved(shared_state const& shared, char const* what)
{
    auto details = error_details{};
    details.message = what;
    details.index = shared.path;
    raise(errc::io_failure, std::move(details));
}

/// Throws if what lies at the path is not the file that is open.
inline void require_in_place(shared_state const& shared)
{
    auto const now = shared.files->status(shared.path);
    if (now.kind == file_kind::missing || now.id != shared.file)
        refuse_moved(shared, "the database was renamed, replaced or deleted while it was open");
}

/// Throws if another process could take the lock that this one believes to hold.
inline void require_lock(shared_state const& shared)
{
    if (shared.lock != nullptr && !shared.lock->intact())
        refuse_moved(shared, "the lock file was renamed or deleted while the store was open");
}

/// Throws, and lets nothing more be written, if file or lock are no longer this store's.
inline void require_own(shared_state& shared)
{
    try {
        require_in_place(shared);
        require_lock(shared);
    } catch (error const& moved) {
        shared.poisoned.set(moved);
        throw;
    }
}

} // namespace detail::sql

/// `session` of the seam for SQLite.
class sqlite_session {
    using connection = detail::sql::connection;
    using core = detail::sql::core_sql;

public:
    /// The writing session; `on` is null if the store is open for reading only.
    sqlite_session(
        detail::sql::shared_state& shared, connection* on, detail::sql::store_state state)
        : shared_{shared}, on_{on}, state_{std::move(state)}, writes_{true}
    {
    }
    /// A reading session.
    sqlite_session(detail::sql::shared_state& shared, connection& on) : shared_{shared}, on_{&on} {}
    sqlite_session(sqlite_session const&) = delete;
    sqlite_session& operator=(sqlite_session const&) = delete;

    void begin();
    void commit();
    void rollback() noexcept;
    void savepoint();
    void release();
    void rollback_to();
    [[nodiscard]] std::exception_ptr doom() const { return on_ == nullptr ? nullptr : on_->doom(); }

    // For the tables.

    [[nodiscard]] detail::sql::shared_state& shared() const { return shared_; }
    /// The connection, for a read. Throws if the transaction or the snapshot is over.
    [[nodiscard]] connection& reading()
    {
        if (expired_.load(std::memory_order_relaxed)) refuse_expired();
        on_->require_no_doom();
        return *on_;
    }
    /// The connection, for a write inside a transaction.
    [[nodiscard]] connection& writing();
    [[nodiscard]] bool is_writer() const { return writes_; }
    [[nodiscard]] detail::sql::tally& tally_of(std::size_t slot) { return state_.tallies[slot]; }
    /// Notes that the transaction has something to commit.
    void touch() { changed_ = true; }

    // For the database.

    void expire() { expired_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool expired() const { return expired_.load(std::memory_order_relaxed); }
    [[nodiscard]] detail::sql::store_state const& state() const { return state_; }
    [[noreturn]] void refuse_other_writer();

private:
    using execution = detail::sql::execution;

    void run(core which) { execution{*on_, on_->core(which)}.run(); }
    void write_state();
    void run_commit();
    void commit_changes();
    [[noreturn]] void fail_commit(int code);
    void finish() noexcept;
    [[noreturn]] void refuse_expired() const
    {
        raise(
            errc::snapshot_expired,
            {.message = "the snapshot was in the way of a checkpoint for longer than "
                        "snapshot_age_limit"});
    }

    detail::sql::shared_state& shared_;
    connection* on_;
    detail::sql::store_state state_{};
    std::vector<detail::sql::tally> before_{};             ///< tallies when the transaction began
    std::vector<std::vector<detail::sql::tally>> marks_{}; ///< at each savepoint; reused
    std::size_t depth_ = 0;
    std::vector<std::byte> scratch_{};
    std::atomic<bool> expired_{false};
    bool writes_ = false;
    bool active_ = false;
    bool changed_ = false;
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/session.ipp>
#endif
