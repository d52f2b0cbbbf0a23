// SPDX-License-Identifier: BSL-1.0
// A small program on an SQLite store whose system calls system_calls.py lets fail. It says what it
// was told of every operation; with `look` it says instead what is stored.

#include "../support/models.hpp"

#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <cstdio>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace cairn::literals;
using test::account;
using test::accounts;
using test::entries;
using test::entry;

namespace {

struct app : cairn::schema<entry, account> {};
using database = cairn::store<app, cairn::sqlite>;

cairn::sqlite_options options_for(char const* path)
{
    using namespace std::chrono_literals;
    return {
        .path = path,
        .busy_timeout = 50ms,
        .checkpoint_pages = 4}; // so that a checkpoint comes in between
}

entry small(std::int32_t n)
{
    return {.number = n, .text = "entry " + std::to_string(n), .weight = n};
}

entry large(std::int32_t n)
{
    return {.number = n, .text = std::string(30'000, 'x'), .weight = n};
}

account person(std::string const& name)
{
    return {.name = name, .email = name + "@example.org", .age = 30};
}

struct step {
    char const* name;
    std::function<void(database&)> what;
    std::vector<int> stores; ///< numbers that are there for certain when it has returned
    std::vector<int> erases;
};

std::vector<step> steps()
{
    return {
        {"insert", [](auto& db) { db[entries].insert(small(1)); }, {1}, {}},
        {"transaction",
         [](auto& db) {
             db.write([](auto& tx) {
                 tx[entries].insert(small(10));
                 tx[entries].insert(small(11));
                 tx[accounts].insert(person("ada"));
             });
         },
         {10, 11},
         {}},
        {"asynchronous",
         [](auto& db) { db.write_async([](auto& tx) { tx[entries].put(small(20)); }).get(); },
         {20},
         {}},
        {"large", [](auto& db) { db[entries].put(large(30)); }, {30}, {}},
        {"attempt",
         [](auto& db) {
             db.write([](auto& tx) {
                 tx[entries].put(small(40));
                 try {
                     tx.attempt([&] {
                         tx[entries].put(small(41));
                         throw 41;
                     });
                 } catch (int) {
                 }
             });
         },
         {40},
         {}},
        {"erase", [](auto& db) { db[entries].erase(10); }, {}, {10}},
        {"last", [](auto& db) { db[entries].put(large(50)); }, {50}, {}},
    };
}

void say(char const* name, cairn::error const& e)
{
    auto const known = e.outcome() == cairn::write_outcome::not_committed;
    std::printf(
        "%s: %s %s native %d: %s\n", name, std::string{cairn::to_string(e.code())}.c_str(),
        known ? "not_committed" : "unknown", e.native_code(), e.message().c_str());
}

/// What was acknowledged must not look absent, whatever the system does; it may be an error.
void look_for(database& db, std::set<int> const& stored, std::set<int> const& gone)
{
    try {
        for (auto const n : stored)
            if (!db[entries].find(n)) std::printf("LOST %d\n", n);
        for (auto const n : gone)
            if (db[entries].contains(n)) std::printf("RETURNED %d\n", n);
    } catch (cairn::error const& e) {
        say("look", e);
    }
}

void run_steps(database& db)
{
    auto stored = std::set<int>{};
    auto gone = std::set<int>{};
    for (auto const& [name, what, stores, erases] : steps()) {
        try {
            what(db);
            for (auto const n : stores) stored.insert(n);
            for (auto const n : erases) stored.erase(n);
            for (auto const n : erases) gone.insert(n);
            std::printf("%s: ok\n", name);
        } catch (cairn::error const& e) {
            if (e.outcome() == cairn::write_outcome::unknown)
                for (auto const n : erases) stored.erase(n);
            say(name, e);
        }
        std::fflush(stdout);
        look_for(db, stored, gone);
    }
}

int work(char const* path)
{
    auto db = std::optional<database>{};
    try {
        db.emplace(options_for(path));
        std::printf("open: ok\n");
    } catch (cairn::error const& e) {
        say("open", e);
        return 0;
    }
    run_steps(*db);
    try {
        db->close();
        std::printf("close: ok\n");
    } catch (cairn::error const& e) {
        say("close", e);
    }
    return 0;
}

/// Prints the numbers by each way that leads to them.
int look(char const* path)
{
    auto db = database{options_for(path)};
    for (auto const& e : db[entries].scan()) std::printf("entry %d\n", e.number);
    for (auto const& e : db[entries].by("weight"_by)) std::printf("indexed %d\n", e.number);
    std::printf("count %d\n", static_cast<int>(db[entries].count()));
    std::printf("accounts %d\n", static_cast<int>(db[accounts].count()));
    db[entries].put(small(99)); // and it takes more
    db.close();
    return 0;
}

} // namespace

int main(int count, char** words)
{
    try {
        if (count == 3 && words[1] == std::string{"work"}) return work(words[2]);
        if (count == 3 && words[1] == std::string{"look"}) return look(words[2]);
    } catch (std::exception const& e) {
        std::printf("THREW %s\n", e.what());
        return 1;
    }
    std::fputs("usage: fault-victim work|look PATH\n", stderr);
    return 2;
}
