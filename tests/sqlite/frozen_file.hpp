// SPDX-License-Identifier: BSL-1.0
// The models and records of the file in tests/golden, and a store's file as text. Nothing here may
// change: the file was written once.
#pragma once

#include "../support/temporary_folder.hpp"

#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace frozen {

enum class state : std::uint8_t { waiting, done };

/// A text key, an index over an enum and a time.
struct job {
    std::string id;
    state status = state::waiting;
    cairn::timestamp created_at{};
    std::vector<std::byte> payload{};

    bool operator==(job const&) const = default;
};

/// Every other kind of column: a key of two, one beyond the signed numbers, values that may be
/// missing, a unique.
struct sample {
    std::uint64_t round = 0;
    std::array<std::byte, 4> digest{};
    std::optional<std::string> label{};
    double weight = 0;
    std::optional<std::int16_t> level{};
    bool valid = false;
    std::vector<std::string> words{};

    bool operator==(sample const&) const = default;
};

/// One signed integer as the key.
struct event {
    std::int64_t number = 0;
    std::string text{};

    bool operator==(event const&) const = default;
};

/// A singleton.
struct setting {
    std::uint32_t height = 0;

    bool operator==(setting const&) const = default;
};

} // namespace frozen

BOOST_HANA_ADAPT_STRUCT(frozen::job, id, status, created_at, payload);
BOOST_HANA_ADAPT_STRUCT(frozen::sample, round, digest, label, weight, level, valid, words);
BOOST_HANA_ADAPT_STRUCT(frozen::event, number, text);
BOOST_HANA_ADAPT_STRUCT(frozen::setting, height);

template <>
inline constexpr auto cairn::enum_names<frozen::state> = cairn::names<frozen::state>(
    {{frozen::state::waiting, "waiting"}, {frozen::state::done, "done"}});

template <>
inline constexpr auto cairn::descriptor<frozen::job> = cairn::entity<"job">(
    cairn::version<1>, cairn::key<"job:{id}">, cairn::index<"queue", "status", "created_at">);

template <>
inline constexpr auto cairn::descriptor<frozen::sample> = cairn::entity<"sample">(
    cairn::version<7>, cairn::key<"sample/{round}/{digest}">, cairn::unique<"label", "label">,
    cairn::index<"level", "level", "weight">, cairn::column<"valid">);

template <>
inline constexpr auto cairn::descriptor<frozen::event> =
    cairn::entity<"event">(cairn::version<1>, cairn::key<"event:{number}">);

template <>
inline constexpr auto cairn::descriptor<frozen::setting> =
    cairn::entity<"setting">(cairn::version<2>, cairn::key<"setting">);

namespace frozen {

struct models : cairn::schema<job, sample, event, setting> {};

inline constexpr auto jobs = cairn::table<job>;
inline constexpr auto samples = cairn::table<sample>;
inline constexpr auto events = cairn::table<event>;
inline constexpr auto settings = cairn::table<setting>;

using store = cairn::store<models, cairn::sqlite>;

inline job job_of(char letter, state status, std::int64_t at)
{
    return {
        std::string{"job "} + letter,
        status,
        cairn::timestamp{std::chrono::nanoseconds{at}},
        {std::byte{0xca}, std::byte{0}}};
}

inline std::vector<job> all_jobs()
{
    return {
        job_of('a', state::waiting, 1'795'187'004'123'456'789), job_of('b', state::done, -1),
        job_of('c', state::waiting, 5)};
}

inline std::vector<sample> all_samples()
{
    constexpr auto beyond_signed = ~std::uint64_t{0} - 1;
    return {
        {7,
         {std::byte{0xde}, std::byte{0xad}},
         std::string{"a\0b", 3},
         -1.5,
         std::int16_t{-300},
         true,
         {"x"}},
        {beyond_signed, {}, {}, -0.0, {}, false, {}}};
}

inline std::vector<event> all_events()
{
    return {{-4, "before"}, {9, ""}};
}

/// Four commits, one of which takes a job away: its number is not given again.
inline void write_all(store& db)
{
    for (auto const& one : all_events()) db[events].insert(one);
    db.write([](auto& tx) {
        for (auto const& one : all_jobs()) tx[jobs].insert(one);
        for (auto const& one : all_samples()) tx[samples].insert(one);
        tx[settings].insert({.height = 77});
        tx[jobs].insert(job_of('d', state::waiting, 6));
    });
    db[jobs].erase("job d");
}

inline std::string text_of(std::string const& file)
{
    auto in = std::ifstream{file, std::ios::binary};
    REQUIRE_MESSAGE(in.good(), "run from the folder tests: no " << file);
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The rows of a question, every value as SQLite would write it in SQL.
inline std::string rows_of(sqlite3* db, std::string const& question)
{
    auto out = "-- " + question + "\n";
    auto const add = [](void* to, int count, char** values, char**) {
        auto& text = *static_cast<std::string*>(to);
        for (int i = 0; i < count; ++i) text.append(i == 0 ? "" : "|").append(values[i]);
        text.append("\n");
        return 0;
    };
    REQUIRE_MESSAGE(
        sqlite3_exec(db, question.c_str(), add, &out, nullptr) == SQLITE_OK, sqlite3_errmsg(db));
    return out;
}

/// Everything in a store's file that is this library's to decide.
inline std::string dump(std::string const& path)
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    auto out = std::string{};
    for (auto const* question : {
             "PRAGMA application_id",
             "PRAGMA user_version",
             "PRAGMA page_size",
             "PRAGMA encoding",
             "PRAGMA auto_vacuum",
             "PRAGMA journal_mode",
             "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema",
             "SELECT quote(slot), quote(name), quote(version), quote(record_fingerprint),"
             " quote(table_fingerprint) FROM \"cairn.model\"",
             "SELECT name, record FROM \"cairn.model\"",
             "SELECT name, layout FROM \"cairn.model\"",
             "SELECT name, description FROM \"cairn.model\"",
             "SELECT id, commit_sequence, catalog, clean, quote(tallies) FROM \"cairn.state\"",
             "SELECT quote(_seq), quote(id), quote(status), quote(created_at), quote(_body)"
             " FROM job",
             "SELECT quote(_seq), quote(round), quote(digest), hex(label), quote(weight),"
             " quote(level), quote(valid), quote(_body) FROM sample",
             "SELECT quote(number), quote(_body) FROM event",
             "SELECT quote(_seq), quote(_only), quote(_body) FROM setting",
         })
        out += rows_of(db, question);
    sqlite3_close(db);
    return out;
}

} // namespace frozen
