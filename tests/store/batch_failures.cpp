// SPDX-License-Identifier: BSL-1.0
// Savepoints of a batch that cannot be set, released or undone, batches that are doomed on the way,
// and a store that closes while others wait: whoever is told success is stored, and nobody else.

#include "crowd.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

using namespace test;

namespace {

constexpr auto members = 6;

/// Writes of one batch, the first of which leads; what each was told, the leader's last.
class batch {
public:
    explicit batch(hooked_options const& options) : db_{patient(options)} {}

    /// Member `i` inserts `number(i)` by `how`.
    template <class How>
    void run(How const& how)
    {
        auto threads = crowd{};
        auto leader = std::exception_ptr{};
        try {
            db_.write([&](auto& tx) {
                tx[entries].insert(number(members));
                for (int i = 0; i != members; ++i) threads.run([&, i] { how(db_, i); });
                std::this_thread::sleep_for(50ms); // until they wait
            });
        } catch (...) {
            leader = std::current_exception();
        }
        told_ = threads.join();
        told_.push_back(leader);
    }

    template <class Error>
    [[nodiscard]] int count() const
    {
        return static_cast<int>(std::count_if(
            told_.begin(), told_.end(), [](auto const& e) { return e && is<Error>(e); }));
    }
    [[nodiscard]] int successes() const
    {
        return static_cast<int>(
            std::count_if(told_.begin(), told_.end(), [](auto const& e) { return !e; }));
    }
    [[nodiscard]] bool leader_failed() const { return told_.back() != nullptr; }

    /// Who was told success is stored, and nobody else; the store goes on.
    void check_contents()
    {
        for (int i = 0; i <= members; ++i) {
            CAPTURE(i);
            CHECK(db_[entries].contains(i) == !told_[static_cast<std::size_t>(i)]);
        }
        CHECK(db_[entries].count() == static_cast<std::uint64_t>(successes()));
        db_[entries].insert(number(100));
    }

private:
    /// The leader waits for the others longer than a batch is usually open.
    static hooked_options patient(hooked_options options)
    {
        options.commit.time = 10s;
        return options;
    }

    database db_;
    std::vector<std::exception_ptr> told_{};
};

/// A hook that fails at its call number `n`, and at no other.
std::function<void()> failing_at(int n)
{
    return [n, calls = 0]() mutable {
        if (++calls == n) cairn::raise(cairn::errc::disk_full, {.message = "no room for a mark"});
    };
}

void insert(database& db, int i)
{
    db[entries].insert(number(i));
}

void insert_in_transaction(database& db, int i)
{
    db.write([i](auto& tx) { tx[entries].insert(number(i)); });
}

} // namespace

TEST_CASE("a savepoint that cannot be set costs its member alone")
{
    auto options = hooked_options{};
    options.hooks->before_savepoint = failing_at(2);
    auto b = batch{options};
    SUBCASE("of an operation")
    {
        b.run(insert);
    }
    SUBCASE("of a transaction")
    {
        b.run(insert_in_transaction);
    }
    CHECK(b.count<cairn::disk_full>() == 1);
    CHECK(b.successes() == members);
    b.check_contents();
}

TEST_CASE("a savepoint that cannot be released costs its member alone")
{
    auto options = hooked_options{};
    options.hooks->before_release = failing_at(2);
    auto b = batch{options};
    SUBCASE("of an operation")
    {
        b.run(insert);
    }
    SUBCASE("of a transaction")
    {
        b.run(insert_in_transaction);
    }
    CHECK(b.count<cairn::disk_full>() == 1);
    CHECK(b.successes() == members);
    b.check_contents();
}

TEST_CASE("a savepoint that cannot be undone costs the batch, and no one is told success of it")
{
    auto options = hooked_options{};
    options.hooks->before_rollback_to = failing_at(1);
    auto b = batch{options};
    b.run([](database& db, int i) {
        db.write([i](auto& tx) {
            tx[entries].insert(number(i));
            if (i % 2 == 0) throw std::runtime_error{"mine"};
        });
    });
    CHECK(b.leader_failed());
    CHECK(b.count<cairn::disk_full>() >= 2); // the leader, and who could not be undone
    b.check_contents();
}

TEST_CASE("a batch that is doomed on the way fails all its members so far, and no one else")
{
    auto options = hooked_options{};
    auto const hooks = options.hooks;
    auto b = batch{options};
    auto calls = 0;
    b.run([&](database& db, int i) {
        db.write([&, i](auto& tx) {
            tx[entries].insert(number(i));
            if (++calls != 3) return;
            hooks->doom = std::make_exception_ptr(
                cairn::disk_full{{.message = "the engine rolled back by itself"}});
        });
    });
    CHECK(b.leader_failed());
    CHECK(b.count<cairn::disk_full>() == 4); // three, and the leader
    CHECK(b.successes() == members - 3);
    b.check_contents();
}

TEST_CASE("a transaction whose begin fails tells its member, and the next one begins anew")
{
    auto options = hooked_options{};
    options.hooks->before_begin = failing_at(1);
    auto db = database{options};
    CHECK_THROWS_AS(db[entries].insert(number(1)), cairn::disk_full);
    db[entries].insert(number(2));
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{2});
}

TEST_CASE_TEMPLATE(
    "close with writers that wait and posters that wait for room loses no one who was told success",
    Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{[](auto& options) {
        options.commit.async_queue = 2;
        options.commit.turn_timeout = 20s;
    }};
    auto slow = std::atomic<bool>{true};
    auto begun = std::atomic<bool>{false};
    auto first = db.write_async([&](auto& tx) {
        begun = true;
        while (slow) std::this_thread::sleep_for(1ms);
        tx[entries].insert(number(100));
    });
    while (!begun) std::this_thread::sleep_for(1ms);
    auto threads = crowd{};
    for (int i = 0; i != 6; ++i)
        threads.run(
            [&, i] { db.write_async([i](auto& tx) { tx[entries].insert(number(i)); }).get(); });
    for (int i = 6; i != 10; ++i) threads.run([&, i] { db[entries].insert(number(i)); });
    std::this_thread::sleep_for(50ms); // until two are queued, four wait for room, four for a turn
    auto closer = std::thread{[&] { db.close(); }};
    std::this_thread::sleep_for(20ms);
    slow = false;
    closer.join();
    first.get();
    auto const told = threads.join();
    auto refused = 0;
    for (auto const& e : told) {
        CHECK((!e || is<cairn::store_closed>(e)));
        refused += e != nullptr;
    }
    CHECK(refused <= 4); // who waited for a turn or stood in the queue was served
    CHECK_THROWS_AS(db[entries].insert(number(50)), cairn::store_closed);
}
