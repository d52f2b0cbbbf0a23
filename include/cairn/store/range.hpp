// SPDX-License-Identifier: BSL-1.0
// Records in an order: a question to a table, answered page by page.
#pragma once

#include <cairn/describe/key.hpp>
#include <cairn/store/page_token.hpp>
#include <cairn/store/verbs.hpp>

#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0 {

/// Some records, and where to go on: a token is empty if there is nothing in that direction.
template <class Model>
struct record_page {
    std::vector<Model> records{};
    std::string next{};     ///< for the page behind this one
    std::string previous{}; ///< for the page in front of it
};

namespace detail {

/// What a repository, and every range made by it, refers to.
template <class Model>
struct table_handle {
    store_core* core;
    scope_id where;
    any_table<Model>* table;
};

/// Owns what `tolerate` was given.
struct corrupt_listener {
    virtual ~corrupt_listener() = default;
    virtual void report(corrupt_record const& what) = 0;
};

template <class Report>
struct corrupt_listener_of final : corrupt_listener {
    explicit corrupt_listener_of(Report given) : report_{std::move(given)} {}
    void report(corrupt_record const& what) override { report_(what); }
    Report report_;
};

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t first_page_size = 64;
inline constexpr std::size_t largest_page_size = 1024;

} // namespace detail

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
    static constexpr shape const& described_as = shape_of<Model>;

public:
    class iterator;
    using value_type = Model;

    basic_range(detail::table_handle<Model> handle, question asked)
        : handle_{handle}, question_{std::move(asked)}
    {
    }

    /// The same records from the last to the first; with `limit(n)`, the last n of all.
    /// @errors `invalid_argument` behind `after`: a place is one of a direction.
    [[nodiscard]] basic_range reversed() const
    {
        if (start_) refuse("reverse a range before you say after which place it begins");
        auto copy = fresh();
        copy.question_.reversed = !question_.reversed;
        return copy;
    }

    /// At most `n` records.
    [[nodiscard]] basic_range limit(std::size_t n) const
    {
        auto copy = fresh();
        copy.limit_ = n;
        return copy;
    }

    /// From strictly behind the place of a page's `next` token on.
    /// @errors `invalid_argument` if the token belongs to another range, or leads backwards.
    [[nodiscard]] basic_range after(std::string_view token) const
    {
        auto copy = fresh();
        auto place = detail::read_token(described_as, question_, token);
        if (place.backward) refuse("a token of a previous page leads backwards: use page");
        if (!place.at.empty()) copy.start_ = std::move(place.at);
        return copy;
    }

    /// Records that fail their checks are passed to `report`, a callable that takes a
    /// `corrupt_record const&`, and left out; without this they throw.
    template <class Report>
    [[nodiscard]] basic_range tolerate(Report report) const
    {
        auto copy = fresh();
        copy.listener_ = std::make_shared<detail::corrupt_listener_of<Report>>(std::move(report));
        return copy;
    }

    /// Starts over; an input iterator.
    [[nodiscard]] iterator begin()
    {
        seen_ = index_ = 0;
        size_ = detail::first_page_size;
        load(start_ ? &*start_ : nullptr);
        return iterator{*this};
    }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

    /// The first record, if there is any.
    [[nodiscard]] std::optional<Model> first() const
    {
        auto page = fetch_some(question_, start_ ? &*start_ : nullptr, limit_ < 1 ? limit_ : 1);
        if (page.records.empty()) return std::nullopt;
        return std::move(page.records.front());
    }

    /// All records at once, in one snapshot.
    [[nodiscard]] std::vector<Model> to_vector() const
    {
        return fetch(question_, start_ ? &*start_ : nullptr, limit_).records;
    }

    /// The keys of all records, in one snapshot.
    [[nodiscard]] std::vector<key_of<Model>> keys() const
    {
        auto result = std::vector<key_of<Model>>{};
        for (auto const& record : to_vector()) {
            auto const key = detail::key_cells_of(record);
            static_cast<void>(read_key<Model>(key, result.emplace_back()));
        }
        return result;
    }

    /// How many records there are; records are not read, so damaged ones count.
    /// @complexity O(n) index entries; O(1) for a whole table.
    [[nodiscard]] std::uint64_t count() const
    {
        auto n = std::uint64_t{0};
        handle_.core->read(handle_.where, [&](detail::any_session& s) {
            n = start_ ? handle_.table->sequences(s, question_, &*start_, limit_).size()
                       : handle_.table->count(s, question_);
        });
        return n < limit_ ? n : limit_;
    }

    /// The page of at most `size` records, and of the range's limit, behind the place of `token`
    /// (empty: the first page). Beyond an end a page is empty, and leads back.
    /// @errors `invalid_argument` if the token belongs to another range.
    /// @complexity As the first page, however far the token is.
    [[nodiscard]] record_page<Model> page(std::size_t size, std::string_view token = {}) const;

    /// Changes every record by `change(Model&)`, atomically; the set of records is fixed before
    /// the first call. Returns the records as they are now, in the order of the range.
    /// @errors those of `repository::update`; what `change` throws passes through.
    /// @guarantee Strong.
    template <class Change>
    std::vector<Model> update(Change&& change) const requires Writable
    {
        return update_each([&](Model& record) { change(record); });
    }

    /// Removes every record, atomically; returns how many there were.
    /// @guarantee Strong.
    std::uint64_t erase() const requires Writable;

