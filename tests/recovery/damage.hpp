// SPDX-License-Identifier: BSL-1.0
// Damage to what a store has written: behind its back, by SQL, and through its own front door.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <vector>

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

/// Flips bits of one row's body, one at a time, in a file that a store has open for reading.
class raw_flips {
public:
    explicit raw_flips(std::string const& file)
    {
        REQUIRE(sqlite3_open(file.c_str(), &on_) == SQLITE_OK);
        sqlite3_exec(on_, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
    }
    raw_flips(raw_flips const&) = delete;
    raw_flips& operator=(raw_flips const&) = delete;
    ~raw_flips() { sqlite3_close(on_); }

    /// Takes the body of checkpoint `number` in `table`; how many bits it has.
    std::size_t begin(std::string const& table, int number)
    {
        table_ = table;
        number_ = number;
        sqlite3_stmt* found = nullptr;
        auto const text = "SELECT _body FROM \"" + table
            + "\" WHERE number = " + std::to_string(number);
        REQUIRE(sqlite3_prepare_v2(on_, text.c_str(), -1, &found, nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_step(found) == SQLITE_ROW);
        auto const* bytes = static_cast<unsigned char const*>(sqlite3_column_blob(found, 0));
        good_.assign(bytes, bytes + sqlite3_column_bytes(found, 0));
        sqlite3_finalize(found);
        return good_.size() * 8;
    }

    void flip(std::size_t bit)
    {
        auto bad = good_;
        bad[bit / 8] = static_cast<unsigned char>(bad[bit / 8] ^ 1U << bit % 8);
        write(bad);
    }

    void restore() { write(good_); }

private:
    void write(std::vector<unsigned char> const& body)
    {
        sqlite3_stmt* change = nullptr;
        auto const text = "UPDATE \"" + table_
            + "\" SET _body = ? WHERE number = " + std::to_string(number_);
        REQUIRE(sqlite3_prepare_v2(on_, text.c_str(), -1, &change, nullptr) == SQLITE_OK);
        sqlite3_bind_blob(change, 1, body.data(), static_cast<int>(body.size()), SQLITE_TRANSIENT);
        REQUIRE(sqlite3_step(change) == SQLITE_DONE);
        sqlite3_finalize(change);
    }

    sqlite3* on_ = nullptr;
    std::string table_{};
    int number_ = 0;
    std::vector<unsigned char> good_{};
};

} // namespace test
