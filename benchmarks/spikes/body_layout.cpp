// SPDX-License-Identifier: BSL-1.0
// Spike that decides what the body of a row holds.
//
// Question: is a body with the remaining fields only (key and indexed fields are columns and
// nowhere
//           else) slower than a body with the whole record, which repeats the indexed columns?
// Floor:    the whole record in the body; both layouts are hand-written on the same settings.
#include "../contestants/codec.hpp"
#include "../contestants/statement.hpp"
#include "../support/measure.hpp"
#include "../support/scratch.hpp"

#include <cstdio>
#include <cstdlib>
#include <span>

namespace {

using namespace bench;
using namespace bench::floor;

/// Key and indexed fields are read from columns.
struct rest_only {
    static void encode(std::string& out, task const& t)
    {
        auto to = encoder{out};
        encode_rest(to, t);
    }

    static constexpr char const* columns = "status, created_at, body, id";

    static void read(sqlite3_stmt* s, std::string const* known_id, task& t)
    {
        t.status = static_cast<task_status>(sqlite3_column_int(s, 0));
        t.created_at = timestamp{std::chrono::nanoseconds{sqlite3_column_int64(s, 1)}};
        if (known_id != nullptr)
            t.id = *known_id;
        else
            t.id.assign(
                static_cast<char const*>(sqlite3_column_blob(s, 3)), // no copy for a NUL
                static_cast<std::size_t>(sqlite3_column_bytes(s, 3)));
        auto from = decoder{
            sqlite3_column_blob(s, 2), static_cast<std::size_t>(sqlite3_column_bytes(s, 2))};
        decode_rest(from, t);
    }
};

/// Everything is read from the body.
struct whole_record {
    static void encode(std::string& out, task const& t) { floor::encode(out, t); }

    static constexpr char const* columns = "body";

    static void read(sqlite3_stmt* s, std::string const*, task& t)
    {
        decode(sqlite3_column_blob(s, 0), static_cast<std::size_t>(sqlite3_column_bytes(s, 0)), t);
    }
};

template <class Layout>
class table {
public:
    explicit table(std::string const& path)
        : path_{path}, writer_{open_writer(path)}, schema_{create(writer_.get())}, reader_{
                                                                                       open_reader(
                                                                                           path)}
    {
    }

    void insert(std::span<task const> tasks)
    {
        execute(writer_.get(), "BEGIN IMMEDIATE");
        for (auto const& t : tasks) {
            Layout::encode(body_, t);
            bind_record(insert_.get(), t);
            run(writer_.get(), insert_.get());
        }
        execute(writer_.get(), "COMMIT");
    }

    task get(std::string const& id)
    {
        auto* s = get_.get();
        auto const reset = reset_at_end{s};
        bind(s, 1, id);
        if (!next(reader_.get(), s)) std::abort();
        auto t = task{};
        Layout::read(s, &id, t);
        return t;
    }

    std::vector<task> pending(int limit)
    {
        auto* s = list_.get();
        auto const reset = reset_at_end{s};
        sqlite3_bind_int(s, 1, static_cast<int>(task_status::pending));
        sqlite3_bind_int(s, 2, limit);
        auto found = std::vector<task>{};
        found.reserve(static_cast<std::size_t>(limit));
        while (next(reader_.get(), s)) Layout::read(s, nullptr, found.emplace_back());
        return found;
    }

    void update_status(std::string const& id, task_status status)
    {
        execute(writer_.get(), "BEGIN IMMEDIATE");
        auto t = task{};
        {
            auto const reset = reset_at_end{find_.get()};
            bind(find_.get(), 1, id);
            if (!next(writer_.get(), find_.get())) std::abort();
            Layout::read(find_.get(), &id, t);
        }
        t.status = status;
        Layout::encode(body_, t);
        bind_record(update_.get(), t);
        run(writer_.get(), update_.get());
        execute(writer_.get(), "COMMIT");
    }

