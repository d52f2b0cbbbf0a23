// SPDX-License-Identifier: BSL-1.0
// The numbers that a store gives its records: everything that was inserted since one of them.

#include "people.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace test;

namespace {

std::string ids_of(std::vector<task> const& found)
{
    auto ids = std::string{};
    for (auto const& t : found) ids += t.id;
    return ids;
}

template <class Store>
void insert_jobs(Store& db, std::string const& ids)
{
    for (auto const id : ids) db[tasks].insert(job(std::string{id}));
}

template <class Store>
std::int64_t newest(Store& db)
{
    auto const found = db[tasks].scan().reversed().limit(1).sequences();
    return found.empty() ? 0 : found.front();
}

} // namespace

TEST_CASE_TEMPLATE(
    "what was inserted since a number is found, whatever its key", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    insert_jobs(db, "mx");
    auto const seen = newest(db);
    insert_jobs(db, "azb");
    CHECK(ids_of(db[tasks].scan().after_sequence(seen).to_vector()) == "azb");
    CHECK(ids_of(db[tasks].scan().after_sequence(0).to_vector()) == "mxazb");
    CHECK(db[tasks].scan().after_sequence(newest(db)).to_vector().empty());
    CHECK(db[tasks].scan().after_sequence(seen).count() == 3);
}

TEST_CASE_TEMPLATE(
    "a number stays with its record through updates, and is never given twice", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    insert_jobs(db, "ab");
    auto const seen = newest(db);
    db[tasks].update("a", [](task& t) { t.created_at += std::chrono::seconds{1}; });
    db[tasks].put(job("b", 7));
    CHECK(newest(db) == seen);
    CHECK(db[tasks].scan().after_sequence(seen).count() == 0);
    db[tasks].erase("b");
    insert_jobs(db, "b");
    CHECK(newest(db) > seen);
    CHECK(ids_of(db[tasks].scan().after_sequence(seen).to_vector()) == "b");
}

TEST_CASE_TEMPLATE("an iterator tells the number of its record", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db.write([](auto& tx) {
        for (std::int32_t i = 0; i != 200; ++i) tx[tasks].insert(job(std::to_string(i)));
    });
    auto all = db[tasks].scan();
    auto found = std::vector<std::int64_t>{};
    for (auto at = all.begin(); at != all.end(); ++at) found.push_back(at.sequence());
    CHECK(found == all.sequences());
    CHECK(found.size() == 200);
    CHECK(std::adjacent_find(found.begin(), found.end(), std::greater_equal<>{}) == found.end());
}

TEST_CASE_TEMPLATE(
    "what was inserted since a number can be limited, reversed, paged and erased", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    insert_jobs(db, "ab");
    auto const seen = newest(db);
    insert_jobs(db, "cdef");
    auto const since = db[tasks].scan().after_sequence(seen);
    CHECK(ids_of(since.limit(2).to_vector()) == "cd");
    CHECK(ids_of(since.reversed().to_vector()) == "fedc");
    auto const first = since.page(3);
    CHECK(ids_of(first.records) == "cde");
    CHECK(ids_of(since.page(3, first.next).records) == "f");
    CHECK(since.limit(3).erase() == 3);
    CHECK(ids_of(db[tasks].scan().to_vector()) == "abf");
}

TEST_CASE_TEMPLATE(
    "a transaction and a snapshot give numbers too, and an index has none", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    insert_jobs(db, "a");
    auto const seen = newest(db);
    db.write([&](auto& tx) {
        tx[tasks].insert(job("b"));
        CHECK(ids_of(tx[tasks].scan().after_sequence(seen).to_vector()) == "b");
    });
    db.read([&](auto& view) {
        CHECK(ids_of(view[tasks].scan().after_sequence(seen).to_vector()) == "b");
    });
    CHECK_THROWS_AS(
        static_cast<void>(db[tasks].by("queue"_by).after_sequence(seen)), cairn::invalid_argument);
    CHECK_THROWS_AS(
        static_cast<void>(db[tasks].prefix().after_sequence(seen)), cairn::invalid_argument);
}
