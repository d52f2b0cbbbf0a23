// SPDX-License-Identifier: BSL-1.0
// The durable floor: a task store written by hand on sqlite3_*, with nothing between call and
// engine.
//
// Layout: a rowid table with the key as a unique index, the indexed fields as columns and the whole
// record in one blob. It was the fastest of those measured (see spikes/body_layout.cpp).
#pragma once

#include "codec.hpp"
#include "statement.hpp"

#include <span>
#include <string>
#include <vector>

namespace bench::floor {

/// The connection of one reading thread.
class sqlite_reader {
public:
    explicit sqlite_reader(std::string const& path) : db_{open_reader(path)} {}

    task get(std::string const& id)
    {
        auto t = task{};
        read_into(id, t);
        return t;
    }

    /// `fn(record)` on a record that is decoded into the same place every time.
    template <class Function>
    auto visit(std::string const& id, Function&& fn)
    {
        read_into(id, visited_);
        return fn(static_cast<task const&>(visited_));
    }

    /// Runs `fn(get)` inside one read transaction.
    template <class Function>
    void in_read(Function&& fn)
    {
        run(db_.get(), begin_.get());
        fn([this](std::string const& id) { return get(id); });
        run(db_.get(), commit_.get());
    }

    std::vector<task> list_pending(std::size_t limit)
    {
        auto found = std::vector<task>{};
        found.reserve(limit);
        each_row(limit, [&](sqlite3_stmt* s) { read(s, found.emplace_back()); });
        return found;
    }

    /// The same without keeping the records: `fn(record)` while the statement is open.
    template <class Function>
    void each_pending(std::size_t limit, Function&& fn)
    {
        each_row(limit, [&](sqlite3_stmt* s) {
            read(s, visited_);
            fn(static_cast<task const&>(visited_));
        });
    }

    std::size_t count()
    {
        auto const s = prepare(db_.get(), "SELECT count(*) FROM task");
        next(db_.get(), s.get());
        return static_cast<std::size_t>(sqlite3_column_int64(s.get(), 0));
    }

private:
    static void read(sqlite3_stmt* s, task& t)
    {
        auto const* body = sqlite3_column_blob(s, 0);
        decode(body, static_cast<std::size_t>(sqlite3_column_bytes(s, 0)), t);
    }

    void read_into(std::string const& id, task& t)
    {
        auto* s = get_.get();
        auto const reset = reset_at_end{s};
        bind(s, 1, id);
        if (!next(db_.get(), s)) throw std::runtime_error("no task " + id);
        read(s, t);
    }

    template <class Function>
    void each_row(std::size_t limit, Function&& fn)
    {
        auto* s = list_.get();
        auto const reset = reset_at_end{s};
        sqlite3_bind_int(s, 1, static_cast<int>(task_status::pending));
        sqlite3_bind_int64(s, 2, static_cast<sqlite3_int64>(limit));
        while (next(db_.get(), s)) fn(s);
    }

    database db_;
    task visited_{};
    statement begin_ = prepare(db_.get(), "BEGIN");
    statement commit_ = prepare(db_.get(), "COMMIT");
    statement get_ = prepare(db_.get(), "SELECT body FROM task WHERE id=?1");
    statement list_ = prepare(
        db_.get(),
        "SELECT body FROM task WHERE status=?1 ORDER BY status, created_at, seq LIMIT ?2");
};

/// The one writing connection. Not for several threads at once; see `sqlite_batcher`.
class sqlite_writer {
public:
    explicit sqlite_writer(std::string const& path) : db_{open_writer(path)}
    {
        create();
        prepare_all();
    }

    void begin() { run(db_.get(), begin_.get()); }
    void commit() { run(db_.get(), commit_.get()); }
    void rollback() { run(db_.get(), rollback_.get()); }
    void savepoint() { run(db_.get(), savepoint_.get()); }
    void release() { run(db_.get(), release_.get()); }
    void back_to_savepoint() { run(db_.get(), back_.get()); }

