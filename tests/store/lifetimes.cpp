// SPDX-License-Identifier: BSL-1.0
// What may outlive what: closures that own their store, processes that fork in a closure, errors
// that are moved from; and whose closures a callback is inside of.

#include "people.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace test;
using namespace std::chrono_literals;

namespace {

/// The exit code of a child that ran `body` up to an `_exit` of its own, or 99; -1 if it did not
/// come to an end in time.
template <class Body>
int in_child(Body const& body)
{
    std::fflush(nullptr); // else a child that exits would print the parent's text once more
    auto const child = ::fork();
    if (child == 0) {
        ::alarm(20);
        body();
        ::_exit(99);
    }
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE_TEMPLATE(
    "an asynchronous closure may be the last owner of its store", Backend, EVERY_BACKEND)
{
    auto db = std::make_shared<test::store<Backend>>();
    auto gate = std::make_shared<std::atomic<bool>>(false);
    auto ticket = db->write_async([db, gate](auto& tx) {
        while (!*gate) std::this_thread::sleep_for(1ms);
        tx[entries].insert(number(1));
    });
    auto const gone = std::weak_ptr{db};
    db.reset();
    *gate = true;
    for (int i = 0; i < 5000 && !gone.expired(); ++i) std::this_thread::sleep_for(1ms);
    CHECK(gone.expired());
    std::this_thread::sleep_for(50ms); // the thread that closes it has to end before the program
}

TEST_CASE_TEMPLATE(
    "a child forked inside write cannot commit its parent's transaction", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto code = -1;
    db.write([&](auto& tx) {
        tx[entries].insert(number(1));
        code = in_child([&] {
            try {
                tx[entries].insert(number(2));
            } catch (cairn::misuse const&) {
                ::_exit(7);
            }
        });
    });
    CHECK(code == 7);
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
}

TEST_CASE_TEMPLATE(
    "a child that returns from its parent's closure gets misuse", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto child = ::pid_t{-1};
    try {
        db.write([&](auto& tx) {
            tx[entries].insert(number(1));
            child = ::fork();
        });
        if (child == 0) ::_exit(1);
    } catch (cairn::misuse const&) {
        if (child == 0) ::_exit(7);
    }
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 7);
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
    db[entries].insert(number(2)); // the parent's store is unharmed
}

TEST_CASE_TEMPLATE("a child that waits for its parent's ticket gets misuse", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto ticket = db.write_async([](auto& tx) { tx[entries].insert(number(1)); });
    auto const code = in_child([&] {
        try {
            ticket.wait();
        } catch (cairn::misuse const&) {
            ::_exit(7);
        }
    });
    CHECK(code == 7);
    ticket.get();
}

TEST_CASE("an error that was moved from still says what it is")
{
    auto first = cairn::not_found{{.message = "there is no such record", .model = "task"}};
    auto const second = std::move(first);
    CHECK(std::string{first.what()} == second.what()); // NOLINT(bugprone-use-after-move)
    CHECK(first.model() == "task");
}

TEST_CASE_TEMPLATE(
    "a callback is inside its own thread's closures, whoever runs it", Backend, EVERY_BACKEND)
{
    auto first = test::store<Backend>{};
    auto second = test::store<Backend>{};
    first[entries].insert(number(0));
    second[entries].insert(number(0, "seen"));
    auto failures = std::atomic<int>{0};
    auto const work = [&] {
        for (int i = 0; i < 100; ++i) {
            try {
                second.read([&](auto& view) {
                    first[entries].update(0, [&](entry& e) { e.text = view[entries].get(0).text; });
                });
            } catch (cairn::error const&) {
                ++failures;
            }
        }
    };
    auto threads = std::vector<std::thread>{};
    for (int t = 0; t < 4; ++t) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(first[entries].get(0).text == "seen");
}

namespace {

/// What waits for a write of another store, and asks `second` for what it writes.
template <class Store>
class asking {
public:
    asking(Store& first, Store& second) : first_{first}, second_{second} {}

