// SPDX-License-Identifier: BSL-1.0
// How a range asks, page by page.
#pragma once

#include <cairn/encode/ordered.hpp>
#include <cairn/encode/own_columns.hpp>
#include <cairn/store/out_of_memory.hpp>
#include <cairn/store/page_token.hpp>
#include <cairn/store/range_core.hpp>
#include <cairn/store/scope.hpp>
#include <cairn/store/store_core.hpp>

namespace cairn::inline v0::detail {

CAIRN_INLINE range_core::range_core(table_handle handle, std::size_t order, cells leading)
    : handle_{handle}
{
    if (order == by_insertion) return;
    auto const& model = handle.model();
    auto members = model.key.columns();
    question_.order = ordering::key;
    if (order != by_key) {
        question_.order = ordering::index;
        question_.index = static_cast<std::uint8_t>(order);
        members = model.indexes[order].columns();
    }
    question_.equal_columns = static_cast<std::uint8_t>(leading.size());
    for (std::size_t i = 0; i != leading.size(); ++i) {
        append_ordered(question_.equal, leading[i], model.members[members[i]].type);
    }
}
CAIRN_INLINE range_core::range_core(range_core&&) noexcept = default;
CAIRN_INLINE range_core::range_core(range_core const& other) : range_core{other.fresh()} {}
CAIRN_INLINE range_core& range_core::operator=(range_core&&) noexcept = default;
CAIRN_INLINE range_core& range_core::operator=(range_core const& other)
{
    return *this = other.fresh();
}
CAIRN_INLINE range_core::~range_core() = default;

CAIRN_INLINE void range_core::refuse(char const* message) const
{
    raise(errc::invalid_argument, {.message = message, .model = std::string{handle_.model().name}});
}

CAIRN_INLINE range_core range_core::fresh() const
{
    auto copy = range_core{handle_, by_insertion, {}};
    copy.question_ = question_;
    copy.limit_ = limit_;
    copy.start_ = start_;
    copy.listener_ = listener_;
    return copy;
}

CAIRN_INLINE range_core range_core::reversed() const
{
    if (start_) refuse("reverse a range before you say after which place it begins");
    auto copy = fresh();
    copy.question_.reversed = !question_.reversed;
    return copy;
}

CAIRN_INLINE range_core range_core::limited(std::size_t n) const
{
    auto copy = fresh();
    copy.limit_ = n;
    return copy;
}

CAIRN_INLINE range_core range_core::after(std::string_view token) const
{
    auto copy = fresh();
    auto place = read_token(handle_.model(), question_, token);
    if (place.backward) refuse("a token of a previous page leads backwards: use page");
    if (!place.at.empty()) copy.start_ = std::move(place.at);
    return copy;
}

CAIRN_INLINE range_core range_core::after_sequence(std::int64_t sequence) const
{
    if (question_.order != ordering::insertion)
        refuse("only scan() is in the order of the numbers that the store gives");
    auto copy = fresh();
    copy.question_.lower = bound_above(sequence);
    return copy;
}

CAIRN_INLINE range_core range_core::tolerating(std::shared_ptr<corrupt_listener> listener) const
{
    auto copy = fresh();
    copy.listener_ = std::move(listener);
    return copy;
}

CAIRN_INLINE range_core range_core::bounded(
    std::optional<bound> question::*end, cell const& value, std::size_t member,
    bool inclusive) const
{
    auto const& shown = handle_.model().members[member];
    if (value.is_null()) {
        raise(
            errc::invalid_argument,
            {.message = "a bound cannot be absent: a range never admits absent values at its ends",
             .model = std::string{handle_.model().name},
             .index = std::string{shown.name}});
    }
    auto copy = fresh();
    auto& limit = (copy.question_.*end).emplace();
    append_ordered(limit.value, value, shown.type);
    limit.inclusive = inclusive;
    return copy;
}

CAIRN_INLINE void range_core::report(corrupt_record const& what) const
{
    auto inside = scope{handle_.core, scope_kind::callback, nullptr};
    listener_->report(what);
    inside.returned();
}

CAIRN_INLINE void range_core::fetch_in(
    any_session& s, question const& q, position const* after, std::size_t n, page_frame& page,
    record_sink& records, std::size_t reported) const
{
    auto const tell = [&](corrupt_record const& what) {
        if (reported == 0) return report(what);
        --reported;
    };
    auto const sink = corrupt_sink{tell};
    records.truncate(0);
    page = page_frame{};
    if (n == 0) return;
    handle_.table->fetch(s, q, after, n, listener_ ? &sink : nullptr, page, records);
}

/// Damaged records do not count for the limit: with some among them, more are asked for.
CAIRN_INLINE void range_core::fetch_whole(
    any_session& s, page_frame& page, record_sink& records) const
{
    auto damaged = std::size_t{0};
    while (true) {
        fetch_in(s, question_, start(), limit_ + damaged, page, records, damaged);
        auto const good = page.sequences.size();
        if (!listener_ || !page.more || good == limit_) return;
        damaged = limit_ + damaged - good;
    }
}

CAIRN_INLINE std::vector<std::int64_t> range_core::sequences_in(any_session& s) const
{
    return handle_.table->sequences(s, question_, start(), listener_ ? unlimited : limit_);
}

CAIRN_INLINE void range_core::fetch_at(
    any_session& s, std::int64_t sequence, record_sink& records) const
{
    if (!listener_) {
        records.truncate(0);
        auto* const record = records.append();
        if (handle_.table->at(s, sequence, record))
            require_answer(sequence, record);
        else
            records.truncate(0);
        return;
    }
    auto one = question{};
    one.lower = bound_at(sequence);
    one.upper = one.lower;
    auto page = page_frame{};
    fetch_in(s, one, nullptr, 1, page, records);
    if (!page.sequences.empty()) require_answer(sequence, records.at(0));
}

/// A record that is found by its number alone must still be one that was asked for: the index that
/// gave the number may be damaged. The encodings of two values are never one the other's beginning.
CAIRN_INLINE void range_core::require_answer(std::int64_t sequence, void const* record) const
{
    auto const& type = handle_.table->type();
    auto columns = own_columns{type};
    auto const place = position_of(*type.model, question_, columns.of(record), sequence);
    auto const next = std::string_view{place}.substr(
        place.starts_with(question_.equal) ? question_.equal.size() : place.size());
    auto const is_beyond = [&](std::optional<bound> const& end, bool upper) {
        if (!end) return false;
        if (next.starts_with(end->value)) return !end->inclusive;
        return upper ? next > end->value : next < end->value;
    };
    auto const differs = !place.starts_with(question_.equal);
    auto const absent = (question_.lower || question_.upper) && next.starts_with('\0')
        && next_may_be_absent(*type.model, question_);
    if (!differs && !absent && !is_beyond(question_.lower, false)
        && !is_beyond(question_.upper, true))
        return;
    raise(
        errc::corrupt_store,
        {.message = "an index led to a record that does not have the values asked for",
         .model = std::string{type.model->name}});
}

/// A page that goes on behind damaged records that are tolerated until it has a good one. Those
/// without a place to go on from come again with more behind them, and are reported once.
CAIRN_INLINE void range_core::fetch_some(
    question const& q, position const* after, std::size_t n, page_frame& page,
    record_sink& records) const
{
    handle_.core->read(handle_.where, [&](any_session& s) {
        auto behind = position{};
        fetch_in(s, q, after, n, page, records);
        while (page.sequences.empty() && page.more) {
            if (!page.last.empty()) {
                behind = page.last;
                after = &behind;
            }
            auto const known = page.passed;
            fetch_in(s, q, after, n + known, page, records, known);
        }
    });
}

CAIRN_INLINE void range_core::fetch_all(record_sink& records) const
{
    handle_.core->read(handle_.where, [&](any_session& s) {
        auto page = page_frame{};
        if (listener_) return fetch_whole(s, page, records);
        if (limit_ != 0) handle_.table->list(s, question_, start(), limit_, records);
    });
}

CAIRN_INLINE void range_core::fetch_first(record_sink& records) const
{
    auto page = page_frame{};
    fetch_some(question_, start(), limit_ < 1 ? limit_ : 1, page, records);
}

CAIRN_INLINE page_ends
range_core::fetch_page(std::size_t size, std::string_view token_given, record_sink& records) const
{
    return with_memory([&] { return make_page(size, token_given, records); });
}

CAIRN_INLINE page_ends
range_core::make_page(std::size_t size, std::string_view token_given, record_sink& records) const
{
    auto const place = place_of(token_given);
    auto asked = question_;
    if (place.backward) asked.reversed = !asked.reversed;
    auto page = page_frame{};
    auto const* const from = place.at.empty() ? nullptr : &place.at;
    fetch_some(asked, from, size < limit_ ? size : limit_, page, records);
    auto ends = page_ends{.turn = place.backward};
    auto& onward = place.backward ? ends.previous : ends.next;
    auto& back = place.backward ? ends.next : ends.previous;
    if (page.more) onward = token(page.last, place.backward);
    if (token_given.empty() || start_ || size == 0 || limit_ == 0) return ends;
    if (!page.sequences.empty())
        back = token(place_of_first(asked, page, records), !place.backward);
    else
        back = token({}, !place.backward); // nothing here: from that end of the range
    return ends;
}

/// Where the page of a token begins, which is nowhere in front of the range's own start.
CAIRN_INLINE page_place range_core::place_of(std::string_view token) const
{
    auto place = page_place{};
    if (!token.empty()) place = read_token(handle_.model(), question_, token);
    if (!start_) return place;
    if (place.backward) refuse("a range behind a place is paged forwards only");
    auto const is_in_front = question_.reversed ? place.at > *start_ : place.at < *start_;
    if (place.at.empty() || is_in_front) place.at = *start_;
    return place;
}

CAIRN_INLINE std::string range_core::token(position at, bool backward) const
{
    return make_token(handle_.model(), question_, {std::move(at), backward});
}

CAIRN_INLINE position
range_core::place_of_first(question const& q, page_frame const& page, record_sink& records) const
{
    auto const& type = handle_.table->type();
    auto columns = own_columns{type};
    return position_of(*type.model, q, columns.of(records.at(0)), page.sequences.front());
}

CAIRN_INLINE std::uint64_t range_core::count() const
{
    auto n = std::uint64_t{0};
    handle_.core->read(handle_.where, [&](any_session& s) {
        n = start_ ? handle_.table->sequences(s, question_, start(), limit_).size()
                   : handle_.table->count(s, question_);
    });
    return n < limit_ ? n : limit_;
}

CAIRN_INLINE std::vector<std::int64_t> range_core::sequences() const
{
    auto found = std::vector<std::int64_t>{};
    handle_.core->read(handle_.where, [&](any_session& s) {
        found = handle_.table->sequences(s, question_, start(), limit_);
    });
    return found;
}

CAIRN_INLINE std::uint64_t range_core::erase() const
{
    auto n = std::uint64_t{0};
    auto const body = [&](any_session& s) {
        n = 0;
        for (auto const sequence : handle_.table->sequences(s, question_, start(), limit_)) {
            if (handle_.table->erase_at(s, sequence)) ++n;
        }
    };
    handle_.core->write(handle_.where, body, false);
    return n;
}

CAIRN_INLINE void range_core::begin(record_sink& records)
{
    seen_ = index_ = 0;
    size_ = first_page_size;
    load(start(), records);
}

CAIRN_INLINE void range_core::load(position const* after, record_sink& records)
{
    auto const left = limit_ - seen_;
    page_ = page_frame{}; // so a loop whose next page fails is at its end
    index_ = 0;
    auto page = page_frame{};
    fetch_some(question_, after, left < size_ ? left : size_, page, records);
    page_ = std::move(page);
}

CAIRN_INLINE void range_core::next_page(record_sink& records)
{
    seen_ += page_.sequences.size();
    if (seen_ >= limit_) return;
    if (size_ < largest_page_size) size_ *= 2;
    auto const behind = page_.last;
    load(&behind, records);
}

} // namespace cairn::inline v0::detail
