// SPDX-License-Identifier: BSL-1.0
// A repository: the records of one model, through a store, a transaction or a snapshot.
#pragma once

#include <cairn/describe/schema.hpp>
#include <cairn/store/arguments.hpp>
#include <cairn/store/open_range.hpp>
#include <cairn/store/range.hpp>

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

namespace cairn::inline v0 {

/// Reading the records of one model. A cheap handle: copy it freely; it must not outlive the
/// store, transaction or snapshot that gave it (a transaction's is `misuse` afterwards).
///
/// Keys are given as their fields in the order of the key schema: `get("0x01")`,
/// `get(round, digest)`.
///
/// @errors of every function: `store_closed`, `misuse`, `corrupt_record`, `corrupt_store`,
///         `io_failure`, `busy`, `snapshot_expired`.
template <class Model>
class repository_view {
public:
    explicit repository_view(detail::table_handle<Model> handle) : handle_{handle} {}

    /// The record with this key.
    /// @errors     `not_found`.
    /// @complexity One lookup.
    template <class... Key>
    [[nodiscard]] Model get(Key const&... key) const
    {
        auto const wanted = make_key<Model>(key...);
        auto found = find_record(wanted.view());
        if (!found) detail::refuse_absent(shape_of<Model>, wanted.view());
        return std::move(found->record);
    }

    /// The record with this key, if there is one.
    /// @complexity One lookup.
    template <class... Key>
    [[nodiscard]] std::optional<Model> find(Key const&... key) const
    {
        auto const wanted = make_key<Model>(key...);
        auto found = find_record(wanted.view());
        if (!found) return std::nullopt;
        return std::move(found->record);
    }

    /// Whether there is a record with this key. @complexity One lookup.
    template <class... Key>
    [[nodiscard]] bool contains(Key const&... key) const
    {
        auto const wanted = make_key<Model>(key...);
        auto found = false;
        handle_.core->read(handle_.where, [&](detail::any_session& s) {
            found = handle_.table->contains(s, wanted.view());
        });
        return found;
    }

    /// Calls a function, the last argument, with the record in place; false if there is none.
    /// The function may not call the store; what it throws passes through.
    /// @complexity One lookup; in memory no copy.
    template <class... KeyAndFunction>
    bool visit(KeyAndFunction&&... arguments) const
    {
        return detail::split_last(
            [&](auto& fn, auto const&... key) {
                return visit_record(make_key<Model>(key...).view(), fn);
            },
            std::forward<KeyAndFunction>(arguments)...);
    }

    /// How many records there are. @complexity O(1).
    [[nodiscard]] std::uint64_t count() const { return scan().count(); }

    /// The records that an index or unique of the descriptor serves: `by("queue"_by)` in its
    /// order, `by("queue"_by, task_status::pending)` with equal leading columns. Records with
    /// equal values come in the order of insertion.
    template <class Index, class... Equal>
    [[nodiscard]] auto by(Index index, Equal const&... equal) const
    {
        return detail::ask_index<Model, false>(handle_, index, equal...);
    }

    /// The records in the order of the key, with equal leading fields: `prefix(7u)`.
    template <class... Equal>
    [[nodiscard]] auto prefix(Equal const&... equal) const
    {
        return detail::ask_key<Model, false>(handle_, equal...);
    }

    /// Every record, in the order of insertion. To read a whole table and filter says so here.
    [[nodiscard]] range_view<Model> scan() const { return {handle_, question{}}; }

protected:
    [[nodiscard]] std::optional<located<Model>> find_record(cells key) const
    {
        auto found = std::optional<located<Model>>{};
        handle_.core->read(
            handle_.where, [&](detail::any_session& s) { found = handle_.table->find(s, key); });
        return found;
    }

    template <class Function>
    bool visit_record(cells key, Function& fn) const
    {
        auto found = false;
        auto guarded = [&](Model const& record) {
            auto const inside = detail::scope{handle_.core, detail::scope_kind::callback, nullptr};
            fn(record);
        };
        handle_.core->read(handle_.where, [&](detail::any_session& s) {
            found = handle_.table->visit(s, key, guarded);
        });
        return found;
    }

