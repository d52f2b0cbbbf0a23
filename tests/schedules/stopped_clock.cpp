// SPDX-License-Identifier: BSL-1.0
// Deadlines pass by the library's clock, which can be replaced as base/sync.hpp says: here it
// stands still until the test moves it, so hours pass at once and nothing depends on a sleep.
#define CAIRN_SYNC_HEADER "schedules/stopped_clock.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>

namespace test {

struct mark {
    std::uint32_t number = 0;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::mark, number);

template <>
inline constexpr auto cairn::descriptor<test::mark> =
    cairn::entity<"mark">(cairn::key<"mark:{number}">);

namespace {

using namespace std::chrono_literals;
using cairn::detail::steady_clock;
using conditions = cairn::detail::condition_variable;

struct marked : cairn::schema<test::mark> {};
constexpr auto marks = cairn::table<test::mark>;

using database = cairn::store<marked, cairn::memory>;

cairn::memory_options patient()
{
    auto options = cairn::memory_options{};
    options.commit.turn_timeout = 1h;
    options.commit.async_queue = 1;
    return options;
}

/// Runs something on a thread of its own and tells whether it has thrown `busy`.
class waiting {
public:
    template <class Function>
    explicit waiting(Function fn)
        : thread_{[this, fn] {
              try {
                  fn();
                  end_ = done;
              } catch (cairn::busy const&) {
                  end_ = busy;
              }
          }}
    {
        auto const before = conditions::waits.load();
        while (conditions::waits - before < 3 && end_ == none) std::this_thread::yield();
    }

    [[nodiscard]] bool waits() const { return end_ == none; }
    [[nodiscard]] bool was_refused()
    {
        thread_.join();
        return end_ == busy;
    }

private:
    enum end : int { none, done, busy };

    std::atomic<int> end_{none};
    std::thread thread_;
};

/// A write that keeps the store to itself until it is let go.
class long_write {
public:
    explicit long_write(database& db)
        : ticket_{db.write_async([this](auto&) {
              inside_ = true;
              while (!go_) std::this_thread::yield();
          })}
    {
        while (!inside_) std::this_thread::yield();
    }
    void let_go() { go_ = true; }
    void end()
    {
        let_go();
        ticket_.get();
    }

private:
    std::atomic<bool> inside_{false};
    std::atomic<bool> go_{false};
    cairn::ticket<void> ticket_;
};

} // namespace

TEST_CASE("a writer hears busy when turn_timeout has passed by the library's clock, and not before")
{
    auto db = database{patient()};
    auto keeper = long_write{db};
    auto writer = waiting{[&] { db[marks].insert({1}); }};
    std::this_thread::sleep_for(20ms);
    CHECK(writer.waits());
    steady_clock::advance(1h - 1ns);
    std::this_thread::sleep_for(20ms);
    CHECK(writer.waits());
    steady_clock::advance(1ns);
    CHECK(writer.was_refused());
    keeper.end();
    CHECK(db[marks].count() == 0);
}

TEST_CASE("a writer that waits for a reader hears busy by the library's clock")
{
    auto db = database{patient()};
    db.read([&](auto& view) {
        auto writer = waiting{[&] { db[marks].insert({1}); }};
        std::this_thread::sleep_for(20ms);
        CHECK(writer.waits());
        steady_clock::advance(1h);
        CHECK(writer.was_refused());
        CHECK(view[marks].count() == 0);
    });
    db[marks].insert({2});
    CHECK(db[marks].count() == 1);
}

TEST_CASE("a full queue of asynchronous writes is busy by the library's clock")
{
    auto db = database{patient()};
    auto keeper = long_write{db};
    auto queued = db.write_async([](auto& tx) { tx[marks].insert({1}); });
    auto writer = waiting{[&] { static_cast<void>(db.write_async([](auto&) {})); }};
    CHECK(writer.waits());
    steady_clock::advance(1h);
    CHECK(writer.was_refused());
    keeper.end();
    queued.get();
}

TEST_CASE(
    "room that came in the queue is taken, though the deadline passed before it was looked for")
{
    auto db = database{patient()};
    auto keeper = long_write{db};
    auto queued = db.write_async([](auto& tx) { tx[marks].insert({1}); });
    auto writer = waiting{[&] { db.write_async([](auto& tx) { tx[marks].insert({2}); }).get(); }};
    CHECK(writer.waits());
    conditions::held = true;
    keeper.end();
    queued.get(); // the queue is empty
    steady_clock::advance(1h);
    conditions::held = false;
    CHECK_FALSE(writer.was_refused());
    CHECK(db[marks].count() == 2);
}