private:
    [[noreturn]] static void refuse(char const* message)
    {
        raise(
            errc::invalid_argument, {.message = message, .model = std::string{described_as.name}});
    }

    [[nodiscard]] basic_range fresh() const
    {
        auto copy = basic_range{handle_, question_};
        copy.limit_ = limit_;
        copy.start_ = start_;
        copy.listener_ = listener_;
        return copy;
    }

    [[nodiscard]] page_of<Model> fetch(
        question const& q, position const* after, std::size_t n) const;
    [[nodiscard]] page_of<Model> fetch_some(
        question const& q, position const* after, std::size_t n) const;
    [[nodiscard]] std::string make_token(position at, bool backward) const;
    [[nodiscard]] position place_of_first(question const& asked, page_of<Model> const& found) const;
    [[nodiscard]] std::vector<Model> update_each(detail::function_ref<void(Model&)> change) const;
    template <class Use>
    void for_each_fixed(detail::any_session& s, Use const& use) const;
    void load(position const* after);
    void advance();

    detail::table_handle<Model> handle_;
    question question_;
    std::size_t limit_ = detail::unlimited;
    std::optional<position> start_{};
    std::shared_ptr<detail::corrupt_listener> listener_{};

    page_of<Model> page_{};
    std::size_t index_ = 0; // in page_
    std::size_t seen_ = 0;  // records in pages before page_
    std::size_t size_ = detail::first_page_size;
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

    reference operator*() const { return range_->page_.records[range_->index_]; }
    pointer operator->() const { return &**this; }
    iterator& operator++()
    {
        range_->advance();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(iterator const& it, std::default_sentinel_t) { return it.at_end(); }

private:
    [[nodiscard]] bool at_end() const { return range_->index_ >= range_->page_.records.size(); }

    basic_range* range_ = nullptr;
};

template <class Model, bool Writable>
page_of<Model> basic_range<Model, Writable>::fetch(
    question const& q, position const* after, std::size_t n) const
{
    auto result = page_of<Model>{};
    auto report = [&](corrupt_record const& what) {
        auto const inside = detail::scope{handle_.core, detail::scope_kind::callback, nullptr};
        listener_->report(what);
    };
    auto const sink = corrupt_sink{report};
    if (n != 0) {
        handle_.core->read(handle_.where, [&](detail::any_session& s) {
            result = handle_.table->fetch(s, q, after, n, listener_ ? &sink : nullptr);
        });
    }
    return result;
}

template <class Model, bool Writable>
void basic_range<Model, Writable>::load(position const* after)
{
    auto const left = limit_ - seen_;
    page_ = fetch_some(question_, after, left < size_ ? left : size_);
    index_ = 0;
}

template <class Model, bool Writable>
void basic_range<Model, Writable>::advance()
{
    if (++index_ < page_.records.size() || !page_.more) return;
    seen_ += page_.records.size();
    if (seen_ >= limit_) return;
    if (size_ < detail::largest_page_size) size_ *= 2;
    auto const behind = page_.last;
    load(&behind);
}

