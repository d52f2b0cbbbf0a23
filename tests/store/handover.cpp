// SPDX-License-Identifier: BSL-1.0
// Exceptions go from the thread that commits to the one that waits, and are never theirs together.

#include "crowd.hpp"

#include <set>
#include <stdexcept>
#include <string>

using namespace test;

namespace {

/// Thrown by closures; notes on which thread its last copy dies.
class tracked {
public:
    explicit tracked(std::thread::id& end) : end_{&end} {}
    tracked(tracked const& other) : end_{other.end_} {}
    tracked& operator=(tracked const&) = delete;
    ~tracked() { *end_ = std::this_thread::get_id(); }

private:
    std::thread::id* end_;
};

/// Waits without sleeping, so as to take the outcome as early as it can be taken.
template <class Ticket>
void get_at_once(Ticket ticket)
{
    while (!ticket.ready()) {}
    ticket.get();
}

/// The error objects, each told apart by where it lies while all of them live.
std::set<cairn::error const*> objects_of(std::vector<std::exception_ptr> const& failures)
{
    auto found = std::set<cairn::error const*>{};
    for (auto const& failure : failures) {
        try {
            std::rethrow_exception(failure);
        } catch (cairn::error const& e) {
            found.insert(&e);
        }
    }
    return found;
}

} // namespace

TEST_CASE("an exception of an asynchronous write ends on the thread that took it")
{
    auto db = cairn::store<everything, cairn::memory>{};
    auto elsewhere = 0;
    for (int i = 0; i != 3000; ++i) {
        auto end = std::thread::id{};
        CHECK_THROWS_AS(get_at_once(db.write_async([&](auto&) { throw tracked{end}; })), tracked);
        elsewhere += end != std::this_thread::get_id();
    }
    CHECK(elsewhere == 0);
}

TEST_CASE("an exception of an operation that the leader ran ends on the thread that asked for it")
{
    auto db = database{};
    db[entries].insert(number(1));
    constexpr auto members = std::size_t{8};
    auto ends = std::vector<std::thread::id>(members);
    auto own = std::vector<std::thread::id>(members);
    auto operations = std::vector<std::function<void()>>{};
    for (std::size_t i = 0; i != members; ++i)
        operations.emplace_back([&, i] {
            own[i] = std::this_thread::get_id();
            CHECK_THROWS_AS(
                db[entries].update(1, [&](entry&) { throw tracked{ends[i]}; }), tracked);
        });
    auto threads = crowd{};
    run_together(db, threads, operations);
    for (auto const& e : threads.join()) CHECK_FALSE(e);
    CHECK(ends == own);
}

TEST_CASE("a batch that fails gives every member an error object of its own")
{
    auto options = hooked_options{};
    auto const hooks = options.hooks;
    auto db = database{options};
    SUBCASE("in its commit")
    {
        hooks->before_commit = [] {
            cairn::raise(
                cairn::errc::outcome_unknown,
                {.message = "I/O error in COMMIT", .outcome = cairn::write_outcome::unknown});
        };
    }
    SUBCASE("by a doom")
    {
        hooks->before_commit = [&] {
            hooks->doom = std::make_exception_ptr(cairn::outcome_unknown{
                {.message = "I/O error in COMMIT", .outcome = cairn::write_outcome::unknown}});
            std::rethrow_exception(hooks->doom);
        };
    }
    auto threads = crowd{};
    auto failures = std::vector<std::exception_ptr>{};
    try {
        db.write([&](auto&) {
            for (int i = 0; i != 3; ++i) threads.run([&db, i] { db[entries].insert(number(i)); });
            threads.run([&] { db.write([](auto& tx) { tx[entries].insert(number(9)); }); });
            threads.run([&] { db.write_async([](auto&) {}).get(); });
            std::this_thread::sleep_for(50ms);
        });
    } catch (...) {
        failures.push_back(std::current_exception());
    }
    for (auto const& e : threads.join()) failures.push_back(e);
    REQUIRE(failures.size() == 6);
    for (auto const& e : failures) {
        REQUIRE(is<cairn::outcome_unknown>(e));
        auto const told = error_of([&] { std::rethrow_exception(e); });
        CHECK(told.outcome() == cairn::write_outcome::unknown);
        CHECK(told.message() == "I/O error in COMMIT");
    }
    CHECK(objects_of(failures).size() == 6);
    hooks->before_commit = nullptr;
    CHECK(db[entries].count() == 0);
}

TEST_CASE("a ticket gives its exception once")
{
    auto db = cairn::store<everything, cairn::memory>{};
    auto ticket = db.write_async([](auto&) { throw std::runtime_error{"mine"}; });
    CHECK_THROWS_WITH_AS(ticket.get(), "mine", std::runtime_error);
    CHECK(ticket.ready());
    CHECK_THROWS_AS(ticket.get(), cairn::misuse);
}
