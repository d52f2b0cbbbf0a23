// SPDX-License-Identifier: BSL-1.0
// The ends of paged ranges: limits, places, and pages beyond the last record.

#include "people.hpp"

#include <string>
#include <vector>

using namespace test;

namespace {

template <class Store>
void fill(Store& db, std::int32_t n)
{
    for (std::int32_t i = 1; i <= n; ++i) db[entries].insert(number(i));
}

} // namespace

TEST_CASE_TEMPLATE("a page is not longer than the limit of its range", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 5);
    CHECK(numbers_of(db[entries].scan().limit(2).page(5).records) == std::vector{1, 2});
}

TEST_CASE_TEMPLATE(
    "the first page of a range after a place begins behind it", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 5);
    auto const all = db[entries].scan();
    auto const token = all.page(2).next;
    CHECK(numbers_of(all.after(token).page(2).records) == std::vector{3, 4});
}

TEST_CASE_TEMPLATE("a page beyond the end is empty and leads back", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 4);
    auto const all = db[entries].scan();
    auto const token = all.page(2).next;
    db[entries].erase(3);
    db[entries].erase(4);
    auto const beyond = all.page(2, token);
    CHECK(beyond.records.empty());
    CHECK(beyond.next.empty());
    CHECK(numbers_of(all.page(2, beyond.previous).records) == std::vector{1, 2});
}

TEST_CASE_TEMPLATE("a place has a direction", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 6);
    auto const all = db[entries].scan();
    auto const second = all.page(2, all.page(2).next);
    CHECK_THROWS_AS(static_cast<void>(all.after(second.previous)), cairn::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(all.after(second.next).reversed()), cairn::invalid_argument);
    CHECK(numbers_of(all.after(second.next).to_vector()) == std::vector{5, 6});
}

TEST_CASE_TEMPLATE("a token that lost its end, or gained one, is refused", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 4);
    auto const refuses = [](auto const& range) {
        auto const token = range.page(2).next;
        REQUIRE(token.size() > 14);
        auto const whole = range.page(2, token).records.size();
        CHECK(whole == 2);
        auto const read = [&](std::string const& text) { static_cast<void>(range.page(2, text)); };
        for (auto size = token.size(); --size != 14;) // 10 bytes: an end of the range, no place
            CHECK_THROWS_AS(read(token.substr(0, size)), cairn::invalid_argument);
        for (auto const* more : {"AA", "AAAA", "AAAAAAAAAAAAAA"})
            CHECK_THROWS_AS(read(token + more), cairn::invalid_argument);
    };
    refuses(db[entries].scan());
    refuses(db[entries].prefix());
    refuses(db[entries].by("text"_by));
    refuses(db[entries].by("weight"_by));
}

TEST_CASE_TEMPLATE("no page of a range after a place lies in front of it", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 9);
    auto const check = [](auto const& all, auto const& whole) {
        auto const first = all.page(2);
        auto const third = all.page(2, all.page(2, first.next).next);
        auto const range = all.after(first.next);
        auto seen = std::vector<std::int32_t>{};
        auto token = std::string{};
        do {
            auto const page = range.page(2, token);
            for (auto const n : numbers_of(page.records)) seen.push_back(n);
            CHECK(page.previous.empty());
            token = page.next;
        } while (!token.empty());
        CHECK(seen == whole);
        // the place of a token in front of the range's own is not where its page begins
        CHECK(
            numbers_of(all.after(third.next).page(2, first.next).records)
            == std::vector{whole[4], whole[5]});
        CHECK(numbers_of(range.page(2, third.next).records) == std::vector{whole[4], whole[5]});
        CHECK_THROWS_AS(static_cast<void>(range.page(2, third.previous)), cairn::invalid_argument);
    };
    check(db[entries].scan(), std::vector{3, 4, 5, 6, 7, 8, 9});
    check(db[entries].scan().reversed(), std::vector{7, 6, 5, 4, 3, 2, 1});
    check(db[entries].by("text"_by), std::vector{3, 4, 5, 6, 7, 8, 9});
    check(db[entries].prefix().reversed(), std::vector{7, 6, 5, 4, 3, 2, 1});
}

TEST_CASE_TEMPLATE("a page of size 0 looks at nothing and leads nowhere", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    fill(db, 6);
    auto const all = db[entries].scan();
    auto const second = all.page(2, all.page(2).next);
    auto const check = [](auto const& page) {
        CHECK(page.records.empty());
        CHECK(page.next.empty());
        CHECK(page.previous.empty());
    };
    check(all.page(0));
    check(all.page(0, second.next));
    check(all.page(0, second.previous));
    check(all.limit(0).page(2));
    check(all.limit(0).page(2, second.next));
}