    void durable(bool on)
    {
        execute(writer_.get(), on ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    }

    double megabytes()
    {
        execute(writer_.get(), "PRAGMA wal_checkpoint(PASSIVE)");
        return static_cast<double>(std::filesystem::file_size(path_)) / 1e6;
    }

private:
    static bool create(sqlite3* db)
    {
        execute(
            db,
            "CREATE TABLE task(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
            " status INTEGER NOT NULL, created_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
            "CREATE INDEX queue ON task(status, created_at)");
        return true;
    }

    static std::string select(char const* where)
    {
        return "SELECT " + std::string{Layout::columns} + " FROM task " + where;
    }

    void bind_record(sqlite3_stmt* s, task const& t)
    {
        bind(s, 1, t.id);
        sqlite3_bind_int(s, 2, static_cast<int>(t.status));
        sqlite3_bind_int64(s, 3, t.created_at.time_since_epoch().count());
        bind_blob(s, 4, body_);
    }

    std::string path_;
    database writer_;
    bool schema_;
    database reader_;
    std::string body_{};
    statement insert_ = prepare(
        writer_.get(), "INSERT INTO task(id, status, created_at, body) VALUES(?1,?2,?3,?4)");
    statement find_ = prepare(writer_.get(), select("WHERE id=?1"));
    statement update_ = prepare(
        writer_.get(), "UPDATE task SET status=?2, body=?4 WHERE id=?1 AND created_at=?3");
    statement get_ = prepare(reader_.get(), select("WHERE id=?1"));
    statement list_ = prepare(
        reader_.get(), select("WHERE status=?1 ORDER BY status, created_at, seq LIMIT ?2"));
};

void print(char const* name, comparison const& c)
{
    auto const range = ratio_interval(c);
    std::printf(
        "%-34s %10.2f %10.2f   %5.3f [%5.3f, %5.3f]   cpu %5.3f\n", name, median(c.ours),
        median(c.floor), c.ratio(), range.low, range.high, c.cpu_ratio());
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv)
{
    auto const folder = scratch{argc > 1 ? argv[1] : "."};
    configure_sqlite();
    constexpr auto count = std::size_t{100'000};
    constexpr auto repetitions = std::size_t{20};
    auto const tasks = make_tasks(0, count, 1000);
    auto rest = table<rest_only>{folder.file("rest.db")};
    auto whole = table<whole_record>{folder.file("whole.db")};

    std::printf(
        "%-34s %10s %10s   %s\n", "microseconds per operation", "rest", "whole", "rest / whole");
    auto const load = [&](auto& to) {
        return [&](std::size_t i) {
            auto const part = std::span{tasks}.subspan(i * 5000, 5000);
            return time_per_operation(part.size(), [&] {
                for (auto at = std::size_t{}; at < part.size(); at += 1000)
                    to.insert(part.subspan(at, 1000));
            });
        };
    };
    print("insert, transactions of 1000", compare(0, count / 5000, load(rest), load(whole)));

    for (auto i = std::size_t{}; i < count; i += 97)
        if (rest.get(tasks[i].id) != tasks[i] || whole.get(tasks[i].id) != tasks[i]) std::abort();
    if (rest.pending(1000) != whole.pending(1000) || rest.pending(2000).size() != 1000)
        std::abort();

    auto const get = [&](auto& from) {
        return [&](std::size_t i) {
            auto source = dice{i};
            auto sum = std::size_t{};
            auto const t = time_per_operation(5000, [&] {
                for (auto n = 0; n < 5000; ++n)
                    sum += from.get(tasks[source.below(count)].id).payload.size();
            });
            return sum > 0 ? t : spent{};
        };
    };
    print("get", compare(2, repetitions, get(rest), get(whole)));

    auto const list = [&](auto& from) {
        return [&](std::size_t) {
            return time_per_operation(10, [&] {
                for (auto n = 0; n < 10; ++n)
                    if (from.pending(1000).size() != 1000) std::abort();
            });
        };
    };
    print("list of 1000", compare(2, repetitions, list(rest), list(whole)));

    auto const update = [&](auto& to, std::size_t many) {
        return [&, many](std::size_t i) {
            auto source = dice{i + 1000};
            auto const status = i % 2 == 0 ? task_status::processing : task_status::failed;
            return time_per_operation(many, [&] {
                for (auto n = std::size_t{}; n < many; ++n)
                    to.update_status(tasks[source.below(count)].id, status);
            });
        };
    };
    print("update status, durable", compare(2, repetitions, update(rest, 200), update(whole, 200)));
    rest.durable(false);
    whole.durable(false);
    print(
        "update status, not synced",
        compare(2, repetitions, update(rest, 1000), update(whole, 1000)));
    std::printf(
        "%-34s %10.1f %10.1f   %5.3f\n", "size on disk, MB", rest.megabytes(), whole.megabytes(),
        rest.megabytes() / whole.megabytes());
}
