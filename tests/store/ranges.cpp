// SPDX-License-Identifier: BSL-1.0
// What ranges and pages promise, on every backend.

#include "people.hpp"

#include <chrono>
#include <stdexcept>

using namespace test;
using namespace std::chrono_literals;

namespace {

std::vector<std::int32_t> counting(std::int32_t n)
{
    auto result = std::vector<std::int32_t>{};
    for (std::int32_t i = 0; i != n; ++i) result.push_back(i);
    return result;
}

template <class Backend>
void fill(test::store<Backend>& db, std::int32_t n)
{
    db.write([&](auto& tx) {
        for (auto const i : counting(n)) tx[entries].insert(number(i, "x", i % 3));
    });
}

} // namespace

TEST_CASE_TEMPLATE(
    "equal values come in the order of insertion, and backwards in its mirror", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    for (auto const* id : {"c", "a", "b"}) db[tasks].insert(job(id));
    auto ids = [](auto&& range) {
        auto text = std::string{};
        for (task const& t : range) text += t.id;
        return text;
    };
    CHECK(ids(db[tasks].by("queue"_by, task_status::pending)) == "cab");
    CHECK(ids(db[tasks].by("queue"_by, task_status::pending).reversed()) == "bac");
    CHECK(ids(db[tasks].by("queue"_by, task_status::pending).reversed().reversed()) == "cab");
    CHECK(ids(db[tasks].by("queue"_by, task_status::failed)) == "");
}

TEST_CASE_TEMPLATE("bounds include what they say", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 9);
    auto const all = db[entries].prefix();
    CHECK(numbers_of(all.from(3).until(6).to_vector()) == std::vector{3, 4, 5});
    CHECK(numbers_of(all.above(3).through(6).to_vector()) == std::vector{4, 5, 6});
    CHECK(numbers_of(all.before(2).to_vector()) == std::vector{0, 1});
    CHECK(all.from(6).until(3).to_vector().empty());
    CHECK(all.from(100).count() == 0);
}

TEST_CASE_TEMPLATE("a bound never admits an absent value", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const now = cairn::timestamp{5ns};
    db[readings].insert({.sensor = "never"});
    db[readings].insert({.sensor = "late", .deadline = now + 1ns});
    db[readings].insert({.sensor = "due", .deadline = now - 1ns});
    auto const due = db[readings].by("deadline"_by).before(now).to_vector();
    REQUIRE(due.size() == 1);
    CHECK(due.front().sensor == "due");
    CHECK(db[readings].by("deadline"_by).from(now).count() == 1);
    CHECK(db[readings].by("deadline"_by).count() == 3);
    CHECK(db[readings].by("deadline"_by, std::nullopt).first()->sensor == "never");
}

TEST_CASE_TEMPLATE("limit, first, count and keys agree", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 10);
    auto const two = db[entries].by("weight"_by, 2);
    CHECK(two.count() == 3);
    CHECK(two.limit(2).count() == 2);
    CHECK(two.limit(0).to_vector().empty());
    CHECK_FALSE(two.limit(0).first());
    CHECK(two.first()->number == 2);
    CHECK(two.reversed().first()->number == 8);
    CHECK(two.keys() == std::vector<std::tuple<std::int32_t>>{{2}, {5}, {8}});
    CHECK(numbers_of(two.limit(2).reversed().to_vector()) == std::vector{8, 5});
    auto seen = std::vector<std::int32_t>{};
    for (auto const& e : db[entries].scan().limit(7)) seen.push_back(e.number);
    CHECK(seen == counting(7));
}

TEST_CASE_TEMPLATE("a loop crosses pages and may be run again", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 1000);
    auto range = db[entries].scan();
    for (int round = 0; round != 2; ++round) {
        auto seen = std::vector<std::int32_t>{};
        for (auto const& e : range) seen.push_back(e.number);
        CHECK(seen == counting(1000));
    }
    auto limited = std::vector<std::int32_t>{};
    for (auto const& e : db[entries].scan().limit(500)) limited.push_back(e.number);
    CHECK(limited == counting(500));
}

TEST_CASE_TEMPLATE("the body of a loop may write to the same store", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 300);
    for (auto const& e : db[entries].scan()) {
        CHECK(db[entries].erase(e.number));
        if (e.number < 100) db[entries].insert(number(10'000 + e.number, "new"));
    }
    CHECK(db[entries].count() == 0); // what was inserted ahead came as well
}

TEST_CASE_TEMPLATE(
    "inside a transaction each page sees the transaction's own writes", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 100); // more than the first page
    db.write([](auto& tx) {
        auto seen = std::vector<std::int32_t>{};
        for (auto const& e : tx[entries].scan()) {
            if (e.number == 0) tx[entries].erase(99);
            seen.push_back(e.number);
        }
        CHECK(seen == counting(99));
    });
}

