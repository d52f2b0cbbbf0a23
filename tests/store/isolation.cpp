// SPDX-License-Identifier: BSL-1.0
// Isolation by name, on every backend: each anomaly that a weaker store shows is provoked by
// threads, and must not be seen.

#include "people.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace test;
using namespace std::chrono_literals;

namespace {

constexpr int rounds = 60;

/// Runs `work(i)` on `n` threads, each with its number, and waits for all.
template <class Work>
void on_threads(int n, Work const& work)
{
    auto threads = std::vector<std::thread>{};
    for (int i = 0; i != n; ++i) threads.emplace_back([&work, i] { work(i); });
    for (auto& t : threads) t.join();
}

/// Runs `look` on this thread again and again while another one runs `write`, until both have
/// had their rounds.
template <class Write, class Look>
void while_writing(Write const& write, Look const& look)
{
    auto written = std::atomic<int>{0};
    auto stop = std::atomic<bool>{false};
    auto writer = std::thread{[&] {
        for (; !stop; ++written) {
            write(written.load());
            std::this_thread::yield();
        }
    }};
    for (int i = 0; i < rounds || written < rounds; ++i) look();
    stop = true;
    writer.join();
}

template <class Backend>
struct two_numbers {
    test::store<Backend> db{};
    two_numbers()
    {
        db[entries].insert(number(1));
        db[entries].insert(number(2));
    }
};

template <class Handle>
void set(Handle const& repository, std::int32_t n, std::int64_t weight)
{
    repository.update(n, [&](entry& e) { e.weight = weight; });
}

} // namespace

TEST_CASE_TEMPLATE(
    "G0: of two transactions that write the same records one order wins for all", Backend,
    EVERY_BACKEND)
{
    auto s = two_numbers<Backend>{};
    on_threads(2, [&](int who) {
        for (int i = 0; i != rounds; ++i)
            s.db.write([&](auto& tx) {
                auto const mine = i * 2 + who;
                set(tx[entries], who == 0 ? 1 : 2, mine);
                std::this_thread::yield();
                set(tx[entries], who == 0 ? 2 : 1, mine);
            });
    });
    CHECK(s.db[entries].get(1).weight == s.db[entries].get(2).weight);
}

TEST_CASE_TEMPLATE(
    "G1a: nothing of a transaction that was undone is ever seen, also not by an index", Backend,
    EVERY_BACKEND)
{
    auto s = two_numbers<Backend>{};
    auto seen = 0;
    while_writing(
        [&](int) {
            try {
                s.db.write([&](auto& tx) {
                    set(tx[entries], 1, 666);
                    tx[entries].insert(number(3, "dirty", 666));
                    throw 1;
                });
            } catch (int) {
            }
        },
        [&] {
            seen += s.db[entries].get(1).weight == 666;
            seen += s.db[entries].by("weight"_by, 666).first().has_value();
            seen += s.db[entries].contains(3);
        });
    CHECK(seen == 0);
}

TEST_CASE_TEMPLATE("G1b: no value is seen that its transaction overwrote", Backend, EVERY_BACKEND)
{
    auto s = two_numbers<Backend>{};
    auto odd = 0;
    while_writing(
        [&](int i) {
            s.db.write([&](auto& tx) {
                set(tx[entries], 1, 2 * i + 1);
                set(tx[entries], 1, 2 * i + 2);
            });
        },
        [&] { odd += s.db[entries].get(1).weight % 2 != 0; });
    CHECK(odd == 0);
}

TEST_CASE_TEMPLATE("G1c: two transactions never read each other's writes", Backend, EVERY_BACKEND)
{
    for (int round = 0; round != rounds / 4; ++round) {
        auto s = two_numbers<Backend>{};
        std::int64_t seen[2] = {};
        on_threads(2, [&](int who) {
            s.db.write([&](auto& tx) {
                set(tx[entries], 1 + who, 5);
                std::this_thread::yield();
                seen[who] = tx[entries].get(2 - who).weight;
            });
        });
        CHECK(seen[0] + seen[1] == 5); // exactly one came after the other
    }
}