    void run_asynchronously()
    {
        std::thread{[&] {
            ticket_.emplace(first_.write_async([&](auto& tx) { tx[entries].put(answer()); }));
        }}.join();
    }
    void run_as_operation()
    {
        thread_ = std::thread{
            [&] { first_[entries].update(1, [&](entry& e) { e.text = answer().text; }); }};
        std::this_thread::sleep_for(50ms); // until it waits for its turn
    }
    [[nodiscard]] std::string written()
    {
        if (ticket_) ticket_->get();
        if (thread_.joinable()) thread_.join();
        return first_[entries].get(1).text;
    }

private:
    entry answer() { return number(1, second_[entries].get(0).text); }

    Store& first_;
    Store& second_;
    std::optional<cairn::ticket<void>> ticket_{};
    std::thread thread_{};
};

} // namespace

TEST_CASE_TEMPLATE(
    "whoever leads, a write of another thread may ask the store whose closure that one is inside "
    "of",
    Backend, EVERY_BACKEND)
{
    auto first = test::store<Backend>{[](auto& options) { options.commit.time = 1min; }};
    auto second = test::store<Backend>{};
    first[entries].insert(number(1));
    second[entries].insert(number(0, "seen"));
    auto other = asking<test::store<Backend>>{first, second};
    auto const lead = [&](auto&) { first.write([&](auto&) { other.run_asynchronously(); }); };
    auto const lead_operation = [&](auto&) {
        first.write([&](auto&) { other.run_as_operation(); });
    };
    SUBCASE("asynchronous, inside read")
    {
        second.read(lead);
    }
    SUBCASE("asynchronous, inside write")
    {
        second.write(lead);
    }
    SUBCASE("an operation, inside read")
    {
        second.read(lead_operation);
    }
    SUBCASE("an operation, inside write")
    {
        second.write(lead_operation);
    }
    CHECK(other.written() == "seen");
}

TEST_CASE_TEMPLATE(
    "what an asynchronous write had captured may call another store, whoever destroys it", Backend,
    EVERY_BACKEND)
{
    auto first = test::store<Backend>{[](auto& options) { options.commit.time = 1min; }};
    auto second = test::store<Backend>{};
    second[entries].insert(number(0, "seen"));
    auto seen = std::string{};
    auto inside = std::atomic<bool>{false};
    auto const ask = [&](int*) { seen = second[entries].get(0).text; };
    auto ticket = first.write_async([&, captured = std::shared_ptr<int>{nullptr, ask}](auto&) {
        inside = true;
        std::this_thread::sleep_for(50ms); // until the other write waits for its turn
    });
    while (!inside) std::this_thread::yield();
    auto const join = [&](auto&) { first.write([](auto&) {}); };
    SUBCASE("inside read")
    {
        second.read(join);
    }
    SUBCASE("inside write")
    {
        second.write(join);
    }
    first.close();
    CHECK(seen == "seen");
}

namespace {

/// Whether a store in a file can be opened again soon, and has one entry; or that it needs none.
template <class Backend>
bool comes_back(place<Backend> const& where)
{
    if constexpr (has_file<Backend>) {
        for (auto tries = 0; tries != 5000; ++tries) {
            try {
                auto again = cairn::store<everything, Backend>{where.options()};
                return again[entries].count() == 1;
            } catch (cairn::store_locked const&) {
                std::this_thread::sleep_for(1ms);
            }
        }
        return false;
    } else {
        return true;
    }
}

} // namespace

TEST_CASE_TEMPLATE(
    "a store that is destroyed inside its own closure ends when that has returned", Backend,
    EVERY_BACKEND)
{
    using store = cairn::store<everything, Backend>;
    using destroyer = bool (*)(std::unique_ptr<store>&);
    auto const ways = std::vector<destroyer>{
        [](auto& db) {
            return db->write([&](auto& tx) { return db.reset(), tx[entries].count() == 1; });
        },
        [](auto& db) {
            return db->read([&](auto& view) { return db.reset(), view[entries].count() == 1; });
        },
        [](auto& db) { return (*db)[entries].update(1, [&](entry&) { db.reset(); }).number == 1; },
        [](auto& db) { return (*db)[entries].visit(1, [&](entry const&) { db.reset(); }); },
    };
    for (auto const& destroyed : ways) {
        auto const where = place<Backend>{};
        auto const code = in_child([&] {
            auto db = std::make_unique<store>(where.options());
            (*db)[entries].insert(number(1));
            auto const went_on = destroyed(db);
            ::_exit(went_on && comes_back(where) ? 7 : 1);
        });
        CHECK(code == 7);
    }
}

TEST_CASE("a thread that reads one store waits in the batches of another for nobody but itself")
{
    using store = cairn::store<everything, cairn::memory>;
    auto const slow = cairn::memory_options{.commit = {.time = 2s}}; // batches stay open
    SUBCASE("whose last owner dies with a closure of the other")
    {
        auto const code = in_child([&] {
            auto other = std::make_unique<store>(slow);
            auto owner = std::make_shared<store>();
            auto* const mine = owner.get();
            mine->read([&](auto&) {
                static_cast<void>(other->write_async(
                    [o = std::move(owner)](auto&) { std::this_thread::sleep_for(50ms); }));
                other->write([](auto& tx) { tx[entries].put(number(1)); });
            });
            ::_exit((*other)[entries].count() == 1 ? 7 : 1);
        });
        CHECK(code == 7);
    }
    SUBCASE("which somebody writes to from a batch of the other")
    {
        auto other = store{slow};
        auto mine = store{};
        other[entries].insert(number(1));
        auto step = std::atomic<int>{0};
        auto first = std::thread{[&] {
            other.write([&](auto&) {
                step = 1;
                while (step < 2) std::this_thread::yield();
                std::this_thread::sleep_for(20ms);
            });
        }};
        while (step < 1) std::this_thread::yield();
        auto reading = std::thread{[&] {
            mine.read([&](auto&) { other.write([](auto& tx) { tx[entries].put(number(2)); }); });
        }};
        std::this_thread::sleep_for(20ms);
        auto written = std::atomic<bool>{false};
        auto writing = std::thread{[&] {
            try {
                other[entries].update(1, [&](entry&) { mine[entries].put(number(7)); });
                written = true;
            } catch (cairn::busy const&) { // what it was before
            }
        }};
        std::this_thread::sleep_for(20ms);
        step = 2;
        first.join();
        reading.join();
        writing.join();
        CHECK(written);
        CHECK(mine[entries].count() == 1);
    }
}

TEST_CASE_TEMPLATE("a program may exit inside a closure of a static store", Backend, EVERY_BACKEND)
{
    using store = cairn::store<everything, Backend>;
    auto const ways = std::vector<void (*)(store&)>{
        [](store& db) { db.write([](auto&) { std::exit(7); }); },
        [](store& db) { db.read([](auto&) { std::exit(7); }); },
        [](store& db) {
            auto posted = std::atomic<bool>{false}; // what still calls a store keeps it from ending
            auto const ticket = db.write_async([&](auto&) {
                while (!posted) std::this_thread::sleep_for(1ms);
                std::exit(7);
            });
            posted = true;
            for (;;) ::pause();
        },
    };
    for (auto const& exits : ways) {
        auto const where = place<Backend>{};
        auto const code = in_child([&] {
            static auto db = store{where.options()};
            exits(db);
        });
        CHECK(code == 7);
    }
}

TEST_CASE_TEMPLATE(
    "a child that returns on the queue's own thread from a closure it was forked in is aborted, "
    "and its stderr says why",
    Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[entries].insert(number(1));
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    auto child = ::pid_t{-1};
    auto const fork_here = [&] {
        child = ::fork();
        if (child != 0) return;
        ::dup2(ends[1], 2);
        std::signal(SIGABRT, SIG_DFL); // not the test program's
    };
    SUBCASE("a closure of write_async")
    {
        db.write_async([&](auto&) { fork_here(); }).get();
    }
    SUBCASE("an update that this thread runs for another")
    {
        auto inside = std::atomic<bool>{false};
        auto go = std::atomic<bool>{false};
        auto ticket = db.write_async([&](auto&) {
            inside = true;
            while (!go) std::this_thread::sleep_for(1ms);
        });
        while (!inside) std::this_thread::sleep_for(1ms);
        auto caller = std::thread{[&] { db[entries].update(1, [&](entry&) { fork_here(); }); }};
        std::this_thread::sleep_for(50ms); // until it waits for its turn
        go = true;
        caller.join();
    }
    ::close(ends[1]);
    auto said = std::string{};
    for (auto c = '\0'; ::read(ends[0], &c, 1) == 1;) said += c;
    ::close(ends[0]);
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    CHECK(said.find("forked inside a write") != std::string::npos);
    db[entries].insert(number(2)); // the parent's store is unharmed
}
