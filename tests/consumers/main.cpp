// SPDX-License-Identifier: BSL-1.0
// A program of somebody else's: what every way of consuming the library must be able to build.
#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>
#include <cairn/sqlite.hpp>

#include <sqlite3.h>

#include <cstdio>
#include <string>
#include <vector>

struct note {
    std::string id;
    std::string folder;
    std::int64_t length = 0;
};
BOOST_HANA_ADAPT_STRUCT(note, id, folder, length);

template <>
inline constexpr auto cairn::descriptor<note> = cairn::entity<"note">(
    cairn::version<1>, cairn::key<"note:{id}">, cairn::index<"shelf", "folder", "length">);

struct library : cairn::schema<note> {};
inline constexpr auto notes = cairn::table<note>;

template <class Store>
bool holds_its_notes(Store& db)
{
    using namespace cairn::literals;
    db[notes].insert({.id = "b", .folder = "inbox", .length = 7});
    db[notes].insert({.id = "a", .folder = "inbox", .length = 3});
    std::string order;
    for (note const& n : db[notes].by("shelf"_by, "inbox")) order += n.id;
    return order == "ab";
}

int main(int argc, char** argv)
{
    if (argc != 2) return std::fprintf(stderr, "usage: consumer FILE\n"), 2;
    auto memory = cairn::store<library, cairn::memory>{};
    auto sqlite = cairn::store<library, cairn::sqlite>{argv[1]};
    bool const good = holds_its_notes(memory) && holds_its_notes(sqlite);
    std::printf(
        "cairn %s, compiled for SQLite %s, runs on SQLite %s\n", CAIRN_VERSION, SQLITE_VERSION,
        sqlite3_libversion());
    return good ? 0 : 1;
}