template <class Model, bool Writable>
record_page<Model> basic_range<Model, Writable>::page(
    std::size_t size, std::string_view token) const
{
    auto place = detail::page_place{};
    if (!token.empty())
        place = detail::read_token(described_as, question_, token);
    else if (start_)
        place.at = *start_;
    auto asked = question_;
    if (place.backward) asked.reversed = !asked.reversed;
    auto found = fetch_some(
        asked, place.at.empty() ? nullptr : &place.at, size < limit_ ? size : limit_);
    auto result = record_page<Model>{};
    auto& onward = place.backward ? result.previous : result.next;
    auto& back = place.backward ? result.next : result.previous;
    if (found.more) onward = make_token(found.last, place.backward);
    if (!token.empty() && !found.records.empty())
        back = make_token(place_of_first(asked, found), !place.backward);
    else if (!token.empty() && !found.more)
        back = make_token({}, !place.backward); // nothing here: from that end of the range
    result.records = std::move(found.records);
    if (place.backward) {
        for (std::size_t i = 0, j = result.records.size(); i + 1 < j; ++i) {
            std::swap(result.records[i], result.records[--j]);
        }
    }
    return result;
}

template <class Model, bool Writable>
std::string basic_range<Model, Writable>::make_token(position at, bool backward) const
{
    return detail::make_token(described_as, question_, {std::move(at), backward});
}

template <class Model, bool Writable>
position basic_range<Model, Writable>::place_of_first(
    question const& asked, page_of<Model> const& found) const
{
    auto columns = std::array<cell, described_as.columns.size()>{};
    record_codec<Model>::to_columns(found.records.front(), columns.data());
    return detail::position_of(described_as, asked, columns, found.sequences.front());
}

/// As `fetch`, but goes on behind damaged records that are tolerated until it has a good one.
template <class Model, bool Writable>
page_of<Model> basic_range<Model, Writable>::fetch_some(
    question const& q, position const* after, std::size_t n) const
{
    auto found = fetch(q, after, n);
    while (found.records.empty() && found.more && n != 0) {
        auto const behind = found.last;
        found = fetch(q, &behind, n);
    }
    return found;
}

/// Calls `use` for every record of a set that is fixed before the first call: a few are read at
/// once, of many only the sequences are kept.
template <class Model, bool Writable>
template <class Use>
void basic_range<Model, Writable>::for_each_fixed(detail::any_session& s, Use const& use) const
{
    auto const* after = start_ ? &*start_ : nullptr;
    if (limit_ <= detail::largest_page_size) {
        auto const page = handle_.table->fetch(s, question_, after, limit_, nullptr);
        for (std::size_t i = 0; i != page.records.size(); ++i) {
            use(page.sequences[i], page.records[i]);
        }
        return;
    }
    for (auto const sequence : handle_.table->sequences(s, question_, after, limit_)) {
        if (auto const before = handle_.table->at(s, sequence)) use(sequence, *before);
    }
}

template <class Model, bool Writable>
std::vector<Model> basic_range<Model, Writable>::update_each(
    detail::function_ref<void(Model&)> change) const
{
    auto result = std::vector<Model>{};
    auto body = [&](detail::any_session& s) {
        result.clear();
        auto doing = detail::verbs<Model>{handle_.core, *handle_.table, s};
        auto const change_at = [&](std::int64_t sequence, Model const& before) {
            result.push_back(doing.change_one(sequence, before, change));
        };
        for_each_fixed(s, change_at);
    };
    handle_.core->write(handle_.where, body, false);
    return result;
}

template <class Model, bool Writable>
std::uint64_t basic_range<Model, Writable>::erase() const requires Writable
{
    auto n = std::uint64_t{0};
    auto body = [&](detail::any_session& s) {
        n = 0;
        auto const* after = start_ ? &*start_ : nullptr;
        for (auto const sequence : handle_.table->sequences(s, question_, after, limit_)) {
            if (handle_.table->erase_at(s, sequence)) ++n;
        }
    };
    handle_.core->write(handle_.where, body, false);
    return n;
}

} // namespace cairn::inline v0
