// SPDX-License-Identifier: BSL-1.0
// What may outlive what: closures that own their store, processes that fork in a closure, errors
// that are moved from; and whose closures a callback is inside of.

#include "people.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace test;
using namespace std::chrono_literals;

namespace {

/// The exit code of a child that ran `body` up to an `_exit` of its own, or 99.
template <class Body>
int in_child(Body const& body)
{
    auto const child = ::fork();
    if (child == 0) {
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
