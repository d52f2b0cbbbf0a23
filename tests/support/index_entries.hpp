// SPDX-License-Identifier: BSL-1.0
// The entries of an index in a database file, changed without the rows that they name.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string>

namespace test {

/// Runs `change`, one SQL statement, on a table `entries` that shares the tree of `index`: it has
/// the columns of the index, which are `columns`, and `row`, the number of the row.
inline void change_entries(
    std::string const& file, std::string const& index, std::string const& columns,
    std::string const& change)
{
    auto* db = static_cast<sqlite3*>(nullptr);
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    auto const run = [&](std::string const& sql) {
        CAPTURE(sql);
        CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    };
    auto const all = columns + ", row";
    run("PRAGMA writable_schema = ON");
    run("INSERT INTO sqlite_schema SELECT 'table', 'entries', 'entries', rootpage, "
        "'CREATE TABLE entries("
        + all + ", PRIMARY KEY(" + all + ")) WITHOUT ROWID' FROM sqlite_schema WHERE name = '"
        + index + "'");
    run("PRAGMA writable_schema = RESET");
    run(change);
    CHECK(sqlite3_changes(db) > 0);
    run("PRAGMA writable_schema = ON");
    run("DELETE FROM sqlite_schema WHERE name = 'entries'");
    sqlite3_close(db);
}

} // namespace test
