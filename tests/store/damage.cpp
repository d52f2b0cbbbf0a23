// SPDX-License-Identifier: BSL-1.0
// What a store on SQLite says of bytes that were changed, of a file that was moved away, of a
// snapshot that lasted too long, and of a file that may not be written: through its own verbs.

#include "people.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <sqlite3.h>
#include <string>
#include <thread>
#include <vector>

using namespace test;
using namespace std::chrono_literals;

namespace {

using database = cairn::store<everything, cairn::sqlite>;

/// Runs SQL on a closed file.
void change_by_sql(std::string const& file, std::string const& text)
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    auto const code = sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(db);
    REQUIRE(code == SQLITE_OK);
}

/// A file with the jobs a to e, of which `b` and `d` have a body with a changed byte.
void fill_and_damage(cairn::sqlite_options const& options)
{
    {
        auto db = database{options};
        for (auto const* id : {"a", "b", "c", "d", "e"}) db[tasks].insert(job(id, id[0]));
    }
    change_by_sql(
        options.path,
        R"(UPDATE "task" SET "_body" = CAST(substr("_body", 1, 20) || x'ee' || substr("_body", 22))"
        R"( AS BLOB))"
        R"( WHERE "id" IN ('b', 'd'))");
}

std::vector<std::string> ids_of(std::vector<task> const& records)
{
    auto result = std::vector<std::string>{};
    for (auto const& t : records) result.push_back(t.id);
    return result;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a damaged record is corrupt_record with its key, by every way that leads to it")
{
    auto where = place<cairn::sqlite>{};
    fill_and_damage(where.options());
    auto db = database{where.options()};
    auto const nothing = [](task&) {};
    auto const calls = std::vector<std::function<void()>>{
        [&] { static_cast<void>(db[tasks].get("b")); },
        [&] { static_cast<void>(db[tasks].find("b")); },
        [&] { db[tasks].visit("b", [](task const&) {}); },
        [&] { db[tasks].update("b", nothing); },
        [&] { db[tasks].scan().update(nothing); },
        [&] { static_cast<void>(db[tasks].scan().to_vector()); },
        [&] { static_cast<void>(db[tasks].by("queue"_by, task_status::pending).page(3)); },
        [&] { static_cast<void>(db[tasks].prefix().keys()); },
        [&] { db.read([](auto& view) { static_cast<void>(view[tasks].get("b")); }); },
    };
    for (auto const& call : calls) {
        auto const e = error_of(call);
        CHECK(e.code() == cairn::errc::corrupt_record);
        CHECK(e.model() == "task");
        CHECK(e.key() == "task:b");
        CHECK(e.outcome() == cairn::write_outcome::not_committed);
    }
    CHECK(db[tasks].get("a") == job("a", 'a')); // the others are as they were
    CHECK(db[tasks].count() == 5);
    db[tasks].insert(job("f")); // and nothing is poisoned
}

TEST_CASE("a tolerant range gives what is whole, in order, and reports the rest with its key")
{
    auto where = place<cairn::sqlite>{};
    fill_and_damage(where.options());
    auto db = database{where.options()};
    auto reported = names{};
    auto const report = [&](cairn::corrupt_record const& e) { reported.push_back(e.key()); };
    auto const whole = names{"a", "c", "e"};
    auto const damaged = names{"task:b", "task:d"};
    auto const check = [&](auto const& range) {
        reported.clear();
        CHECK(ids_of(range.tolerate(report).to_vector()) == whole);
        CHECK(reported == damaged);
    };
    check(db[tasks].scan());
    check(db[tasks].prefix());
    check(db[tasks].by("queue"_by, task_status::pending));
    db.read([&](auto& view) { check(view[tasks].scan()); });

    auto const backwards = db[tasks].scan().reversed().tolerate(report).to_vector();
    CHECK(ids_of(backwards) == names{"e", "c", "a"});
    auto in_loop = names{};
    for (auto const& t : db[tasks].prefix().tolerate(report)) in_loop.push_back(t.id);
    CHECK(in_loop == whole);
}

TEST_CASE("damaged records that are tolerated do not count for a limit")
{
    auto where = place<cairn::sqlite>{};
    fill_and_damage(where.options());
    auto db = database{where.options()};
    auto const whole = names{"a", "c", "e"};
    for (std::size_t n = 1; n != 5; ++n) {
        CAPTURE(n);
        auto const expected = names{
            whole.begin(), whole.begin() + std::ptrdiff_t(std::min<std::size_t>(n, 3))};
        auto reported = names{};
        auto const range = db[tasks].scan().limit(n).tolerate(
            [&](cairn::corrupt_record const& e) { reported.push_back(e.key()); });
        auto const damaged = n == 1 ? names{}
            : n == 2                ? names{"task:b"}
                                    : names{"task:b", "task:d"};
        CHECK(ids_of(range.to_vector()) == expected);
        CHECK(reported == damaged); // each once
        auto keys = names{};
        for (auto const& key : range.keys()) keys.push_back(std::get<0>(key));
        CHECK(keys == expected);
        auto in_loop = names{};
        for (auto looped = range; auto const& t : looped) in_loop.push_back(t.id);
        CHECK(in_loop == expected);
    }
}

TEST_CASE("a change of a range goes past damaged records that are tolerated")
{
    auto where = place<cairn::sqlite>{};
    fill_and_damage(where.options());
    auto db = database{where.options()};
    auto reported = names{};
    auto const report = [&](cairn::corrupt_record const& e) { reported.push_back(e.key()); };
    auto const claim = [](task& t) { t.status = task_status::processing; };
    auto const pending = db[tasks].by("queue"_by, task_status::pending).tolerate(report);
    CHECK(ids_of(pending.limit(2).update(claim)) == names{"a", "c"});
    CHECK(reported == names{"task:b"});
    reported.clear();
    auto const many = cairn::detail::largest_page_size + 1; // more than are read at once
    CHECK(ids_of(pending.limit(many).update(claim)) == names{"e"});
    CHECK(reported == names{"task:b", "task:d"});
    CHECK(ids_of(pending.update(claim)) == names{});
    CHECK(db[tasks].by("queue"_by, task_status::processing).count() == 3);
    CHECK(db[tasks].by("queue"_by, task_status::pending).count() == 2); // damaged, and still there
}

TEST_CASE("a limit of many whole records ends a tolerant change of even more")
{
    auto where = place<cairn::sqlite>{};
    auto const many = cairn::detail::largest_page_size + 1;
    {
        auto db = database{where.options()};
        db.write([&](auto& tx) {
            for (std::size_t i = 0; i != many + 2; ++i) {
                auto t = job("id" + std::to_string(i));
                t.created_at = cairn::timestamp{std::chrono::nanoseconds{i}};
                tx[tasks].insert(t);
            }
        });
    }
    change_by_sql(where.options().path, R"(UPDATE "task" SET "_body" = x'00' WHERE "id" = 'id7')");
    auto db = database{where.options()};
    auto reported = 0;
    auto const changed = db[tasks]
                             .by("queue"_by, task_status::pending)
                             .tolerate([&](cairn::corrupt_record const&) { ++reported; })
                             .limit(many)
                             .update([](task& t) { t.status = task_status::failed; });
    CHECK(changed.size() == many);
    CHECK(reported == 1);
    CHECK(db[tasks].get("id" + std::to_string(many)).status == task_status::failed);
    CHECK(db[tasks].get("id" + std::to_string(many + 1)).status == task_status::pending);
}

TEST_CASE("pages of a tolerant range go on behind what is damaged, whatever their size")
{
    auto where = place<cairn::sqlite>{};
    fill_and_damage(where.options());
    auto db = database{where.options()};
    for (auto const size : {1U, 2U, 3U, 9U}) {
        CAPTURE(size);
        auto reported = 0;
        auto const range = db[tasks].by("queue"_by).tolerate([&](cairn::corrupt_record const&) {
            ++reported;
        });
        auto seen = names{};
        auto token = std::string{};
        do {
            auto const page = range.page(size, token);
            for (auto const& t : page.records) seen.push_back(t.id);
            token = page.next;
        } while (!token.empty());
        CHECK(seen == names{"a", "c", "e"});
        CHECK(reported == 2);
    }
}

TEST_CASE("a damaged record can be erased, and then everything is whole")
{
    auto where = place<cairn::sqlite>{};
    fill_and_damage(where.options());
    auto db = database{where.options()};
    CHECK(db[tasks].erase("b"));
    CHECK(db[tasks].erase("d"));
    CHECK(ids_of(db[tasks].scan().to_vector()) == names{"a", "c", "e"});
    CHECK(db[tasks].by("queue"_by).count() == 3);
    CHECK(db[tasks].count() == 3);
}

TEST_CASE("a file that is moved away poisons the store; reads go on, and reopening heals")
{
    auto where = place<cairn::sqlite>{};
    {
        auto db = database{where.options()};
        db[entries].insert(number(1));
        CHECK(db[entries].contains(1));
        std::filesystem::rename(where.file(), where.file() + ".away");
        auto const first = error_of([&] { db[entries].insert(number(2)); });
        CHECK(first.code() == cairn::errc::io_failure);
        CHECK(first.outcome() == cairn::write_outcome::not_committed);
        auto const writes = std::vector<std::function<void()>>{
            [&] { db[entries].insert(number(3)); },
            [&] { db[entries].erase(1); },
            [&] { db.write([](auto& tx) { tx[entries].insert(number(4)); }); },
            [&] { db.write_async([](auto& tx) { tx[entries].insert(number(5)); }).get(); },
        };
        for (auto const& write : writes) {
            auto const later = error_of(write);
            CHECK(later.code() == cairn::errc::store_poisoned);
            CHECK(later.outcome() == cairn::write_outcome::not_committed);
            REQUIRE(later.notes().size() == 1);
            CHECK(later.notes()[0] == first.what());
        }
        CHECK(db[entries].contains(1));
    }
    std::filesystem::rename(where.file() + ".away", where.file());
    auto db = database{where.options()};
    CHECK(numbers_of(db[entries].scan().to_vector()) == std::vector{1});
    db[entries].insert(number(2));
}

TEST_CASE("a snapshot that is in the way for too long ends with snapshot_expired")
{
    auto where = place<cairn::sqlite>{};
    auto options = where.options();
    options.snapshot_age_limit = 0ms;
    options.checkpoint_pages = 4;
    options.commit.turn_timeout = 20s;
    auto db = database{options};
    db[entries].insert(number(0));
    auto const code = error_of([&] {
        db.read([&](auto& view) {
            CHECK(view[entries].count() == 1);
            std::thread{[&] {
                for (int i = 1; i != 40; ++i) db[entries].insert(number(i, std::string(2000, 'x')));
            }}.join();
            static_cast<void>(view[entries].get(0));
        });
    });
    CHECK(code.code() == cairn::errc::snapshot_expired);
    CHECK(db[entries].count() == 40);
    CHECK(db.read([](auto& view) { return view[entries].count(); }) == 40);
}

TEST_CASE("a store that is open for reading refuses every write as read_only")
{
    auto where = place<cairn::sqlite>{};
    database{where.options()}[entries].insert(number(1));
    auto options = where.options();
    options.read_only = true;
    auto db = database{options};
    auto const writes = std::vector<std::function<void()>>{
        [&] { db[entries].insert(number(2)); },
        [&] { db[entries].put(number(1)); },
        [&] { db[entries].erase(1); },
        [&] { db[entries].clear(); },
        [&] { db[entries].scan().erase(); },
        [&] { db.write([](auto&) {}); },
        [&] { db.write_async([](auto&) {}).get(); },
    };
    for (auto const& write : writes) {
        auto const e = error_of(write);
        CHECK(e.code() == cairn::errc::read_only);
        CHECK(e.outcome() == cairn::write_outcome::not_committed);
    }
    CHECK(db[entries].contains(1));
    CHECK(db[entries].count() == 1);
}

TEST_CASE("a record that its index has at a wrong place is never taken for one that was asked for")
{
    auto where = place<cairn::sqlite>{};
    {
        auto db = database{where.options()};
        for (int i = 0; i < 200; ++i) db[tasks].insert(job("t" + std::to_string(1000 + i), i * 10));
    }
    change_by_sql(
        where.options().path, R"(UPDATE "task" SET "created_at" = 495 WHERE "id" = 't1000')");
    auto db = database{where.options()};
    auto const at = [](std::int64_t n) { return cairn::timestamp{std::chrono::nanoseconds{n}}; };
    auto const bounded = [&] {
        return db[tasks].by("queue"_by, task_status::pending).from(at(490)).until(at(500));
    };
    auto const queue = [&] { return db[tasks].by("queue"_by, task_status::pending); };
    auto const calls = std::vector<std::function<void()>>{
        [&] { static_cast<void>(bounded().to_vector()); },
        [&] { static_cast<void>(bounded().reversed().first()); },
        [&] { static_cast<void>(bounded().limit(5).update([](task&) {})); },
        [&] { static_cast<void>(bounded().update([](task&) {})); },
        [&] {
            for (auto const& t : bounded()) static_cast<void>(t);
        },
        [&] { // pages that would go round in a circle
            auto page = queue().page(50);
            for (int i = 0; i < 20 && !page.next.empty(); ++i) page = queue().page(50, page.next);
        },
    };
    for (auto const& call : calls) {
        auto const e = error_of(call);
        auto const named = e.code() == cairn::errc::corrupt_record && e.key() == "task:t1000";
        CHECK((named || e.code() == cairn::errc::corrupt_store));
    }
    auto reported = names{};
    auto const rest = bounded()
                          .tolerate(
                              [&](cairn::corrupt_record const& e) { reported.push_back(e.key()); })
                          .to_vector();
    CHECK(rest.size() == 1); // t1049
    CHECK(reported == names{"task:t1000"});
}

TEST_CASE("a damaged record whose place in the order cannot be told is reported and passed by")
{
    auto where = place<cairn::sqlite>{};
    {
        auto db = database{where.options()};
        for (auto const* name : {"a", "b", "c", "d"}) db[accounts].insert(person(name));
    }
    change_by_sql(
        where.options().path,
        R"(UPDATE "account" SET "age" = 5000000000, "_body" = x'00' WHERE "name" = 'b')");
    auto db = database{where.options()};
    auto reported = names{};
    auto const report = [&](cairn::corrupt_record const& e) { reported.push_back(e.key()); };
    CHECK(db[accounts].by("age"_by).tolerate(report).to_vector().size() == 3);
    CHECK(reported == names{"account:b"});
}

namespace {

/// A file with six readings in the order of their deadlines, of which the last is whole, and what
/// each of the others is says a digit of `pattern` to the base 3: whole; with a damaged body; with
/// one, and a value in its index that no reading can have, so that its place cannot be told.
struct patterned {
    patterned(cairn::sqlite_options const& options, unsigned pattern)
    {
        auto changes = std::string{};
        auto db = database{options};
        for (auto i = 0; i != 6; ++i, pattern /= 3) {
            auto const name = std::string(1, static_cast<char>('a' + i));
            auto const kind = i == 5 ? 0 : pattern % 3;
            db[readings].insert(
                {.sensor = name, .deadline = cairn::timestamp{std::chrono::nanoseconds{i}}});
            (kind == 0 ? whole : damaged).push_back(kind == 0 ? name : "reading/" + name);
            if (kind == 0) continue;
            changes += R"(UPDATE "reading" SET "_body" = x'00')";
            if (kind == 2) changes += R"(, "level" = 99999)";
            changes += R"( WHERE "sensor" = ')" + name + "';";
        }
        db.close();
        change_by_sql(options.path, changes);
    }

    names whole{};
    names damaged{};
};

} // namespace

TEST_CASE("a tolerant walk goes on behind damaged records without a place, wherever they stand")
{
    for (auto pattern = 0U; pattern < 243; pattern += 2) { // 242: not one of five has a place
        CAPTURE(pattern);
        auto where = place<cairn::sqlite>{};
        auto const stored = patterned{where.options(), pattern};
        auto db = database{where.options()};
        for (std::size_t size = 1; size != 7; ++size) {
            CAPTURE(size);
            auto reported = std::set<std::string>{};
            auto of_one_page = std::multiset<std::string>{};
            auto seen = names{};
            auto const range =
                db[readings].by("deadline"_by).tolerate([&](cairn::corrupt_record const& e) {
                    of_one_page.insert(e.key());
                });
            auto token = std::string{};
            do {
                of_one_page.clear();
                auto const page = range.page(size, token);
                CHECK(page.records.size() <= size);
                for (auto const& r : page.records) seen.push_back(r.sensor);
                token = page.next;
                auto const told = std::set<std::string>{of_one_page.begin(), of_one_page.end()};
                CHECK(told.size() == of_one_page.size());
                reported.insert(told.begin(), told.end());
            } while (!token.empty());
            CHECK(seen == stored.whole);
            CHECK(names{reported.begin(), reported.end()} == stored.damaged);
            auto const some = range.limit(size).to_vector();
            CHECK(some.size() == std::min(size, stored.whole.size()));
        }
    }
}

TEST_CASE("a loop whose next page fails is at its end, and can begin again")
{
    auto where = place<cairn::sqlite>{};
    {
        auto db = database{where.options()};
        db.write([](auto& tx) {
            for (int i = 0; i != 400; ++i) tx[entries].insert(number(i));
        });
    }
    change_by_sql(
        where.options().path, R"(UPDATE "entry" SET "_body" = x'00' WHERE "number" = 140)");
    auto db = database{where.options()};
    auto range = db[entries].scan();
    auto seen = std::vector<std::int32_t>{};
    auto it = range.begin();
    auto errors = 0;
    while (it != range.end() && errors != 3) {
        seen.push_back(it->number);
        try {
            ++it;
        } catch (cairn::corrupt_record const&) {
            ++errors;
        }
    }
    CHECK(errors == 1);
    CHECK(seen.size() == 64); // the first page: the record stands in the second
    CHECK(seen.back() == 63);
    db[entries].erase(140);
    auto rest = 0;
    for (auto const& e : range) rest += e.number >= 0 ? 1 : 0;
    CHECK(rest == 399);
}

TEST_CASE("a record without the value that a bound asks for is never changed")
{
    auto where = place<cairn::sqlite>{};
    auto const at = [](std::int64_t n) { return cairn::timestamp{std::chrono::nanoseconds{n}}; };
    {
        auto db = database{where.options()};
        db[readings].insert({.sensor = "a", .deadline = at(5)});
        db[readings].insert({.sensor = "b"});
    }
    change_by_sql(
        where.options().path, R"(UPDATE "reading" SET "deadline" = 6 WHERE "sensor" = 'b')");
    auto db = database{where.options()};
    auto const change = [](reading& r) { r.valid = true; };
    auto const many = [&] { db[readings].by("deadline"_by).before(at(9)).update(change); };
    auto const few = [&] { db[readings].by("deadline"_by).before(at(9)).limit(9).update(change); };
    for (auto const& e : {error_of(many), error_of(few)}) {
        auto const named = e.code() == cairn::errc::corrupt_record && e.key() == "reading/b";
        CHECK((named || e.code() == cairn::errc::corrupt_store));
    }
    CHECK_FALSE(db[readings].get("a").valid);
    CHECK_FALSE(db[readings].get("b").valid);
}
