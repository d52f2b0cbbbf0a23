// SPDX-License-Identifier: BSL-1.0
// What the processes do that are killed: numbered writes, each told before it begins and after it
// returned, whose whole effect follows from the numbers alone.
#pragma once

#include "../support/models.hpp"

#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace test::kill {

inline constexpr int thread_count = 4;
inline constexpr std::int32_t total_number = -1; ///< the entry that every transaction counts in

/// Through the pipe: thread `who` is about to do number `n`, or has returned from it.
struct notice {
    std::uint32_t who;
    std::uint32_t returned;
    std::int64_t n;
};

struct app : cairn::schema<task, entry, account> {};
using database = cairn::store<app, cairn::sqlite>;

/// A task lives for so many numbers of its thread: the number that erases it is of the same kind.
inline constexpr std::int64_t lifetime = 32;

inline std::string name_of(int who, std::int64_t n)
{
    return std::to_string(who) + "/" + std::to_string(n);
}

inline task task_of(int who, std::int64_t n)
{
    auto t = task{
        .id = name_of(who, n), .avs_address = std::string(8, static_cast<char>('a' + who))};
    t.created_at = cairn::timestamp{std::chrono::nanoseconds{n * 7 % 100}};
    t.payload.assign(static_cast<std::size_t>(n * 37 % 900), static_cast<std::byte>(n));
    return t;
}

/// The account of a thread moves its unique email with every transaction.
inline account account_of(int who, std::int64_t n)
{
    return {
        .name = std::to_string(who),
        .email = name_of(who, n),
        .age = static_cast<std::uint32_t>(n),
        .notes = std::vector<std::string>(static_cast<std::size_t>(n % 4), "note")};
}

enum class kind : std::uint8_t { transaction, single, asynchronous, failing_inside };

inline kind kind_of(std::int64_t n)
{
    return static_cast<kind>(n % 4);
}

/// Whether number `n` inserts a task and counts in the total.
inline bool is_transaction(std::int64_t n)
{
    return kind_of(n) != kind::single;
}

/// One thread's part of the work, from what is stored on.
class worker {
public:
    worker(database& db, int who, int pipe) : db_{db}, who_{who}, pipe_{pipe} {}

    [[noreturn]] void run()
    {
        for (auto n = db_[entries].get(who_).weight + 1;; ++n) {
            tell(n, false);
            perform(n);
            tell(n, true);
        }
    }

private:
    void perform(std::int64_t n)
    {
        switch (kind_of(n)) {
        case kind::transaction: db_.write([&](auto& tx) { everything_of(tx, n); }); return;
        case kind::single: db_[entries].update(who_, [&](entry& e) { progress(e, n); }); return;
        case kind::asynchronous:
            db_.write_async([this, n](auto& tx) { everything_of(tx, n); }).get();
            return;
        case kind::failing_inside:
            db_.write([&](auto& tx) {
                try {
                    tx.attempt([&] {
                        everything_of(tx, n);
                        throw n;
                    });
                } catch (std::int64_t) {
                    everything_of(tx, n);
                }
            });
        }
    }

    static void progress(entry& e, std::int64_t n)
    {
        e.weight = n;
        e.text = std::to_string(n);
    }

    template <class Transaction>
    void everything_of(Transaction& tx, std::int64_t n)
    {
        tx[entries].update(who_, [&](entry& e) { progress(e, n); });
        tx[tasks].insert(task_of(who_, n));
        tx[tasks].erase(name_of(who_, n - lifetime));
        tx[accounts].put(account_of(who_, n));
        tx[entries].update(total_number, [](entry& e) { ++e.weight; });
    }

    void tell(std::int64_t n, bool returned) const
    {
        auto const told = notice{static_cast<std::uint32_t>(who_), returned ? 1U : 0U, n};
        if (::write(pipe_, &told, sizeof told) != sizeof told) ::_exit(3);
    }

    database& db_;
    int who_;
    int pipe_;
};

/// The entries that work begins with.
inline void prepare(database& db)
{
    if (db[entries].count() != 0) return;
    db.write([](auto& tx) {
        tx[entries].insert({.number = total_number});
        for (int who = 0; who != thread_count; ++who)
            tx[entries].insert({.number = who, .text = "0"});
    });
}

/// A child's whole life; it ends only by being killed.
[[noreturn]] inline void live(cairn::sqlite_options const& options, int pipe)
{
    try {
        auto db = database{options};
        prepare(db);
        auto threads = std::vector<std::thread>{};
        for (int who = 0; who != thread_count; ++who)
            threads.emplace_back([&db, who, pipe] { worker{db, who, pipe}.run(); });
        for (auto& t : threads) t.join();
    } catch (std::exception const& e) {
        auto const text = std::string{"the child failed: "} + e.what() + "\n";
        static_cast<void>(::write(2, text.data(), text.size()));
    }
    ::_exit(2);
}

/// Which tasks of a thread there must be after its number `last`.
inline std::vector<task> tasks_after(int who, std::int64_t last)
{
    auto result = std::vector<task>{};
    for (auto n = std::max<std::int64_t>(1, last - lifetime + 1); n <= last; ++n)
        if (is_transaction(n)) result.push_back(task_of(who, n));
    return result;
}

inline std::int64_t transactions_until(std::int64_t last)
{
    auto count = std::int64_t{0};
    for (std::int64_t n = 1; n <= last; ++n) count += is_transaction(n);
    return count;
}

/// The greatest number up to `last` that was a transaction, or 0.
inline std::int64_t last_transaction(std::int64_t last)
{
    while (last > 0 && !is_transaction(last)) --last;
    return last;
}

} // namespace test::kill
