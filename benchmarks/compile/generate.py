#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes the programs whose compilation is measured.

Each program has N models of eight fields and does, for every model, the same job: insert a record,
get it by its key, and list those of one status in the order of their creation.

    by_hand_N.cpp   the sqlite3 API, as a careful person writes it for such a job
    ours_N.cpp      the library
    describe_N.cpp  the library's descriptions alone, nothing stored
    headers_N.cpp   the structs with the standard headers they need: what everybody pays

    usage: generate.py FOLDER N...
"""

import pathlib
import sys

FIELDS = [
    ("number", "std::int64_t"),
    ("state", "int"),
    ("created", "std::int64_t"),
    ("changed", "std::int64_t"),
    ("name", "std::string"),
    ("data", "std::string"),
    ("weight", "double"),
    ("owner", "std::optional<std::string>"),
]
NAMES = [name for name, _ in FIELDS]
RECORD = '{1, 0, 2, 3, "name", "data", 1.5, std::nullopt}'

STANDARD = """#include <cstdint>
#include <optional>
#include <string>
#include <vector>
"""


def structs(count):
    members = "".join(f"    {kind} {name};\n" for name, kind in FIELDS)
    return "".join(f"struct job{i} {{\n{members}}};\n" for i in range(count))


def main_of(count, before, call, after):
    calls = "".join(f"    done += use{i}({call});\n" for i in range(count))
    return (
        f"int main()\n{{\n    int done = 0;\n{before}{calls}{after}"
        f"    return done == {count} ? 0 : 1;\n}}\n"
    )


def headers(count):
    return STANDARD + structs(count) + "int main() { return 0; }\n"


def by_hand_model(i):
    places = ", ".join("?" for _ in FIELDS)
    return f"""
static void bind{i}(sqlite3_stmt* s, job{i} const& r)
{{
    sqlite3_bind_int64(s, 1, r.number);
    sqlite3_bind_int(s, 2, r.state);
    sqlite3_bind_int64(s, 3, r.created);
    sqlite3_bind_int64(s, 4, r.changed);
    sqlite3_bind_text(s, 5, r.name.data(), static_cast<int>(r.name.size()), SQLITE_TRANSIENT);
    sqlite3_bind_blob(s, 6, r.data.data(), static_cast<int>(r.data.size()), SQLITE_TRANSIENT);
    sqlite3_bind_double(s, 7, r.weight);
    if (r.owner)
        sqlite3_bind_text(
            s, 8, r.owner->data(), static_cast<int>(r.owner->size()), SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(s, 8);
}}

static std::string text{i}(sqlite3_stmt* s, int at)
{{
    auto const* begin = reinterpret_cast<char const*>(sqlite3_column_text(s, at));
    return std::string(begin, static_cast<std::size_t>(sqlite3_column_bytes(s, at)));
}}

static job{i} read{i}(sqlite3_stmt* s)
{{
    job{i} r;
    r.number = sqlite3_column_int64(s, 0);
    r.state = sqlite3_column_int(s, 1);
    r.created = sqlite3_column_int64(s, 2);
    r.changed = sqlite3_column_int64(s, 3);
    r.name = text{i}(s, 4);
    r.data = text{i}(s, 5);
    r.weight = sqlite3_column_double(s, 6);
    if (sqlite3_column_type(s, 7) != SQLITE_NULL) r.owner = text{i}(s, 7);
    return r;
}}

int use{i}(sqlite3* db)
{{
    sqlite3_exec(
        db,
        "CREATE TABLE IF NOT EXISTS job{i}(number INTEGER PRIMARY KEY, state INTEGER,"
        " created INTEGER, changed INTEGER, name TEXT, data BLOB, weight REAL, owner TEXT);"
        "CREATE INDEX IF NOT EXISTS job{i}_queue ON job{i}(state, created)",
        nullptr, nullptr, nullptr);
    sqlite3_stmt* s = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO job{i} VALUES({places})", -1, &s, nullptr);
    bind{i}(s, job{i}{RECORD});
    sqlite3_step(s);
    sqlite3_finalize(s);
    sqlite3_prepare_v2(db, "SELECT * FROM job{i} WHERE number=?", -1, &s, nullptr);
    sqlite3_bind_int64(s, 1, 1);
    job{i} found{{}};
    if (sqlite3_step(s) == SQLITE_ROW) found = read{i}(s);
    sqlite3_finalize(s);
    std::vector<job{i}> waiting;
    sqlite3_prepare_v2(
        db, "SELECT * FROM job{i} WHERE state=? ORDER BY created", -1, &s, nullptr);
    sqlite3_bind_int(s, 1, 0);
    while (sqlite3_step(s) == SQLITE_ROW) waiting.push_back(read{i}(s));
    sqlite3_finalize(s);
    return static_cast<int>(waiting.size()) + found.state;
}}
"""


def by_hand(count):
    return (
        STANDARD
        + "#include <sqlite3.h>\n"
        + structs(count)
        + "".join(by_hand_model(i) for i in range(count))
        + main_of(
            count,
            '    sqlite3* db = nullptr;\n    sqlite3_open(":memory:", &db);\n',
            "db",
            "    sqlite3_close(db);\n",
        )
    )


def descriptions(count):
    members = ", ".join(NAMES)
    return "".join(
        f"""
BOOST_HANA_ADAPT_STRUCT(job{i}, {members});
template <>
inline constexpr auto cairn::descriptor<job{i}> = cairn::entity<"job{i}">(
    cairn::version<1>, cairn::key<"job{i}:{{number}}">, cairn::index<"queue", "state", "created">);
"""
        for i in range(count)
    )


def describe(count):
    return (
        STANDARD
        + "#include <cairn/describe/elements.hpp>\n#include <cairn/describe/reflect.hpp>\n"
        + structs(count)
        + descriptions(count)
        + "int main() { return 0; }\n"
    )


def ours(count):
    models = ", ".join(f"job{i}" for i in range(count))
    uses = "".join(
        f"""
int use{i}(database& db)
{{
    using namespace cairn::literals;
    auto table = db[cairn::table<job{i}>];
    table.insert(job{i}{RECORD});
    job{i} const found = table.get(1);
    std::vector<job{i}> waiting;
    for (auto const& r : table.by("queue"_by, 0)) waiting.push_back(r);
    return static_cast<int>(waiting.size()) + found.state;
}}
"""
        for i in range(count)
    )
    return (
        STANDARD
        + "#include <cairn/cairn.hpp>\n#include <cairn/sqlite.hpp>\n#include <cstdio>\n"
        + structs(count)
        + descriptions(count)
        + f"struct app : cairn::schema<{models}> {{}};\n"
        + "using database = cairn::store<app, cairn::sqlite>;\n"
        + uses
        + main_of(
            count,
            '    std::remove("ours.db"), std::remove("ours.db-wal"), std::remove("ours.db-shm");\n'
            '    database db{"ours.db"};\n',
            "db",
            "",
        )
    )


PROGRAMS = {"headers": headers, "by_hand": by_hand, "describe": describe, "ours": ours}


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for count in map(int, arguments[1:]):
        for name, program in PROGRAMS.items():
            (folder / f"{name}_{count}.cpp").write_text(program(count))


if __name__ == "__main__":
    main(sys.argv[1:])
