// SPDX-License-Identifier: BSL-1.0
// What a connection may do and how large its work may grow: asked of SQLite itself, after it has
// loaded a schema, which sets some settings back, and once more after it had to load it again.
#include "store_file.hpp"

using namespace test;

namespace {

int switch_of(cairn::detail::sql::connection& on, int which)
{
    auto value = -1;
    CHECK(sqlite3_db_config(on.handle(), which, -1, &value) == SQLITE_OK);
    return value;
}

int limit_of(cairn::detail::sql::connection& on, int which)
{
    return sqlite3_limit(on.handle(), which, -1);
}

void check_restrictions(cairn::detail::sql::connection& on)
{
    CHECK(switch_of(on, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE) == 1);
    CHECK(switch_of(on, SQLITE_DBCONFIG_DEFENSIVE) == 1);
    CHECK(switch_of(on, SQLITE_DBCONFIG_ENABLE_TRIGGER) == 0);
    CHECK(switch_of(on, SQLITE_DBCONFIG_ENABLE_VIEW) == 0);
    CHECK(switch_of(on, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION) == 0);
    CHECK(switch_of(on, SQLITE_DBCONFIG_DQS_DML) == 0);
    CHECK(switch_of(on, SQLITE_DBCONFIG_DQS_DDL) == 0);
    CHECK(switch_of(on, SQLITE_DBCONFIG_TRUSTED_SCHEMA) == 0);
    CHECK(limit_of(on, SQLITE_LIMIT_LENGTH) == 33 << 20);
    CHECK(limit_of(on, SQLITE_LIMIT_SQL_LENGTH) == 64 << 10);
    CHECK(limit_of(on, SQLITE_LIMIT_ATTACHED) == 0);
    CHECK(limit_of(on, SQLITE_LIMIT_WORKER_THREADS) == 0);
}

void check_pragmas(cairn::detail::sql::connection& on, bool writes)
{
    auto const ask = [&](std::string const& pragma) {
        return cairn::detail::sql::ask_pragma(on, "PRAGMA " + pragma);
    };
    CHECK(ask("cache_size") == "-65536");
    CHECK(ask("temp_store") == "2");
    CHECK(ask("foreign_keys") == "0");
    CHECK(ask("wal_autocheckpoint") == "0");
    CHECK(ask("query_only") == (writes ? "0" : "1"));
    CHECK(ask("mmap_size") == (writes ? "0" : "1073741824"));
    CHECK(ask("cell_size_check") == (writes ? "1" : "0"));
    if (!writes) return;
    CHECK(ask("synchronous") == "2");
    CHECK(ask("secure_delete") == "2");
    CHECK(ask("journal_size_limit") == "67108864");
    CHECK(ask("cache_spill") == "0");
}

/// Uses both kinds of connection, then looks at their settings.
void check_both(open_notes& db, std::string_view id)
{
    CHECK(db.insert({.id = std::string{id}}));
    auto lease = db.database.read();
    cairn::cell const key[] = {cairn::cell::of(id)};
    CHECK(db.notes.find(lease.session(), key));
    check_restrictions(*db.database.writing_connection());
    check_restrictions(lease.session().reading());
    check_pragmas(*db.database.writing_connection(), true);
    check_pragmas(lease.session().reading(), false);
}

} // namespace

TEST_CASE("what a connection may do is restricted, also after the schema was loaded, or again")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    auto db = open_notes{path};
    check_both(db, "first");
    sql(path, "CREATE TABLE \"of another program\" (x)");
    check_both(db, "behind a change of the schema");
    auto const tables = [](cairn::detail::sql::connection& on) {
        auto const text = "SELECT count(*) FROM sqlite_schema WHERE name = 'of another program'";
        auto const prepared = on.prepare(text);
        auto run = cairn::detail::sql::execution{on, prepared.get()};
        return run.row() ? run.integer(0) : 0;
    };
    auto lease = db.database.read();
    CHECK(tables(*db.database.writing_connection()) == 1); // so it has been loaded again
    CHECK(tables(lease.session().reading()) == 1);
}
