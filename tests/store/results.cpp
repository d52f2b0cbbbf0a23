// SPDX-License-Identifier: BSL-1.0
// Results that cannot be moved out of a write, before its commit and after it, on every backend.

#include "people.hpp"

#include <functional>
#include <string>
#include <vector>

namespace test {

struct not_moved {};

/// Counts the moves and copies that are still allowed; the one after them throws.
inline thread_local int moves_left = -1;

inline void use_a_move()
{
    if (moves_left == 0) throw not_moved{};
    if (moves_left > 0) --moves_left;
}

/// A value whose moving can fail.
struct brittle {
    explicit brittle(int n) : number{n} {}
    brittle(brittle const& other) : number{other.number} { use_a_move(); }
    brittle& operator=(brittle const&) = delete;

    int number;
};

/// A record whose moving can fail.
struct brittle_record {
    std::int32_t id = 0;
    std::string text{};

    brittle_record() = default;
    brittle_record(std::int32_t number, std::string what) : id{number}, text{std::move(what)} {}
    brittle_record(brittle_record const& other) : id{other.id}, text{other.text} { use_a_move(); }
    brittle_record& operator=(brittle_record const&) = default;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::brittle_record, id, text);

template <>
inline constexpr auto cairn::descriptor<test::brittle_record> =
    cairn::entity<"brittle">(cairn::version<1>, cairn::key<"brittle/{id}">);

namespace test {

struct brittle_schema : cairn::schema<brittle_record, entry> {};
inline constexpr auto brittles = cairn::table<brittle_record>;

} // namespace test

using namespace test;

namespace {

enum class told : std::uint8_t { success, own_exception, unknown };

/// What the caller hears of `operation` if `moves` moves are allowed.
told hear(int moves, std::function<void()> const& operation)
{
    moves_left = moves;
    auto result = told::success;
    try {
        operation();
    } catch (not_moved const&) {
        result = told::own_exception;
    } catch (cairn::outcome_unknown const& e) {
        CHECK(e.outcome() == cairn::write_outcome::unknown);
        result = told::unknown;
    }
    moves_left = -1;
    return result;
}

/// Allows 0, 1, 2... moves, until all are; `stored` says whether the last write is there. How often
/// the result was lost.
int check_each_move(
    std::function<void(int)> const& operation, std::function<bool(int)> const& stored)
{
    auto unknown = 0;
    for (auto n = 0;; ++n) {
        CAPTURE(n);
        auto const heard = hear(n, [&] { operation(n); });
        CHECK(stored(n) == (heard != told::own_exception));
        unknown += heard == told::unknown;
        if (heard == told::success) break;
    }
    return unknown;
}

} // namespace

TEST_CASE_TEMPLATE(
    "a result that is lost behind the commit is no write that failed", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend, brittle_schema>{};
    auto const is_there = [&](int n) { return db[entries].contains(n); };
    auto const write = [&](int n) {
        static_cast<void>(db.write([n](auto& tx) {
            tx[entries].insert(number(n));
            return brittle{n};
        }));
    };
    CHECK(check_each_move(write, is_there) > 0);
}

TEST_CASE_TEMPLATE(
    "the result of an update is not moved behind its commit, so it cannot be lost", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend, brittle_schema>{};
    db[brittles].insert(brittle_record{1, "before"});
    auto const text = [](int n) { return std::to_string(n); };
    auto const update = [&](int n) {
        static_cast<void>(db[brittles].update(1, [&](brittle_record& r) { r.text = text(n); }));
    };
    auto const is_there = [&](int n) {
        auto is = false;
        db[brittles].visit(1, [&](brittle_record const& r) { is = r.text == text(n); });
        return is;
    };
    CHECK(check_each_move(update, is_there) == 0);
}

TEST_CASE_TEMPLATE("a ticket's result that is lost is no write that failed", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend, brittle_schema>{};
    auto ticket = db.write_async([](auto& tx) {
        tx[entries].insert(number(1));
        return brittle{1};
    });
    ticket.wait();
    CHECK(hear(0, [&] { static_cast<void>(ticket.get()); }) == told::unknown);
    CHECK(db[entries].contains(1));
    CHECK_THROWS_AS(static_cast<void>(ticket.get()), cairn::misuse);
}

TEST_CASE_TEMPLATE("an exception while a result is read passes through", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend, brittle_schema>{};
    auto const read = [&] { static_cast<void>(db.read([](auto&) { return brittle{1}; })); };
    CHECK(hear(0, read) == told::own_exception);
    CHECK(hear(9, read) == told::success);
}
