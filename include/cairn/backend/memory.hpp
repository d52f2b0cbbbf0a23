// SPDX-License-Identifier: BSL-1.0
// The backend in memory: the program's own structs, kept as they are, with real indexes.
#pragma once

#include <cairn/backend/memory/engine.hpp>
#include <cairn/backend/memory/read_write_lock.hpp>
#include <cairn/backend/memory/undo_log.hpp>
#include <cairn/backend/seam.hpp>
#include <cairn/base/process.hpp>
#include <cairn/describe/shape_of.hpp>
#include <cairn/encode/record.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// How to open a store in memory.
struct memory_options {
    commit_options commit{};
};

namespace detail {

/// The writing session holds the lock alone from `begin` to `commit` or `rollback`, on whatever
/// thread these are called; a reading one lives inside a lease.
class memory_session {
public:
    memory_session() = default;
    memory_session(read_write_lock& lock, memory_log& log, std::chrono::milliseconds timeout)
        : lock_{&lock}, log_{&log}, timeout_{timeout}
    {
    }

    void begin()
    {
        if (lock_ == nullptr) return;
        if (!lock_->lock_until(read_write_lock::clock::now() + timeout_)) refuse_busy();
        open_ = true;
    }
    void commit()
    {
        if (!open_) return;
        open_ = false;
        lock_->unlock();
        log_->forget(); // after the lock: readers do not wait for destructors
    }
    void rollback() noexcept
    {
        if (!open_) return;
        log_->undo_all();
        open_ = false;
        lock_->unlock();
    }
    void savepoint() { log_->mark(); }
    void release() { log_->forget_mark(); }
    void rollback_to() { log_->undo_to_mark(); }
    [[nodiscard]] std::exception_ptr doom() const { return nullptr; }

    /// Null in a reading session.
    [[nodiscard]] memory_log* log() const { return log_; }

private:
    [[noreturn]] static void refuse_busy()
    {
        raise(
            errc::busy, {.message = "readers kept the store for longer than commit.turn_timeout"});
    }

    read_write_lock* lock_ = nullptr;
    memory_log* log_ = nullptr;
    std::chrono::milliseconds timeout_{};
    bool open_ = false;
};

/// A reader's share of the lock.
class memory_lease {
public:
    explicit memory_lease(read_write_lock& lock) : lock_{lock} { lock_.lock_shared(); }
    memory_lease(memory_lease const&) = delete;
    memory_lease& operator=(memory_lease const&) = delete;
    ~memory_lease() { lock_.unlock_shared(); }

    [[nodiscard]] memory_session& session() { return session_; }

private:
    read_write_lock& lock_;
    memory_session session_{};
};

class memory_database {
public:
    memory_database(memory_options const& options, std::span<shape const* const> models)
        : writer_{lock_, log_, usable(options.commit).turn_timeout}
    {
        for (auto const* model : models) engines_.emplace_back(*model);
    }
    memory_database(memory_database const&) = delete;
    memory_database& operator=(memory_database const&) = delete;
    ~memory_database() { writer_.rollback(); }

    [[nodiscard]] memory_session& writer() { return writer_; }
    [[nodiscard]] memory_lease read() { return memory_lease{lock_}; }
    void after_commit() {}
    void check_usable()
    {
        if (born_ != process_generation()) refuse_child();
    }
    void close() {}

    [[nodiscard]] memory_engine& engine(std::size_t ordinal) { return engines_[ordinal]; }

private:
    [[noreturn]] static void refuse_child()
    {
        raise(errc::misuse, {.message = "a store was used in a forked child of its process"});
    }

    std::uint64_t born_ = process_generation();
    read_write_lock lock_{};
    std::deque<memory_engine> engines_{}; // never moved
    memory_log log_{};
    memory_session writer_;
};

/// A record that can be exchanged without an exception: inside, or behind a pointer.
template <class Model>
class swappable_record {
    static constexpr bool inside =
        std::is_nothrow_swappable_v<Model> && std::is_nothrow_move_constructible_v<Model>;

public:
    explicit swappable_record(Model const& record) : held_{hold(record)} {}

    [[nodiscard]] Model const& get() const
    {
        if constexpr (inside)
            return held_;
        else
            return *held_;
    }
    void swap(swappable_record& other) noexcept
    {
        using std::swap;
        swap(held_, other.held_);
    }

private:
    using holder = std::conditional_t<inside, Model, std::unique_ptr<Model>>;

    static holder hold(Model const& record)
    {
        if constexpr (inside)
            return record;
        else
            return std::make_unique<Model>(record);
    }

    holder held_;
};

template <class Model>
class memory_entry_of final : public memory_entry {
    using codec = record_codec<Model>;
    static constexpr std::size_t fields = shape_of<Model>.key.size;

public:
    explicit memory_entry_of(Model const& value) : record_{value} { places = own_places_.data(); }

    [[nodiscard]] Model const& record() const { return record_.get(); }

