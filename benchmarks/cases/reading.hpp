// SPDX-License-Identifier: BSL-1.0
// Cases that only read: get, get_in_read, visit, list_pending.
#pragma once

#include "../support/threads.hpp"
#include "contest.hpp"

#include <deque>

namespace bench {

/// What one thread reads with: a connection of its own by hand, the shared store with the library.
template <class Contestant>
struct session {
    decltype(std::declval<Contestant&>().reader()) reader;
};

template <class Contestant>
std::deque<session<Contestant>> open_sessions(Contestant& c, unsigned threads)
{
    auto sessions = std::deque<session<Contestant>>{};
    for (auto i = 0U; i < threads; ++i) sessions.push_back(session<Contestant>{c.reader()});
    return sessions;
}

/// One side of a reading case: in each repetition every thread draws its keys anew, the same ones
/// for both contestants, and `read(reader, key drawer, count, tally)` reads them.
template <class Contestant, class Read>
class reading_side {
public:
    reading_side(
        Contestant& c, std::vector<task> const& records, unsigned threads, std::size_t count,
        Read read)
        : sessions_{open_sessions(c, threads)}, records_{records}, count_{count / threads},
          read_{read}
    {
    }

    spent operator()(std::size_t repetition)
    {
        auto tallies = std::vector<tally>(sessions_.size());
        auto const threads = static_cast<unsigned>(sessions_.size());
        auto const result = time_on_threads(threads, count_ * threads, [&](unsigned thread) {
            auto source = dice{repetition * 64 + thread};
            auto const draw = [&]() -> std::string const& {
                return records_[source.below(records_.size())].id;
            };
            auto mine = tally{};
            read_(sessions_[thread].reader, draw, count_, mine);
            tallies[thread] = mine;
        });
        for (auto const& t : tallies) seen_.add(t);
        return result;
    }

    tally const& seen() const { return seen_; }

private:
    std::deque<session<Contestant>> sessions_;
    std::vector<task> const& records_;
    std::size_t count_;
    Read read_;
    tally seen_{};
};

template <class Contest, class ReadOurs, class ReadFloor>
comparison compare_reads(Contest& c, unsigned threads, std::size_t count, ReadOurs a, ReadFloor b)
{
    auto ours = reading_side{*c.ours, c.records, threads, count, a};
    auto floor = reading_side{*c.floor, c.records, threads, count, b};
    auto const result = compare(c.set.warm_up, c.set.repetitions, ours, floor);
    require(ours.seen() == floor.seen(), "what was read");
    return result;
}

inline constexpr auto read_by_get = [](auto& reader, auto& draw, std::size_t count, tally& seen) {
    for (auto i = std::size_t{}; i < count; ++i) seen.add(reader.get(draw()));
};

inline constexpr auto read_by_get_in_read = [](auto& reader, auto& draw, std::size_t count,
                                               tally& seen) {
    reader.in_read([&](auto&& get) {
        for (auto i = std::size_t{}; i < count; ++i) seen.add(get(draw()));
    });
};

inline constexpr auto read_by_visit = [](auto& reader, auto& draw, std::size_t count, tally& seen) {
    for (auto i = std::size_t{}; i < count; ++i)
        reader.visit(draw(), [&](task const& t) { seen.add(t); });
};

inline constexpr auto read_by_list = [](auto& reader, auto&, std::size_t count, tally& seen) {
    for (auto i = std::size_t{}; i < count; ++i)
        for (auto const& t : reader.list_pending(1000)) seen.add(t);
};

inline constexpr auto read_by_loop = [](auto& reader, auto&, std::size_t count, tally& seen) {
    for (auto i = std::size_t{}; i < count; ++i)
        reader.each_pending(1000, [&](task const& t) { seen.add(t); });
};

// Question: what does the library add to finding one record by its key?
// Floor:    a prepared SELECT on a connection per thread, decoded by hand; in memory a hash map
//           lookup and a copy under a shared lock.
template <class Contest>
void run_get(Contest& c, unsigned threads)
{
    auto const result = compare_reads(c, threads, c.set.reads, read_by_get, read_by_get);
    c.out.add("get", c.backend, threads, result);
}

// Question: what does a program gain by reading inside `read`?
// Floor:    the hand-written get outside a transaction, as in the case `get`. (The line below it
//           compares with the hand-written get inside one.)
template <class Contest>
void run_get_in_read(Contest& c, unsigned threads)
{
    auto const result = compare_reads(c, threads, c.set.reads, read_by_get_in_read, read_by_get);
    c.out.add("get_in_read", c.backend, threads, result);
    auto const inside = compare_reads(
        c, threads, c.set.reads, read_by_get_in_read, read_by_get_in_read);
    c.out.remark("- floor inside too", c.backend, threads, inside);
}

// Question: what does looking at a record in place cost, without handing it out?
// Floor:    the same SELECT decoded into one record that keeps its memory; in memory a call under
//           the shared lock.
template <class Contest>
void run_visit(Contest& c)
{
    c.out.add(
        "visit", c.backend, 1, compare_reads(c, 1, c.set.reads, read_by_visit, read_by_visit));
}

// Question: what does the library add to handing out the 1000 pending tasks, oldest first, by
// index? Floor:    a prepared SELECT over the same index into a vector that reserved its place; in
// memory
//           a walk over the ordered index with copies under the shared lock. (The line below it
//           loops over them without keeping them: the floor's statement or lock stays held.)
template <class Contest>
void run_list_pending(Contest& c)
{
    c.out.add(
        "list_pending", c.backend, 1, compare_reads(c, 1, c.set.lists, read_by_list, read_by_list));
    c.out.remark(
        "- loop, not kept", c.backend, 1,
        compare_reads(c, 1, c.set.lists, read_by_loop, read_by_loop));
}

} // namespace bench
