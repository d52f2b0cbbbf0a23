// SPDX-License-Identifier: BSL-1.0
// Records in an order: a question to a table, answered page by page.
#pragma once

#include <cairn/describe/key.hpp>
#include <cairn/encode/own_key.hpp>
#include <cairn/store/arguments.hpp>
#include <cairn/store/range_core.hpp>
#include <cairn/store/store_core.hpp>
#include <cairn/store/verbs.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// Some records, and where to go on: a token is empty if there is nothing in that direction.
template <class Model>
struct record_page {
    std::vector<Model> records{};
    std::string next{};     ///< for the page behind this one
    std::string previous{}; ///< for the page in front of it
};

/// Records of one model in one order. A value: it owns a question, one decoded page and a place,
/// and nothing in the store. The same type on every backend.
///
/// Outside a closure each page is one snapshot, and a record is seen twice or missed only if a
/// write moved it across the place reached; inside `read` all pages are one snapshot; inside
/// `write` each page sees the transaction's own writes. So a loop over a range may write.
///
/// @errors of everything that reads: `corrupt_record` (see `tolerate`), `corrupt_store`,
///         `io_failure`, `snapshot_expired`, `store_closed`, `misuse`.
template <class Model, bool Writable>
class basic_range {
public:
    class iterator;
    using value_type = Model;

    explicit basic_range(detail::range_core&& core) : core_{std::move(core)} {}
    basic_range(detail::table_handle handle, std::size_t order, cells leading)
        : core_{handle, order, leading}
    {
    }

    /// The same records from the last to the first; with `limit(n)`, the last n of all.
    /// @errors `invalid_argument` behind `after`: a place is one of a direction.
    [[nodiscard]] basic_range reversed() const { return basic_range{core_.reversed()}; }

    /// At most `n` records.
    [[nodiscard]] basic_range limit(std::size_t n) const { return basic_range{core_.limited(n)}; }

    /// From strictly behind the place of a page's `next` token on. Paged forwards only: its pages
    /// have no `previous`, and none begins in front of the place.
    /// @errors `invalid_argument` if the token belongs to another range, or leads backwards.
    [[nodiscard]] basic_range after(std::string_view token) const
    {
        return basic_range{core_.after(token)};
    }

    /// The records that the store numbered higher than `sequence`: all that were inserted since
    /// the one with that number, whatever their keys. 0 is before the first.
    ///
    /// Numbers grow with every insertion; that of a committed record is never given again, and
    /// stays when the record is updated. If the key is one signed integer, that is the number, and
    /// not one of insertion.
    /// @errors `invalid_argument` for any range but `scan()`.
    [[nodiscard]] basic_range after_sequence(std::int64_t sequence) const
    {
        return basic_range{core_.after_sequence(sequence)};
    }

    /// Records that fail their checks are passed to `report`, a callable that takes a
    /// `corrupt_record const&`, and left out, of reading and of `update`, and do not count for a
    /// limit; without this they throw. One whose place cannot be told may be reported by two pages.
    /// (`count`, `sequences` and `erase` read no records.)
    template <class Report>
    [[nodiscard]] basic_range tolerate(Report report) const
    {
        using listener = detail::corrupt_listener_of<Report>;
        if constexpr (detail::check_listener<Report>())
            return basic_range{core_.tolerating(std::make_shared<listener>(std::move(report)))};
        else
            return *this;
    }

    /// Starts over; an input iterator. If it throws, or `++` does, the loop is at its end.
    [[nodiscard]] iterator begin()
    {
        core_.begin(records_);
        return iterator{*this};
    }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

    /// The first record, if there is any.
    [[nodiscard]] std::optional<Model> first() const
    {
        auto found = detail::record_list{record_type_of<Model>};
        core_.fetch_first(found);
        if (found.size() == 0) return std::nullopt;
        return std::move(*static_cast<Model*>(found.at(0)));
    }

    /// All records at once, in one snapshot.
    [[nodiscard]] std::vector<Model> to_vector() const
    {
        auto all = std::vector<Model>{};
        auto to = detail::vector_sink<Model>{all};
        core_.fetch_all(to);
        return all;
    }

    /// The keys of all records, in one snapshot.
    [[nodiscard]] std::vector<key_of<Model>> keys() const;

    /// The numbers that the store gave the records, see `after_sequence`, in one snapshot. Records
    /// are not read, so damaged ones have theirs.
    [[nodiscard]] std::vector<std::int64_t> sequences() const { return core_.sequences(); }

    /// How many records there are; records are not read, so damaged ones count.
    /// @complexity O(n) index entries; O(1) for a whole table.
    [[nodiscard]] std::uint64_t count() const { return core_.count(); }

    /// The page of at most `size` records, and of the range's limit, behind the place of `token`
    /// (empty: the first page). Beyond an end a page is empty, and leads back. A page of size 0
    /// looks at nothing and leads nowhere.
    /// @errors `invalid_argument` if the token belongs to another range, or leads backwards in one
    ///         `after` a place.
    /// @complexity As the first page, however far the token is.
    [[nodiscard]] record_page<Model> page(std::size_t size, std::string_view token = {}) const;

