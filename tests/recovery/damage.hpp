// SPDX-License-Identifier: BSL-1.0
// Damage to what a store has written: behind its back, by SQL, and through its own front door.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string>

namespace test {

/// Runs SQL on the file of a store that is closed.
inline void damage(std::string const& file, std::string const& sql)
{
    sqlite3* on = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &on) == SQLITE_OK);
    char* said = nullptr;
    auto const code = sqlite3_exec(on, sql.c_str(), nullptr, nullptr, &said);
    INFO(sql << ": " << (said == nullptr ? "" : said));
    CHECK(code == SQLITE_OK);
    sqlite3_free(said);
    sqlite3_close(on);
}

} // namespace test
