// SPDX-License-Identifier: BSL-1.0
// What a range is beside the type of its records: its question, its limits, its place.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/store/table_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// Owns what `tolerate` was given.
struct corrupt_listener {
    corrupt_listener() = default;
    corrupt_listener(corrupt_listener const&) = delete;
    corrupt_listener& operator=(corrupt_listener const&) = delete;
    virtual ~corrupt_listener() = default;
    virtual void report(corrupt_record const& what) = 0;
};

template <class Report>
struct corrupt_listener_of final : corrupt_listener {
    explicit corrupt_listener_of(Report given) : report_{std::move(given)} {}
    void report(corrupt_record const& what) override { report_(what); }

private:
    Report report_;
};

/// Whether a function can be told of damaged records; refuses one that cannot.
template <class Report>
consteval bool check_listener()
{
    constexpr auto takes_error = std::is_invocable_v<Report&, corrupt_record const&>;
    static_assert(
        takes_error,
        "cairn::tolerate: the function takes the error of a damaged record: write "
        "[&](cairn::corrupt_record const& e) { ... }");
    return takes_error;
}

inline constexpr std::size_t unlimited = static_cast<std::size_t>(-1);
inline constexpr std::size_t first_page_size = 64;
inline constexpr std::size_t largest_page_size = 1024;

/// Orders that are no ordinal in `shape::indexes`.
inline constexpr std::size_t by_key = static_cast<std::size_t>(-1);
inline constexpr std::size_t by_insertion = static_cast<std::size_t>(-2);

struct page_place;

/// The tokens of a page, and whether its records must be turned round.
struct page_ends {
    std::string next{};
    std::string previous{};
    bool turn = false;
};

/// A range without its records, which go where each function is told. What was read is not part of
/// its value: a copy is at its beginning.
class range_core {
public:
    /// The records of an index, or in the order of the key, with leading columns fixed; or all.
    range_core(table_handle handle, std::size_t order, cells leading);
    range_core(range_core&&) noexcept;
    range_core(range_core const&);
    range_core& operator=(range_core&&) noexcept;
    range_core& operator=(range_core const&);
    ~range_core();

    [[nodiscard]] table_handle const& handle() const { return handle_; }
    [[nodiscard]] question const& asked() const { return question_; }
    [[nodiscard]] position const* start() const { return start_ ? &*start_ : nullptr; }
    [[nodiscard]] std::size_t limit() const { return limit_; }

    // The same range, changed, at its beginning.

    [[nodiscard]] range_core reversed() const;
    [[nodiscard]] range_core limited(std::size_t n) const;
    [[nodiscard]] range_core after(std::string_view token) const;
    [[nodiscard]] range_core after_sequence(std::int64_t sequence) const;
    [[nodiscard]] range_core tolerating(std::shared_ptr<corrupt_listener> listener) const;
    /// With a bound on the column behind the fixed ones.
    [[nodiscard]] range_core bounded(
        std::optional<bound> question::*end, cell const& value, std::size_t member,
        bool inclusive) const;

    // Reading.

    void fetch_all(record_sink& records) const;
    void fetch_first(record_sink& records) const;
    [[nodiscard]] page_ends fetch_page(
        std::size_t size, std::string_view token, record_sink& records) const;
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::vector<std::int64_t> sequences() const;
    std::uint64_t erase() const;

    // In a session, for changes of a set that is fixed before the first.

    /// The first records that are whole, as many as the limit allows.
    void fetch_whole(any_session& s, page_frame& page, record_sink& records) const;
    /// Of all records; if damaged ones are tolerated, more than the limit.
    [[nodiscard]] std::vector<std::int64_t> sequences_in(any_session& s) const;
    /// The record with this number, if there is one, and it is whole or that is not tolerated.
    void fetch_at(any_session& s, std::int64_t sequence, record_sink& records) const;

    // Walking: `records` holds the page that the place is in.

    void begin(record_sink& records);
    void advance(record_sink& records)
    {
        if (++index_ >= page_.sequences.size() && page_.more) next_page(records);
    }
    [[nodiscard]] bool at_end() const { return index_ >= page_.sequences.size(); }
    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] std::int64_t sequence() const { return page_.sequences[index_]; }

private:
    [[nodiscard]] range_core fresh() const;
    [[noreturn]] void refuse(char const* message) const;
    void report(corrupt_record const& what) const;
    /// All but the first `reported` damaged records are reported.
    void fetch_in(
        any_session& s, question const& q, position const* after, std::size_t n, page_frame& page,
        record_sink& records, std::size_t reported = 0) const;
    void fetch_some(
        question const& q, position const* after, std::size_t n, page_frame& page,
        record_sink& records) const;
    void require_answer(std::int64_t sequence, void const* record) const;
    void load(position const* after, record_sink& records);
    void next_page(record_sink& records);
    [[nodiscard]] page_ends make_page(
        std::size_t size, std::string_view token_given, record_sink& records) const;
    [[nodiscard]] page_place place_of(std::string_view token) const;
    [[nodiscard]] std::string token(position at, bool backward) const;
    [[nodiscard]] position place_of_first(
        question const& q, page_frame const& page, record_sink& records) const;

    table_handle handle_;
    question question_;
    std::size_t limit_ = unlimited;
    std::optional<position> start_{};
    std::shared_ptr<corrupt_listener> listener_{};

    page_frame page_{};
    std::size_t index_ = 0; // in page_
    std::size_t seen_ = 0;  // records in pages before page_
    std::size_t size_ = first_page_size;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/range_core.ipp>
#endif