    detail::table_handle<Model> handle_;
};

/// Reading and writing the records of one model. Through a store each call is a transaction of
/// its own, durable when it returns; through a transaction it is part of that.
///
/// @errors    of every writing function, beside those of `repository_view`: `busy`, `disk_full`,
///            `io_failure`, `outcome_unknown`, `store_poisoned`, `read_only`, `limit_exceeded`,
///            `out_of_memory`. Each says by `outcome()` whether the write may still be stored.
/// @guarantee Strong, of every function: after an error nothing of it remains, and a transaction
///            goes on as it was, unless the error ended it (then all further calls throw it).
template <class Model>
class repository : public repository_view<Model> {
    using repository_view<Model>::handle_;

public:
    using repository_view<Model>::repository_view;

    /// Stores `record` with every index entry its descriptor declares, or changes nothing.
    ///
    /// To replace a record that may exist, use `put`; to change one that must, use `update`.
    ///
    /// @errors     `already_exists` if its key is taken; `unique_conflict` if another record holds
    ///             one of its unique values, with `index()` naming which; `invalid_argument` for
    ///             a value that no column takes (NaN).
    /// @complexity One lookup and one write per key, unique and index: O((1 + I) log n).
    void insert(Model const& record) const
    {
        write_one([&](auto& doing) { doing.insert(record); });
    }

    /// Stores `record`, whether or not its key is taken. A record that is replaced keeps its
    /// place among equals.
    ///
    /// @errors     `unique_conflict`, `invalid_argument`; `invalid_transition` if the stored
    ///             record's lifecycle does not have the change.
    /// @complexity As `insert`, but only the indexes whose values changed are written.
    void put(Model const& record) const
    {
        write([&](auto& doing) { doing.put(record); });
    }

    /// Changes the record with this key by a function, the last argument, that takes `Model&`:
    /// `update("0x01", [](task& t) { ... })`. It runs once, may throw, and may not call the
    /// store. Returns the record as it is now.
    ///
    /// @errors     `not_found`; `invalid_argument` if the key was changed; `invalid_transition`;
    ///             `unique_conflict`. What the function throws passes through.
    /// @complexity One lookup and one write, and two per index whose value changed.
    template <class... KeyAndFunction>
    Model update(KeyAndFunction&&... arguments) const
    {
        return detail::split_last(
            [&](auto& fn, auto const&... key) {
                return update_record(
                    make_key<Model>(key...).view(), [&](Model& record) { fn(record); });
            },
            std::forward<KeyAndFunction>(arguments)...);
    }

    /// Removes the record with this key; false if there is none.
    /// @complexity One lookup and one write per key, unique and index.
    template <class... Key>
    bool erase(Key const&... key) const
    {
        auto const wanted = make_key<Model>(key...);
        auto erased = false;
        auto body = [&](detail::any_session& s) {
            erased = handle_.table->erase(s, wanted.view());
        };
        handle_.core->write(handle_.where, body, true);
        return erased;
    }

    /// Removes every record; returns how many there were.
    std::uint64_t clear() const
    {
        auto n = std::uint64_t{0};
        auto body = [&](detail::any_session& s) { n = handle_.table->clear(s); };
        handle_.core->write(handle_.where, body, false);
        return n;
    }

    /// As in `repository_view`; these ranges can also `update` and `erase`.
    template <class Index, class... Equal>
    [[nodiscard]] auto by(Index index, Equal const&... equal) const
    {
        return detail::ask_index<Model, true>(handle_, index, equal...);
    }
    template <class... Equal>
    [[nodiscard]] auto prefix(Equal const&... equal) const
    {
        return detail::ask_key<Model, true>(handle_, equal...);
    }
    [[nodiscard]] range<Model> scan() const { return {handle_, question{}}; }

private:
    [[nodiscard]] Model update_record(cells key, detail::function_ref<void(Model&)> change) const
    {
        auto now = std::optional<Model>{};
        write([&](auto& doing) { now.emplace(doing.update(key, change)); });
        return std::move(*now);
    }

    template <class Body>
    void write(Body const& what) const
    {
        run(what, false);
    }
    template <class Body>
    void write_one(Body const& what) const
    {
        run(what, true);
    }
    template <class Body>
    void run(Body const& what, bool one_step) const
    {
        auto body = [&](detail::any_session& s) {
            auto doing = detail::verbs<Model>{handle_.core, *handle_.table, s};
            what(doing);
        };
        handle_.core->write(handle_.where, body, one_step);
    }
};

} // namespace cairn::inline v0
