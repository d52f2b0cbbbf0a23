// SPDX-License-Identifier: BSL-1.0
// A repository: the records of one model, through a store, a transaction or a snapshot.
#pragma once

#include <cairn/describe/schema.hpp>
#include <cairn/store/arguments.hpp>
#include <cairn/store/open_range.hpp>
#include <cairn/store/range.hpp>
#include <cairn/store/stand_in.hpp>

#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
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
    explicit repository_view(detail::table_handle handle) : handle_{handle} {}

    /// The record with this key.
    /// @errors     `not_found`.
    /// @complexity One lookup.
    template <class... Key>
    [[nodiscard]] Model get(Key const&... key) const
    {
        auto record = Model{};
        detail::get_record(handle_, make_key<Model>(key...).view(), &record);
        return record;
    }

    /// The record with this key, if there is one.
    /// @complexity One lookup.
    template <class... Key>
    [[nodiscard]] std::optional<Model> find(Key const&... key) const
    {
        auto record = std::optional<Model>{std::in_place};
        auto const wanted = make_key<Model>(key...);
        if (!detail::find_record(handle_, wanted.view(), &*record)) record.reset();
        return record;
    }

    /// Whether there is a record with this key. @complexity One lookup.
    template <class... Key>
    [[nodiscard]] bool contains(Key const&... key) const
    {
        return detail::contains_record(handle_, make_key<Model>(key...).view());
    }

    /// Calls a function, the last argument, with the record in place; false if there is none.
    /// The function may not call the store; what it throws passes through.
    /// @complexity One lookup; in memory no copy.
    template <class... KeyAndFunction>
    bool visit(KeyAndFunction&&... arguments) const
    {
        using function = typename detail::last_argument<KeyAndFunction...>::type;
        if constexpr (detail::check_look<Model, function>())
            return detail::split_last(
                [&](auto& fn, auto const&... key) {
                    return visit_record(make_key<Model>(key...).view(), fn);
                },
                std::forward<KeyAndFunction>(arguments)...);
        else
            return detail::never<bool>();
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
    [[nodiscard]] range_view<Model> scan() const
    {
        return range_view<Model>{handle_, detail::by_insertion, {}};
    }

protected:
    template <class Function>
    bool visit_record(cells key, Function& fn) const
    {
        return detail::visit_record(
            handle_, key, [&](void const* record) { fn(*static_cast<Model const*>(record)); });
    }

    detail::table_handle handle_;
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
    void insert(Model const& record) const { detail::insert_record(handle_, &record); }

    /// Stores `record`, whether or not its key is taken. A record that is replaced keeps its
    /// place among equals.
    ///
    /// @errors     `unique_conflict`, `invalid_argument`; `invalid_transition` if the stored
    ///             record's lifecycle does not have the change.
    /// @complexity As `insert`, but only the indexes whose values changed are written.
    void put(Model const& record) const { detail::put_record(handle_, &record); }

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
        using function = typename detail::last_argument<KeyAndFunction...>::type;
        if constexpr (detail::check_change<Model, std::remove_cv_t<function>>())
            return detail::split_last(
                [&](auto& fn, auto const&... key) {
                    return update_record(
                        make_key<Model>(key...).view(), [&](Model& record) { fn(record); });
                },
                std::forward<KeyAndFunction>(arguments)...);
        else
            return detail::never<Model>();
    }

    /// Removes the record with this key; false if there is none.
    /// @complexity One lookup and one write per key, unique and index.
    template <class... Key>
    bool erase(Key const&... key) const
    {
        return detail::erase_record(handle_, make_key<Model>(key...).view());
    }

    /// Removes every record; returns how many there were.
    std::uint64_t clear() const { return detail::clear_records(handle_); }

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
    [[nodiscard]] range<Model> scan() const
    {
        return range<Model>{handle_, detail::by_insertion, {}};
    }

private:
    [[nodiscard]] Model update_record(cells key, detail::function_ref<void(Model&)> change) const
    {
        auto before = Model{};
        auto after = Model{};
        detail::update_record(
            handle_, key, &before, &after, [&] { after = before; }, [&] { change(after); });
        return after;
    }
};

} // namespace cairn::inline v0
