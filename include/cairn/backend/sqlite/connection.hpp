// SPDX-License-Identifier: BSL-1.0
// One connection to the file: its statements, and what an error leaves behind.
#pragma once

#include <cairn/backend/sqlite/failure.hpp>
#include <cairn/backend/sqlite/sql_text.hpp>
#include <cairn/backend/sqlite/statement.hpp>
#include <cairn/base/process.hpp>
#include <cairn/base/sync.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// Statements that concern no model.
enum class core_sql : std::uint8_t {
    begin_read,
    begin_write,
    commit,
    rollback,
    savepoint,
    release,
    rollback_to,
    read_state,
    write_state,
    mark_clean,
    count_of_core
};

[[nodiscard]] inline std::string_view core_text(core_sql which)
{
    switch (which) {
    case core_sql::begin_read: return "BEGIN";
    case core_sql::begin_write: return "BEGIN IMMEDIATE";
    case core_sql::commit: return "COMMIT";
    case core_sql::rollback: return "ROLLBACK";
    case core_sql::savepoint: return "SAVEPOINT \"mark\"";
    case core_sql::release: return "RELEASE \"mark\"";
    case core_sql::rollback_to: return "ROLLBACK TO \"mark\"";
    case core_sql::read_state:
        return "SELECT \"commit_sequence\", \"catalog\", \"clean\", \"tallies\" FROM "
               "\"cairn.state\""
               " WHERE \"id\" = 1";
    case core_sql::write_state:
        return "UPDATE \"cairn.state\" SET \"commit_sequence\" = ?, \"clean\" = 0, \"tallies\" = ?"
               " WHERE \"id\" = 1 AND \"commit_sequence\" = ? AND \"catalog\" = ?";
    case core_sql::mark_clean:
        return "UPDATE \"cairn.state\" SET \"clean\" = 1 WHERE \"id\" = 1"
               " AND \"commit_sequence\" = ?";
    case core_sql::count_of_core: break;
    }
    return "";
}

/// The prepared statements of a connection, each made at its first use.
struct statement_cache {
    struct of_table {
        std::array<statement, static_cast<std::size_t>(verb::count_of_verbs)> verbs{};
        std::vector<std::pair<std::uint64_t, statement>> keyed{};
    };

    std::array<statement, static_cast<std::size_t>(core_sql::count_of_core)> core{};
    std::vector<of_table> tables{};
};

/// What has made writing impossible. Set by the writing thread, looked at by any.
class poison {
public:
    [[nodiscard]] bool present() const { return present_.load(std::memory_order_acquire); }

    void set(error const& cause) noexcept
    {
        auto const held = std::lock_guard{gate_};
        if (present()) return;
        cause_ = cause;
        present_.store(true, std::memory_order_release);
    }

    void require_absent() const
    {
        if (!present()) return;
        auto const held = std::lock_guard{gate_};
        auto details = error_details{};
        details.message = "an earlier error made writing unsafe; reopen the store";
        details.notes.emplace_back(cause_->what());
        raise(errc::store_poisoned, std::move(details));
    }

private:
    std::atomic<bool> present_{false};
    mutable mutex gate_{};
    std::optional<error> cause_{};
};

/// A connection and its statements. Used by one thread at a time.
class connection {
public:
    connection(sqlite3* handle, std::size_t tables) : handle_{handle}
    {
        cache_->tables.resize(tables);
    }
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// A forked child leaves everything alone: what closes or finalizes here would speak for the
    /// parent's file.
    ~connection()
    {
        if (process_generation() != born_) {
            static_cast<void>(cache_.release());
            return;
        }
        cache_.reset();
        sqlite3_close_v2(handle_);
    }

    [[nodiscard]] sqlite3* handle() const { return handle_; }

    /// Names where errors that make writing unsafe are to be remembered: this is the writer.
    void report_to(poison& sink) { poison_ = &sink; }

    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

    /// Whether a transaction is meant to be open; if SQLite ends it by itself, it is doomed.
    void expect_transaction(bool open)
    {
        expected_ = open;
        if (!open) doom_ = nullptr;
    }
    [[nodiscard]] std::exception_ptr const& doom() const { return doom_; }
    /// The transaction can no longer be trusted: everything but its rollback throws `why`.
    void set_doom(std::exception_ptr why) { doom_ = std::move(why); }
    void require_no_doom() const
    {
        if (doom_) std::rethrow_exception(doom_);
    }

    [[nodiscard]] sqlite3_stmt* core(core_sql which)
    {
        auto& kept = cache_->core[static_cast<std::size_t>(which)];
        if (!kept) kept = prepare(core_text(which));
        return kept.get();
    }

    [[nodiscard]] sqlite3_stmt* of_table(std::size_t ordinal, layout const& table, verb which)
    {
        auto& kept = cache_->tables[ordinal].verbs[static_cast<std::size_t>(which)];
        if (!kept) kept = prepare(verb_text(table, which));
        return kept.get();
    }