TEST_CASE_TEMPLATE("pages join to the whole, forwards and backwards", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 23);
    auto const range = db[entries].by("text"_by, "x");
    for (auto const size : {1U, 4U, 22U, 23U, 24U}) {
        auto page = range.page(size);
        CHECK(page.previous.empty());
        auto seen = page.records;
        auto pages = 1U;
        while (!page.next.empty()) {
            page = range.page(size, page.next);
            CHECK_FALSE(page.previous.empty());
            seen.insert(seen.end(), page.records.begin(), page.records.end());
            ++pages;
        }
        CHECK(numbers_of(seen) == counting(23));
        CHECK(pages == (23 + size - 1) / size);
        auto front = page.records;
        while (!page.previous.empty()) {
            page = range.page(size, page.previous);
            front.insert(front.begin(), page.records.begin(), page.records.end());
        }
        CHECK(numbers_of(front) == counting(23));
        CHECK(page.next.empty() == (size >= 23));
    }
}

TEST_CASE_TEMPLATE(
    "a page token goes on behind its place after that record is gone", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 6);
    auto const range = db[entries].by("text"_by);
    auto const token = range.page(3).next;
    db[entries].erase(2);
    db[entries].erase(3);
    CHECK(numbers_of(range.page(3, token).records) == std::vector{4, 5});
    CHECK(numbers_of(range.after(token).to_vector()) == std::vector{4, 5});
}

TEST_CASE_TEMPLATE("a page token crosses absent values in both directions", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const level = [](int i) {
        return i % 2 == 0 ? std::optional<std::int16_t>{} : std::int16_t{1};
    };
    for (int i = 0; i != 8; ++i)
        db[readings].insert({.sensor = std::to_string(i), .level = level(i)});
    auto const range = db[readings].by("deadline"_by);
    auto text = std::string{};
    auto page = range.page(3);
    for (auto const& r : page.records) text += r.sensor;
    while (!page.next.empty()) {
        page = range.page(3, page.next);
        for (auto const& r : page.records) text += r.sensor;
    }
    CHECK(text == "02461357");
    page = range.page(3, page.previous);
    REQUIRE(page.records.size() == 3);
    CHECK(page.records.front().sensor == "6");
}

TEST_CASE_TEMPLATE(
    "a token of another range, of nonsense or of another version is refused", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 9);
    auto const token = db[entries].by("weight"_by, 0).page(1).next;
    REQUIRE_FALSE(token.empty());
    auto const refused = [](auto const& range, std::string const& given) {
        return error_of([&] { static_cast<void>(range.page(1, given)); }).code()
            == cairn::errc::invalid_argument;
    };
    CHECK(refused(db[entries].by("weight"_by, 1), token));
    CHECK(refused(db[entries].by("weight"_by), token));
    CHECK(refused(db[entries].by("text"_by), token));
    CHECK(refused(db[entries].by("weight"_by, 0).from("a"), token));
    CHECK(refused(db[tasks].scan(), token));
    CHECK(refused(db[entries].by("weight"_by, 0), "nonsense!"));
    CHECK(refused(db[entries].by("weight"_by, 0), "AAAA"));
    CHECK(refused(db[entries].by("weight"_by, 0), token.substr(0, 8)));
}

TEST_CASE_TEMPLATE(
    "a claim takes the first of a queue at once and gives them as they are now", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    for (int i = 0; i != 5; ++i) db[tasks].insert(job(std::to_string(i), 10 - i));
    auto const claimed =
        db[tasks].by("queue"_by, task_status::pending).limit(2).update([](task& t) {
            t.status = task_status::processing;
        });
    REQUIRE(claimed.size() == 2);
    CHECK(claimed[0].id == "4");
    CHECK(claimed[1].id == "3");
    CHECK(claimed[0].status == task_status::processing);
    CHECK(db[tasks].by("queue"_by, task_status::pending).count() == 3);
    CHECK(db[tasks].by("queue"_by, task_status::processing).to_vector().size() == 2);
}

TEST_CASE_TEMPLATE(
    "range update and erase fix their records before the first change", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 2000);
    auto calls = 0;
    auto const changed = db[entries].by("weight"_by).update([&](entry& e) {
        ++calls;
        e.weight += 1; // moves the record ahead in the order that is walked
    });
    CHECK(calls == 2000);
    CHECK(changed.size() == 2000);
    CHECK(db[entries].by("weight"_by).from(1).count() == 2000);
    CHECK(db[entries].by("weight"_by, 3).erase() == 666);
    CHECK(db[entries].scan().limit(4).erase() == 4);
    CHECK(db[entries].count() == 1330);
}

TEST_CASE_TEMPLATE("a range update that fails changes nothing at all", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    for (auto const* name : {"a", "b", "c"}) db[accounts].insert(person(name));
    auto const before = test::contents(db);
    auto const fail_at = [](int last) {
        return [n = 0, last](account& a) mutable {
            a.age = 99;
            if (n++ == last) throw std::runtime_error{"mine"};
        };
    };
    CHECK_THROWS_AS(db[accounts].scan().update(fail_at(2)), std::runtime_error);
    CHECK(test::contents(db) == before);
    CHECK_THROWS_AS(
        db[accounts].scan().update([](account& a) { a.email = "same"; }), cairn::unique_conflict);
    CHECK(test::contents(db) == before);
    db.write([&](auto& tx) {
        tx[accounts].update("a", [](account& a) { a.age = 1; });
        CHECK_THROWS_AS(tx[accounts].scan().update(fail_at(1)), std::runtime_error);
        CHECK(tx[accounts].get("a").age == 1); // only the range's own changes are undone
        CHECK(tx[accounts].get("b").age == 30);
    });
}
