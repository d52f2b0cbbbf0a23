// SPDX-License-Identifier: BSL-1.0
// The connections that read: lent one at a time, their snapshots kept while nothing is committed.
#pragma once

#include <cairn/backend/sqlite/catalog.hpp>
#include <cairn/backend/sqlite/session.hpp>
#include <cairn/base/config.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// A connection of the pool. Only its borrower touches it, or the pool while it is idle.
class reader {
public:
    reader(shared_state& shared, std::unique_ptr<connection> on)
        : on_{std::move(on)}, session_{shared, *on_}
    {
    }

    [[nodiscard]] sqlite_session& session() { return session_; }
    [[nodiscard]] connection& on() { return *on_; }

    /// Whether the snapshot is that of `changes`, so that a new one would show the same.
    [[nodiscard]] bool shows(std::uint64_t changes) const
    {
        return open_ && seen_ == changes && change_count::is_settled(changes);
    }

    /// Takes the newest snapshot; `changes` was read before.
    void renew(std::uint64_t changes)
    {
        end();
        session_.begin();
        open_ = true;
        seen_ = changes;
    }

    void end() noexcept
    {
        session_.rollback();
        open_ = false;
    }

    // When somebody first saw this lease in the way of a checkpoint.
    std::uint64_t lease = 1;
    std::uint64_t watched_lease = 0;
    std::chrono::steady_clock::time_point watched_since{};

private:
    std::unique_ptr<connection> on_;
    sqlite_session session_;
    std::uint64_t seen_ = 0;
    bool open_ = false;
};

/// Thread-safe.
class reader_pool {
public:
    /// `keeps`: whether snapshots outlive a lease, which needs all commits to be this process's.
    reader_pool(shared_state& shared, sqlite_options const& options, bool keeps)
        : shared_{shared}, options_{options}, keeps_{keeps}
    {
    }
    reader_pool(reader_pool const&) = delete;
    reader_pool& operator=(reader_pool const&) = delete;

    /// Lends a connection with a snapshot that has every commit which returned before.
    [[nodiscard]] reader& borrow();

    void give_back(reader& lent) noexcept;

    /// Ends the snapshots that nobody uses; marks those in use for longer than the limit.
    void clear_the_way(std::chrono::steady_clock::time_point now);

    /// What the catalog's number must be for the statements to fit.
    void expect_catalog(std::int64_t number) { catalog_.store(number); }

    void close() noexcept;

    [[nodiscard]] std::size_t size() const;

private:
    reader& take();

    reader& open(std::unique_lock<mutex>& held);

    [[nodiscard]] std::unique_ptr<reader> make();

    /// Whether `take` need not wait.
    [[nodiscard]] bool has_room() const;

    void wait(std::unique_lock<mutex>& held);

    /// The time that a snapshot has been in the way counts from the first checkpoint that met it,
    /// so that reading need not look at a clock.
    void watch(reader& one, std::chrono::steady_clock::time_point now);

    void discard(reader& gone);

    /// The writing process may have changed the schema since this one compared it.
    void check_catalog(reader& lent);

    shared_state& shared_;
    sqlite_options const& options_;
    bool keeps_;
    mutable mutex gate_{};
    condition_variable room_{};
    std::vector<std::unique_ptr<reader>> all_{};
    std::vector<reader*> idle_{};
    std::size_t opening_ = 0;
    std::size_t waiting_ = 0;
    std::atomic<std::int64_t> catalog_{-1};
    bool closed_ = false;
};

} // namespace cairn::inline v0::detail::sql

namespace cairn::inline v0 {

/// A reading session for as long as the lease lives.
class sqlite_lease {
public:
    explicit sqlite_lease(detail::sql::reader_pool& pool) : pool_{pool}, lent_{pool.borrow()} {}
    sqlite_lease(sqlite_lease const&) = delete;
    sqlite_lease& operator=(sqlite_lease const&) = delete;
    ~sqlite_lease()
    {
        if (born_ == detail::process_generation()) pool_.give_back(lent_);
    }

    [[nodiscard]] sqlite_session& session() { return lent_.session(); }

private:
    detail::sql::reader_pool& pool_;
    detail::sql::reader& lent_;
    std::uint64_t born_ = detail::process_generation();
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/backend/sqlite/reader_pool.ipp>
#endif