TEST_CASE_TEMPLATE("OTV, PMP and read skew: a snapshot stays what it is", Backend, EVERY_BACKEND)
{
    auto s = two_numbers<Backend>{};
    auto wrong = 0;
    while_writing(
        [&](int i) {
            s.db.write([&](auto& tx) {
                set(tx[entries], 1, i);
                set(tx[entries], 2, i);
                if (i % 2 == 0)
                    tx[entries].put(number(3, "phantom", i));
                else
                    tx[entries].erase(3);
            });
        },
        [&] {
            s.db.read([&](auto& view) {
                auto const first = view[entries].get(1).weight;
                auto const before = view[entries].by("text"_by, "phantom").to_vector();
                std::this_thread::yield();
                wrong += view[entries].get(2).weight != first;
                wrong += view[entries].get(1).weight != first;
                wrong += view[entries].by("text"_by, "phantom").to_vector() != before;
                wrong += view[entries].contains(3) != !before.empty();
                wrong += view[entries].count() != 2 + before.size();
            });
        });
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("a page is one snapshot, outside of read as well", Backend, EVERY_BACKEND)
{
    auto s = two_numbers<Backend>{};
    auto wrong = 0;
    while_writing(
        [&](int i) {
            s.db.write([&](auto& tx) {
                set(tx[entries], 1, i);
                set(tx[entries], 2, i);
            });
        },
        [&] {
            auto const both = s.db[entries].scan().to_vector();
            wrong += both.size() != 2 || both[0].weight != both[1].weight;
        });
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("P4: no update is lost", Backend, EVERY_BACKEND)
{
    auto s = two_numbers<Backend>{};
    on_threads(4, [&](int who) {
        for (int i = 0; i != rounds; ++i) {
            if (who % 2 == 0)
                s.db[entries].update(1, [](entry& e) { ++e.weight; });
            else
                s.db.write([](auto& tx) {
                    auto e = tx[entries].get(1);
                    ++e.weight;
                    tx[entries].put(e);
                });
        }
    });
    CHECK(s.db[entries].get(1).weight == 4 * rounds);
}

TEST_CASE_TEMPLATE(
    "G2-item: two transactions that read both and write one are not both blind", Backend,
    EVERY_BACKEND)
{
    for (int round = 0; round != rounds / 4; ++round) {
        auto s = two_numbers<Backend>{};
        on_threads(2, [&](int who) {
            s.db.write([&](auto& tx) {
                auto const sum = tx[entries].get(1).weight + tx[entries].get(2).weight;
                std::this_thread::yield();
                if (sum == 0) set(tx[entries], 1 + who, 1);
            });
        });
        CHECK(s.db[entries].get(1).weight + s.db[entries].get(2).weight == 1);
    }
}

TEST_CASE_TEMPLATE(
    "G2: two transactions that look for none and then insert one are not both blind", Backend,
    EVERY_BACKEND)
{
    for (int round = 0; round != rounds / 4; ++round) {
        auto s = two_numbers<Backend>{};
        on_threads(2, [&](int who) {
            s.db.write([&](auto& tx) {
                auto const none = tx[entries].by("text"_by, "mine").count() == 0;
                std::this_thread::yield();
                if (none) tx[entries].insert(number(10 + who, "mine"));
            });
        });
        CHECK(s.db[entries].by("text"_by, "mine").count() == 1);
    }
}

TEST_CASE_TEMPLATE(
    "a bank keeps its sum in the table and in its index, and nobody is overdrawn", Backend,
    EVERY_BACKEND)
{
    constexpr int count = 20;
    auto db = test::store<Backend>{};
    for (int i = 0; i != count; ++i) db[entries].insert(number(i, "x", 100));
    auto stop = std::atomic<bool>{false};
    auto wrong = std::atomic<int>{0};
    auto auditor = std::thread{[&] {
        while (!stop)
            db.read([&](auto& view) {
                auto by_table = std::int64_t{0};
                auto by_index = std::int64_t{0};
                for (auto const& e : view[entries].scan()) by_table += e.weight;
                for (auto const& e : view[entries].by("weight"_by)) by_index += e.weight;
                wrong += by_table != count * 100 || by_index != count * 100;
                wrong += view[entries].by("weight"_by).before(0).count() != 0;
            });
    }};
    on_threads(3, [&](int who) {
        for (int i = 0; i != rounds * 2; ++i)
            db.write([&](auto& tx) {
                auto const from = (i * 7 + who) % count;
                auto const to = (i * 11 + who * 3 + 1) % count;
                auto const amount = tx[entries].get(from).weight / 2;
                tx[entries].update(from, [&](entry& e) { e.weight -= amount; });
                tx[entries].update(to, [&](entry& e) { e.weight += amount; });
            });
    });
    stop = true;
    auditor.join();
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE(
    "workers that claim from one queue never get the same task", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto& tx) {
        for (int i = 0; i != 100; ++i) tx[tasks].insert(job(std::to_string(i), i));
    });
    std::vector<std::string> claimed[4];
    on_threads(4, [&](int who) {
        while (true) {
            auto const got =
                db[tasks].by("queue"_by, task_status::pending).limit(3).update([](task& t) {
                    t.status = task_status::processing;
                });
            if (got.empty()) return;
            for (auto const& t : got) claimed[who].push_back(t.id);
        }
    });
    auto all = std::vector<std::string>{};
    for (auto const& some : claimed) all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end());
    CHECK(all.size() == 100);
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE_TEMPLATE("readers that meet the first order by key build it once", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto& tx) {
        for (int i = 0; i != 500; ++i) tx[tasks].insert(job(std::to_string(i)));
    });
    auto wrong = std::atomic<int>{0};
    on_threads(4, [&](int who) {
        if (who == 0) {
            for (int i = 0; i != 20; ++i) db[tasks].insert(job("new" + std::to_string(i)));
            return;
        }
        auto last = std::string{};
        for (auto const& t : db[tasks].prefix()) {
            wrong += t.id < last;
            last = t.id;
        }
    });
    CHECK(wrong == 0);
    CHECK(db[tasks].prefix().count() == 520);
}
