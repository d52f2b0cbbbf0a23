// SPDX-License-Identifier: BSL-1.0
// Cases that write: insert, insert_1000, claim, update_status, erase. On SQLite each write is on
// disk when it returns.
#pragma once

#include "../support/threads.hpp"
#include "contest.hpp"

#include <numeric>

namespace bench {

/// The keys that a case may use up: `count` of them from `first` (in hundredths of all), shuffled.
template <class Contest>
std::vector<std::string> take_keys(Contest const& c, std::size_t first, std::size_t count)
{
    auto const begin = c.records.size() * first / 100;
    require(begin + count <= c.records.size(), "enough records for the case");
    auto keys = std::vector<std::string>{};
    for (auto i = begin; i < begin + count; ++i) keys.push_back(c.records[i].id);
    auto source = dice{first};
    for (auto left = keys.size(); left > 1; --left)
        std::swap(keys[left - 1], keys[source.below(left)]);
    return keys;
}

/// Calls `write(contestant, i)` for the operations i of a repetition, from first to last.
template <class Contestant, class Write>
auto one_by_one(Contestant& to, std::size_t per_repetition, Write write)
{
    return [&to, per_repetition, write](std::size_t repetition) {
        return time_per_operation(per_repetition, [&] {
            auto const first = repetition * per_repetition;
            for (auto i = first; i < first + per_repetition; ++i) write(to, i);
        });
    };
}

template <class Contest, class Write>
comparison compare_writes(Contest& c, std::size_t per_repetition, Write write)
{
    return compare(
        c.set.warm_up, c.set.repetitions, one_by_one(*c.ours, per_repetition, write),
        one_by_one(*c.floor, per_repetition, write));
}

// Question: what does the library add to storing many records in one durable transaction?
// Floor:    BEGIN, a prepared INSERT for each, COMMIT; in memory the loop under one exclusive lock.
//           Per record. It fills the store that the other writing cases go on with.
template <class Contest>
void run_insert_1000(Contest& c)
{
    constexpr auto rounds = std::size_t{20};
    auto const part = c.records.size() / rounds;
    auto const side = [&](auto& to) {
        return [&to, &c, part](std::size_t i) {
            auto const records = std::span<task const>{c.records}.subspan(i * part, part);
            return time_per_operation(part, [&] { load(to, records); });
        };
    };
    c.out.add("insert_1000", c.backend, 1, compare(2, rounds - 2, side(*c.ours), side(*c.floor)));
    c.check_contents(501, c.records);
}

// Question: what does one durable insert cost, alone and when many threads share a sync?
// Floor:    one thread: a prepared INSERT by itself. More: a hand-written leader and followers, one
//           transaction for those who wait, a savepoint for each. In memory: the same as
//           insert_1000 with a lock for each.
template <class Contest>
void run_insert(Contest& c, unsigned threads, std::size_t first_number)
{
    auto const count = threads == 1 ? c.set.writes : c.set.shared_writes / threads * threads;
    auto fresh = std::vector<task>{};
    for (auto i = std::size_t{}; i < count * c.set.rounds(); ++i)
        fresh.push_back(task_number(first_number + i, task_status::pending));
    auto const side = [&](auto& to) {
        return [&to, &fresh, threads, count](std::size_t repetition) {
            auto const share = count / threads;
            return time_on_threads(threads, count, [&](unsigned thread) {
                auto const begin = repetition * count + thread * share;
                for (auto i = begin; i < begin + share; ++i)
                    threads == 1 ? to.insert(fresh[i]) : to.insert_shared(fresh[i]);
            });
        };
    };
    c.out.add(
        "insert", c.backend, threads,
        compare(c.set.warm_up, c.set.repetitions, side(*c.ours), side(*c.floor)));
    c.check_contents(101, fresh);
}

// Question: what does it cost to move the ten oldest pending tasks to processing and have them?
// Floor:    one transaction: a SELECT by index, an UPDATE by row for each. Per claim of ten.
template <class Contest>
void run_claim(Contest& c)
{
    require(c.set.claims * 10 * c.set.rounds() <= c.records.size() / 10, "enough pending tasks");
    auto const side = [&](auto& from, tally& seen) {
        return one_by_one(from, c.set.claims, [&seen](auto& store, std::size_t) {
            for (auto const& t : store.claim(10)) seen.add(t);
        });
    };
    auto ours = tally{};
    auto floor = tally{};
    auto const result = compare(
        c.set.warm_up, c.set.repetitions, side(*c.ours, ours), side(*c.floor, floor));
    require(ours == floor, "which tasks were claimed");
    c.out.add("claim", c.backend, 1, result);
    c.check_contents(37, std::span{c.records}.first(c.records.size() / 8));
}

// Question: what does one durable change of an indexed field cost?
// Floor:    one transaction: SELECT by key, decode, encode, UPDATE by row.
template <class Contest>
void run_update_status(Contest& c)
{
    auto const keys = take_keys(c, 12, c.set.writes * c.set.rounds());
    auto const result = compare_writes(c, c.set.writes, [&](auto& store, std::size_t i) {
        store.update_status(keys[i], task_status::processing);
    });
    c.out.add("update_status", c.backend, 1, result);
    c.check_contents(37, std::span{c.records}.first(c.records.size() / 2));
}

// Question: what does one durable removal cost?
// Floor:    a prepared DELETE by key.
template <class Contest>
void run_erase(Contest& c)
{
    auto const keys = take_keys(c, 56, c.set.writes * c.set.rounds());
    auto const before = c.ours->count();
    auto const result = compare_writes(c, c.set.writes, [&](auto& store, std::size_t i) {
        require(store.erase(keys[i]), "erased");
    });
    require(c.ours->count() + keys.size() == before, "number of erased records");
    require(c.ours->count() == c.floor->count(), "number of records");
    c.out.add("erase", c.backend, 1, result);
}

} // namespace bench
