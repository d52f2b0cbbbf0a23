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