    [[nodiscard]] bool has_key(cells wanted) const override
    {
        cell own[fields + 1];
        codec::to_key(record(), own);
        for (std::size_t i = 0; i != fields; ++i)
            if (!(own[i] == wanted[i])) return false;
        return true;
    }
    void key(cell* out) const override { codec::to_key(record(), out); }
    void columns(cell* out) const override { codec::to_columns(record(), out); }
    void swap_record(memory_entry& other) noexcept override
    {
        record_.swap(static_cast<memory_entry_of&>(other).record_);
    }

private:
    swappable_record<Model> record_; // first: a lookup touches the beginning of an entry
    std::array<entry_order::iterator, memory_engine::order_count(shape_of<Model>)> own_places_{};
};

/// The typed table of `memory`: copies records in and out, leaves the rest to the engine.
template <class Model>
class memory_table {
    using entry = memory_entry_of<Model>;
    static constexpr std::size_t fields = shape_of<Model>.key.size;
    static constexpr std::size_t column_count = shape_of<Model>.columns.size();

public:
    memory_table(memory_database& database, std::size_t ordinal) : engine_{database.engine(ordinal)}
    {
    }

    bool insert(memory_session& s, Model const& record)
    {
        require_storable(record);
        cell key[fields + 1];
        record_codec<Model>::to_key(record, key);
        auto const view = cells{key, fields};
        if (engine_.find(view) != nullptr) return false;
        std::unique_ptr<memory_entry> fresh = std::make_unique<entry>(record);
        return engine_.add(*s.log(), fresh, view);
    }

    std::optional<located<Model>> find(memory_session&, cells key)
    {
        auto const* found = engine_.find(key);
        if (found == nullptr) return std::nullopt;
        return located<Model>{found->sequence, record_of(*found)};
    }

    bool visit(memory_session&, cells key, function_ref<void(Model const&)> fn)
    {
        auto const* found = engine_.find(key);
        if (found != nullptr) fn(record_of(*found));
        return found != nullptr;
    }

    bool contains(memory_session&, cells key) { return engine_.find(key) != nullptr; }

    std::optional<Model> at(memory_session&, std::int64_t sequence)
    {
        auto const* found = engine_.at(sequence);
        if (found == nullptr) return std::nullopt;
        return record_of(*found);
    }

    bool rewrite(memory_session& s, Model const& record)
    {
        require_storable(record);
        cell columns[column_count + 1];
        record_codec<Model>::to_columns(record, columns);
        auto* found = find_same_key(record);
        return found != nullptr && engine_.has_columns(*found, {columns, column_count})
            && engine_.replace(*s.log(), *found, std::make_unique<entry>(record));
    }

    bool replace(memory_session& s, std::int64_t, Model const& before, Model const& after)
    {
        require_storable(after);
        auto* found = find_same_key(before);
        return found != nullptr
            && engine_.replace(*s.log(), *found, std::make_unique<entry>(after));
    }

    bool erase(memory_session& s, cells key) { return erase_entry(s, engine_.find(key)); }
    bool erase_at(memory_session& s, std::int64_t sequence)
    {
        return erase_entry(s, engine_.at(sequence));
    }

    page_of<Model> fetch(
        memory_session& s, question const& asked, position const* after, std::size_t limit,
        corrupt_sink const*)
    {
        auto found = engine_.select(s.log(), asked, after, limit);
        auto page = page_of<Model>{};
        page.records.reserve(found.entries.size());
        page.sequences.reserve(found.entries.size());
        for (auto const* e : found.entries) {
            page.records.push_back(record_of(*e));
            page.sequences.push_back(e->sequence);
        }
        page.last = std::move(found.last);
        page.more = found.more;
        return page;
    }

    std::vector<std::int64_t> sequences(
        memory_session& s, question const& asked, position const* after, std::size_t limit)
    {
        auto result = std::vector<std::int64_t>{};
        for (auto const* e : engine_.select(s.log(), asked, after, limit).entries)
            result.push_back(e->sequence);
        return result;
    }

    std::uint64_t count(memory_session& s, question const& asked)
    {
        return engine_.count(s.log(), asked);
    }

    std::uint64_t clear(memory_session& s) { return engine_.clear(*s.log()); }

private:
    static constexpr std::size_t most_scratch = 64 * 1024;

    /// What a file would not take, memory does not take either.
    void require_storable(Model const& record)
    {
        record_codec<Model>::check_limits(record, scratch_);
        if (scratch_.capacity() > most_scratch) scratch_ = {};
    }

    static Model const& record_of(memory_entry const& e)
    {
        return static_cast<entry const&>(e).record();
    }

    memory_entry* find_same_key(Model const& record) const
    {
        cell key[fields + 1];
        record_codec<Model>::to_key(record, key);
        return engine_.find({key, fields});
    }

    bool erase_entry(memory_session& s, memory_entry* found)
    {
        if (found != nullptr) engine_.erase(*s.log(), *found);
        return found != nullptr;
    }

    memory_engine& engine_;
    byte_buffer scratch_{}; // the writer's
};

} // namespace detail

/// A store that lives as long as its object: for tests, caches, and programs that keep nothing.
///
/// Any number of readers, or one writer: `read` holds a shared lock, `write` an exclusive one.
struct memory {
    using options = memory_options;
    using session = detail::memory_session;
    using database = detail::memory_database;
    template <class Model>
    using table = detail::memory_table<Model>;

    static constexpr std::string_view name = "memory";
    static constexpr bool concurrent_reads = false;
};

static_assert(backend<memory>);

} // namespace cairn::inline v0