    /// Changes every record by `change(Model&)`, atomically; the set of records is fixed before
    /// the first call. Returns the records as they are now, in the order of the range.
    /// @errors those of `repository::update`; what `change` throws passes through.
    /// @guarantee Strong.
    template <class Change>
    std::vector<Model> update(Change&& change) const requires Writable
    {
        return update_each([&](Model& record) { detail::change_by(change, record); });
    }

    /// Removes every record, atomically; returns how many there were.
    /// @guarantee Strong.
    std::uint64_t erase() const requires Writable { return core_.erase(); }

protected:
    [[nodiscard]] detail::range_core const& core() const { return core_; }

private:
    [[nodiscard]] std::vector<Model> update_each(detail::function_ref<void(Model&)> change) const;
    template <class Use>
    void for_each_fixed(detail::any_session& s, Use const& use) const;

    detail::range_core core_;
    detail::record_list records_{record_type_of<Model>};
};

/// What `repository` gives, and what a snapshot gives.
template <class Model>
using range = basic_range<Model, true>;
template <class Model>
using range_view = basic_range<Model, false>;

/// A position in a range that the range itself remembers.
template <class Model, bool Writable>
class basic_range<Model, Writable>::iterator {
public:
    using value_type = Model;
    using difference_type = std::ptrdiff_t;
    using reference = Model const&;
    using pointer = Model const*;
    using iterator_category = std::input_iterator_tag;

    iterator() = default;
    explicit iterator(basic_range& range) : range_{&range} {}

    reference operator*() const
    {
        return *static_cast<Model const*>(range_->records_[range_->core_.index()]);
    }
    pointer operator->() const { return &**this; }
    /// The number that the store gave the record, see `after_sequence`.
    [[nodiscard]] std::int64_t sequence() const { return range_->core_.sequence(); }
    iterator& operator++()
    {
        range_->core_.advance(range_->records_);
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(iterator const& it, std::default_sentinel_t) { return it.at_end(); }

private:
    [[nodiscard]] bool at_end() const { return range_->core_.at_end(); }

    basic_range* range_ = nullptr;
};

template <class Model, bool Writable>
std::vector<key_of<Model>> basic_range<Model, Writable>::keys() const
{
    auto result = std::vector<key_of<Model>>{};
    for (auto const& record : to_vector()) {
        auto const key = detail::own_key{record_type_of<Model>, &record};
        static_cast<void>(read_key<Model>(key.view(), result.emplace_back()));
    }
    return result;
}

template <class Model, bool Writable>
record_page<Model> basic_range<Model, Writable>::page(
    std::size_t size, std::string_view token) const
{
    auto result = record_page<Model>{};
    auto records = detail::vector_sink<Model>{result.records};
    auto ends = core_.fetch_page(size, token, records);
    result.next = std::move(ends.next);
    result.previous = std::move(ends.previous);
    if (!ends.turn) return result;
    for (std::size_t i = 0, j = result.records.size(); i + 1 < j; ++i) {
        std::swap(result.records[i], result.records[--j]);
    }
    return result;
}

/// Calls `use` for every record of a set that is fixed before the first call: a few are read at
/// once, of many only the sequences are kept.
template <class Model, bool Writable>
template <class Use>
void basic_range<Model, Writable>::for_each_fixed(detail::any_session& s, Use const& use) const
{
    auto records = detail::record_list{record_type_of<Model>};
    auto const one = [&](std::size_t i) -> auto const&
    {
        return *static_cast<Model const*>(records[i]);
    };
    if (core_.limit() <= detail::largest_page_size) {
        auto page = page_frame{};
        core_.fetch_whole(s, page, records);
        for (std::size_t i = 0; i != records.size(); ++i) use(page.sequences[i], one(i));
        return;
    }
    auto left = core_.limit();
    for (auto const sequence : core_.sequences_in(s)) {
        if (left == 0) return;
        core_.fetch_at(s, sequence, records);
        left -= records.size();
        if (records.size() != 0) use(sequence, one(0));
    }
}

template <class Model, bool Writable>
std::vector<Model> basic_range<Model, Writable>::update_each(
    detail::function_ref<void(Model&)> change) const
{
    auto const& handle = core_.handle();
    auto result = std::vector<Model>{};
    auto const body = [&](detail::any_session& s) {
        result.clear();
        auto doing = detail::verbs{handle.core, *handle.table, s};
        for_each_fixed(s, [&](std::int64_t sequence, Model const& before) {
            auto after = before;
            doing.change_one(sequence, &before, &after, [&] { change(after); });
            result.push_back(std::move(after));
        });
    };
    handle.core->write(handle.where, body, false);
    return result;
}

} // namespace cairn::inline v0
