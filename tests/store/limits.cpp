// SPDX-License-Identifier: BSL-1.0
// How large a record may be: the same on every backend, also on those that need not write bytes.

#include "people.hpp"

#include <cairn/encode/record.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <new>
#include <string>

using namespace test;

namespace {

constexpr auto most_bytes = cairn::decode_limits{}.record_bytes;
constexpr auto most_elements = cairn::decode_limits{}.elements;

/// A job whose body has `size` bytes.
task job_of_size(std::size_t size)
{
    auto result = job("large");
    auto body = cairn::byte_buffer{};
    cairn::record_codec<task>::encode(result, body);
    result.payload.resize(size - body.size());
    return result;
}

/// A record whose columns, its whole key among them, lie in a file beside its body.
struct wide {
    std::string id;
    std::int64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0;

    bool operator==(wide const&) const = default;
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(wide, id, a, b, c, d, e, f, g, h, i, j);
template <>
inline constexpr auto cairn::descriptor<wide> = cairn::entity<"wide">(
    cairn::version<1>, cairn::key<"w:{id}">, cairn::index<"first", "a", "b", "c", "d", "e">,
    cairn::index<"second", "f", "g", "h", "i", "j">);

namespace {

struct widths : cairn::schema<wide> {};

} // namespace

TEST_CASE_TEMPLATE("columns do not count beside the record", Backend, EVERY_BACKEND)
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    auto db = test::store<Backend, widths>{};
    auto record = wide{"", most, most, most, most, most, most, most, most, most, most};
    auto body = cairn::byte_buffer{};
    cairn::record_codec<wide>::encode(record, body);
    record.id.assign(most_bytes - body.size(), 'k');
    db[cairn::table<wide>].insert(record);
    CHECK(db[cairn::table<wide>].get(record.id) == record);
    CHECK(db[cairn::table<wide>].erase(record.id));
}

TEST_CASE_TEMPLATE("a key that no record could have is absent", Backend, EVERY_BACKEND)
{
    auto const huge = std::string(5 * most_bytes, 'k');
    auto db = test::store<Backend>{};
    db[tasks].insert(job("k"));
    db[tasks].insert(job("z"));
    CHECK_FALSE(db[tasks].find(huge).has_value());
    CHECK_FALSE(db[tasks].contains(huge));
    CHECK_FALSE(db[tasks].erase(huge));
    CHECK_THROWS_AS(static_cast<void>(db[tasks].get(huge)), cairn::not_found);
    CHECK_THROWS_AS(db[tasks].update(huge, [](task&) {}), cairn::not_found);
    CHECK(db[tasks].prefix().from(huge).count() == 1);
    CHECK(db[tasks].prefix().before(huge).count() == 1);
    db.write([&](auto& tx) {
        CHECK_FALSE(tx[tasks].erase(huge));
        tx[tasks].insert(job("a"));
    });
    CHECK(db[tasks].count() == 3);
}

TEST_CASE_TEMPLATE(
    "a record of the largest size is stored, one byte more is limit_exceeded", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const largest = job_of_size(most_bytes);
    db[tasks].insert(largest);
    CHECK(db[tasks].get("large") == largest);
    CHECK(db[tasks].erase("large"));

    auto const small = job("large");
    auto const larger = job_of_size(most_bytes + 1);
    CHECK_THROWS_AS(db[tasks].insert(larger), cairn::limit_exceeded);
    CHECK_THROWS_AS(db[tasks].put(larger), cairn::limit_exceeded);
    CHECK(db[tasks].count() == 0);
    db[tasks].insert(small);
    CHECK_THROWS_AS(db[tasks].insert(larger), cairn::limit_exceeded); // before already_exists
    CHECK_THROWS_AS(db[tasks].put(larger), cairn::limit_exceeded);
    auto const grow = [&](task& t) { t = larger; };
    auto const e = error_of([&] { db[tasks].update("large", grow); });
    CHECK(e.code() == cairn::errc::limit_exceeded);
    CHECK(e.model() == "task");
    CHECK_THROWS_AS(db[tasks].scan().update(grow), cairn::limit_exceeded);
    CHECK(db[tasks].scan().to_vector() == std::vector{small});
}

TEST_CASE_TEMPLATE("a key takes part in the size of its record", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const around = std::size_t{5 + 4 + 4 + 4 + 8}; // header, two lengths, a number, checksum
    auto long_key = pair{.left = std::string(most_bytes - around, 'k'), .right = ""};
    db[pairs].insert(long_key);
    CHECK(db[pairs].contains(long_key.left, ""));
    long_key.right = "k";
    CHECK_THROWS_AS(db[pairs].insert(long_key), cairn::limit_exceeded);
    CHECK(db[pairs].count() == 1);
}

TEST_CASE_TEMPLATE("a container has at most so many elements", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto most = certificate{.round = 1};
    most.parents.resize(most_elements);
    db[certificates].insert(most);
    most.parents.push_back(0);
    CHECK_THROWS_AS(db[certificates].put(most), cairn::limit_exceeded);
    most.round = 2;
    CHECK_THROWS_AS(db[certificates].insert(most), cairn::limit_exceeded);
    CHECK(db[certificates].count() == 1);
    CHECK(db[certificates].scan().first()->parents.size() == most_elements);
}

TEST_CASE_TEMPLATE(
    "a transaction goes on behind a record that was too large", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    auto const larger = job_of_size(most_bytes + 1);
    db.write([&](auto& tx) {
        tx[tasks].insert(job("a"));
        CHECK_THROWS_AS(tx[tasks].insert(larger), cairn::limit_exceeded);
        CHECK_THROWS_AS(tx[tasks].put(larger), cairn::limit_exceeded);
        tx[tasks].insert(job("b"));
    });
    CHECK(db[tasks].count() == 2);
}

TEST_CASE_TEMPLATE(
    "a user's bad_alloc passes through unchanged, from wherever it is thrown", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[accounts].insert(ada);
    auto const fail = [](auto&...) { throw std::bad_alloc{}; };
    auto const calls = std::vector<std::function<void()>>{
        [&] { db.write(fail); },
        [&] { db.write([&](auto& tx) { tx.attempt(fail); }); },
        [&] { db.write([&](auto& tx) { tx[accounts].update("ada", fail); }); },
        [&] { db.write_async(fail).get(); },
        [&] { db.read(fail); },
        [&] { db[accounts].update("ada", fail); },
        [&] { db[accounts].scan().update(fail); },
        [&] { db[accounts].visit("ada", [](account const&) { throw std::bad_alloc{}; }); },
    };
    for (auto const& call : calls) CHECK_THROWS_AS(call(), std::bad_alloc);
    CHECK(test::contents(db) == [] {
        auto same = test::store<Backend>{};
        same[accounts].insert(ada);
        return test::contents(same);
    }());
}