    /// A statement that has variants, by a number that tells them apart; `make` gives its text.
    template <class Make>
    [[nodiscard]] sqlite3_stmt* variant(std::size_t ordinal, std::uint64_t key, Make const& make)
    {
        auto& kept = cache_->tables[ordinal].keyed;
        for (auto const& [known, made] : kept)
            if (known == key) return made.get();
        if (kept.size() == most_variants) kept.clear();
        return kept.emplace_back(key, prepare(make())).second.get();
    }

    [[nodiscard]] statement prepare(std::string_view sql)
    {
        sqlite3_stmt* made = nullptr;
        errno = 0;
        auto const code = sqlite3_prepare_v3(
            handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made,
            nullptr);
        auto owned = statement{made};
        if (code != SQLITE_OK) fail(code, "a statement was not accepted");
        return owned;
    }

    /// Steps a statement. Of a commit that fails, also that of a single statement, older versions of
    /// SQLite (3.40) do not keep what the system said; `errno` still has it.
    [[nodiscard]] int step(sqlite3_stmt* prepared)
    {
        errno = 0;
        return sqlite3_step(prepared);
    }

    /// What the system said of a failure; right behind the call of SQLite that failed, before which
    /// `errno` was 0. A logger of the program's (SQLITE_CONFIG_LOG) that fails itself spoils it.
    [[nodiscard]] int system_error() const
    {
        return errno != 0 ? errno : sqlite3_system_errno(handle_);
    }

    /// Throws the error for a result code, and remembers what it means for what follows.
    [[noreturn]] void fail(int code, char const* message)
    {
        auto const meant = judge(code, system_error());
        try {
            raise(meant.code, evidence(handle_, code, message));
        } catch (error const& thrown) {
            if (poison_ != nullptr && meant.poisons) poison_->set(thrown);
            auto const broken = poison_ != nullptr && meant.poisons;
            if (expected_ && !doom_ && (broken || !in_transaction()))
                doom_ = std::current_exception();
            throw;
        }
    }

private:
    static constexpr std::size_t most_variants = 256;

    sqlite3* handle_;
    std::unique_ptr<statement_cache> cache_ = std::make_unique<statement_cache>();
    poison* poison_ = nullptr;
    std::exception_ptr doom_{};
    std::uint64_t born_ = process_generation();
    bool expected_ = false;
};

/// One run of a statement: bind, step, read; reset on every way out, so that no statement ever
/// holds a snapshot. Bindings are not cleared, since every run binds every parameter anew.
class execution {
public:
    execution(connection& on, sqlite3_stmt* prepared) : on_{on}, prepared_{prepared} {}
    execution(connection& on, sqlite3_stmt* prepared, cells values) : execution{on, prepared}
    {
        for (auto const& value : values) bind(value);
    }
    execution(execution const&) = delete;
    execution& operator=(execution const&) = delete;
    ~execution() { sqlite3_reset(prepared_); }

    execution& bind(cell const& value)
    {
        require(bind_cell(prepared_, ++bound_, value));
        return *this;
    }
    execution& bind(std::span<std::byte const> value)
    {
        require(bind_bytes(prepared_, ++bound_, value));
        return *this;
    }
    execution& bind(std::int64_t value)
    {
        require(sqlite3_bind_int64(prepared_, ++bound_, value));
        return *this;
    }

    /// Steps; whether there is a row.
    bool row()
    {
        auto const code = step();
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        on_.fail(code, "a statement failed");
    }

    /// Steps a statement that gives no rows; false if a key or a unique value is taken.
    [[nodiscard]] bool accepted()
    {
        auto const code = step();
        if (code == SQLITE_DONE) return true;
        if (is_conflict(code)) return false;
        on_.fail(code, "a statement failed");
    }

    /// Steps a statement that gives no rows and breaks no constraint.
    void run()
    {
        if (step() != SQLITE_DONE)
            on_.fail(sqlite3_extended_errcode(on_.handle()), "a statement failed");
    }

    /// Steps; the bare result code.
    [[nodiscard]] int step() { return on_.step(prepared_); }

    [[nodiscard]] std::int64_t integer(int place) const
    {
        return sqlite3_column_int64(prepared_, place);
    }
    [[nodiscard]] cell value(int place, column_type type) const
    {
        return present(column_cell(prepared_, place, type));
    }
    [[nodiscard]] std::span<std::byte const> bytes(int place) const
    {
        return present(varying_cell(prepared_, place, cell::tag::bytes)).as_bytes();
    }
    [[nodiscard]] std::string_view words(int place) const
    {
        return present(varying_cell(prepared_, place, cell::tag::text)).as_text();
    }

private:
    /// What SQLite has no memory to convert looks as if it were empty.
    [[nodiscard]] cell present(cell found) const
    {
        auto const varies = found.kind == cell::tag::text || found.kind == cell::tag::bytes;
        if (varies && found.size == 0 && sqlite3_errcode(on_.handle()) == SQLITE_NOMEM)
            on_.fail(SQLITE_NOMEM, "a value could not be read");
        return found;
    }

    void require(int code)
    {
        if (code != SQLITE_OK) on_.fail(code, "a parameter was not accepted");
    }

    connection& on_;
    sqlite3_stmt* prepared_;
    int bound_ = 0;
};

} // namespace cairn::inline v0::detail::sql
