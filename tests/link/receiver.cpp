// SPDX-License-Identifier: BSL-1.0
// Two translation units that include everything link, and mean the same types by the same names.
#include "shared.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <unistd.h>

namespace {

struct scratch_file {
    std::filesystem::path folder = std::filesystem::temp_directory_path()
        / ("cairn-link-" + std::to_string(::getpid()));

    scratch_file() { std::filesystem::create_directories(folder); }
    ~scratch_file() { std::filesystem::remove_all(folder); }

    scratch_file(scratch_file const&) = delete;
    scratch_file& operator=(scratch_file const&) = delete;

    std::string path() const { return (folder / "link.db").string(); }
};

template <class Store>
std::string codes_in_order(Store& db)
{
    using namespace cairn::literals;
    std::string codes;
    for (parcel const& each : db[parcels].by("bound_for"_by, "Oslo")) codes += each.code;
    return codes;
}

} // namespace

TEST_CASE("what one translation unit stores in memory, another reads")
{
    auto db = memory_store{};
    send(db, {.code = "b", .city = "Oslo", .weight = 2});
    send(db, {.code = "a", .city = "Oslo", .weight = 1});
    CHECK(codes_in_order(db) == "ab");
}

TEST_CASE("what one translation unit stores in SQLite, another reads")
{
    auto const file = scratch_file{};
    auto db = sqlite_store{file.path()};
    send(db, {.code = "b", .city = "Oslo", .weight = 2});
    send(db, {.code = "a", .city = "Oslo", .weight = 1});
    CHECK(codes_in_order(db) == "ab");
}

TEST_CASE("what one translation unit writes as JSON, another reads back")
{
    auto const text = as_json({.code = "c", .city = "Rome", .weight = 3});
    auto const back = cairn::from_json<parcel>(text);
    CHECK(back.code == "c");
    CHECK(back.weight == 3);
}

TEST_CASE("the SQLite that runs is the one that was compiled against")
{
    MESSAGE("runs on SQLite ", std::string{sqlite3_libversion()});
    CHECK(sqlite3_libversion_number() == SQLITE_VERSION_NUMBER);
}