    void insert(task const& t)
    {
        encode(body_, t);
        auto* s = insert_.get();
        bind(s, 1, t.id);
        sqlite3_bind_int(s, 2, static_cast<int>(t.status));
        sqlite3_bind_int64(s, 3, t.created_at.time_since_epoch().count());
        bind_blob(s, 4, body_);
        run(db_.get(), s);
    }

    void insert(std::span<task const> tasks)
    {
        begin();
        for (auto const& t : tasks) insert(t);
        commit();
    }

    void update_status(std::string const& id, task_status status)
    {
        begin();
        auto const seq = find(id);
        updated_.status = status;
        store(seq, updated_);
        commit();
    }

    bool erase(std::string const& id)
    {
        bind(erase_.get(), 1, id);
        run(db_.get(), erase_.get());
        return sqlite3_changes(db_.get()) == 1;
    }

    /// Moves the oldest pending tasks to processing, and hands them back as they are now.
    std::vector<task> claim(std::size_t limit)
    {
        auto claimed = std::vector<task>{};
        claimed.reserve(limit);
        auto rows = std::vector<sqlite3_int64>{};
        rows.reserve(limit);
        begin();
        read_pending(limit, claimed, rows);
        for (auto i = std::size_t{}; i < rows.size(); ++i) {
            claimed[i].status = task_status::processing;
            store(rows[i], claimed[i]);
        }
        commit();
        return claimed;
    }

private:
    void create()
    {
        execute(
            db_.get(),
            "CREATE TABLE IF NOT EXISTS task(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
            " status INTEGER NOT NULL, created_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
            "CREATE INDEX IF NOT EXISTS queue ON task(status, created_at)");
    }

    void prepare_all()
    {
        auto const make = [this](char const* sql) { return prepare(db_.get(), sql); };
        begin_ = make("BEGIN IMMEDIATE");
        commit_ = make("COMMIT");
        rollback_ = make("ROLLBACK");
        savepoint_ = make("SAVEPOINT member");
        release_ = make("RELEASE member");
        back_ = make("ROLLBACK TO member");
        insert_ = make("INSERT INTO task(id, status, created_at, body) VALUES(?1, ?2, ?3, ?4)");
        find_ = make("SELECT body, seq FROM task WHERE id=?1");
        update_ = make("UPDATE task SET status=?2, body=?3 WHERE seq=?1");
        erase_ = make("DELETE FROM task WHERE id=?1");
        pending_ = make(
            "SELECT body, seq FROM task WHERE status=?1 ORDER BY status, created_at, seq LIMIT ?2");
    }

    static sqlite3_int64 read(sqlite3_stmt* s, task& t)
    {
        auto const* body = sqlite3_column_blob(s, 0);
        decode(body, static_cast<std::size_t>(sqlite3_column_bytes(s, 0)), t);
        return sqlite3_column_int64(s, 1);
    }

    sqlite3_int64 find(std::string const& id)
    {
        auto* s = find_.get();
        auto const reset = reset_at_end{s};
        bind(s, 1, id);
        if (!next(db_.get(), s)) throw std::runtime_error("no task " + id);
        return read(s, updated_);
    }

    void store(sqlite3_int64 seq, task const& t)
    {
        encode(body_, t);
        auto* s = update_.get();
        sqlite3_bind_int64(s, 1, seq);
        sqlite3_bind_int(s, 2, static_cast<int>(t.status));
        bind_blob(s, 3, body_);
        run(db_.get(), s);
    }

    void read_pending(std::size_t limit, std::vector<task>& tasks, std::vector<sqlite3_int64>& rows)
    {
        auto* s = pending_.get();
        auto const reset = reset_at_end{s};
        sqlite3_bind_int(s, 1, static_cast<int>(task_status::pending));
        sqlite3_bind_int64(s, 2, static_cast<sqlite3_int64>(limit));
        while (next(db_.get(), s)) rows.push_back(read(s, tasks.emplace_back()));
    }

    database db_;
    std::string body_{};
    task updated_{};
    statement begin_{}, commit_{}, rollback_{}, savepoint_{}, release_{}, back_{};
    statement insert_{}, find_{}, update_{}, erase_{}, pending_{};
};

} // namespace bench::floor
