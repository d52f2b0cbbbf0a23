// SPDX-License-Identifier: BSL-1.0
// Certificates in SQLite as a careful program would keep them without the library.
#pragma once

#include "codec.hpp"
#include "statement.hpp"

#include "dag.hpp"
#include "digest.hpp"
#include "types.hpp"

#include <zstd.h>

#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// The same tables, indexes and columns as the library's; statements prepared once; bodies encoded
/// by hand, digests and parents as one block each.
class dag_by_hand {
public:
    explicit dag_by_hand(std::string const& path) : writer_{floor::open_writer(path)}
    {
        floor::execute(writer_.get(), R"(
            CREATE TABLE IF NOT EXISTS certificate (_seq INTEGER PRIMARY KEY, round ANY NOT NULL,
                digest BLOB NOT NULL, author BLOB NOT NULL, batch_digest BLOB NOT NULL,
                committed INTEGER NOT NULL, committed_at_round ANY, commit_position ANY,
                body BLOB NOT NULL, UNIQUE (round, digest)) STRICT;
            CREATE INDEX IF NOT EXISTS author ON certificate (author, round);
            CREATE INDEX IF NOT EXISTS commits ON certificate (committed, commit_position);
            CREATE TABLE IF NOT EXISTS batch (_seq INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
                author BLOB NOT NULL, certificate BLOB, body BLOB NOT NULL) STRICT;
            CREATE INDEX IF NOT EXISTS reference ON batch (certificate);
            CREATE INDEX IF NOT EXISTS batch_author ON batch (author);
            CREATE TABLE IF NOT EXISTS counters (one INTEGER PRIMARY KEY, current_round INTEGER,
                certificates INTEGER, body BLOB) STRICT;
            INSERT OR IGNORE INTO counters VALUES (0, 0, 0, zeroblob(400));
            CREATE TABLE IF NOT EXISTS snapshot (number INTEGER PRIMARY KEY, data BLOB) STRICT)");
        reader_ = floor::open_reader(path);
        slot_ = prepare_to_write("SELECT digest FROM certificate WHERE author=?1 AND round=?2");
        insert_ = prepare_to_write(
            "INSERT INTO certificate (round, digest, author, batch_digest, committed,"
            " committed_at_round, commit_position, body) VALUES (?1,?2,?3,?4,?5,?6,?7,?8)");
        count_ = prepare_to_write("UPDATE counters SET certificates=certificates+?1,"
                                  " current_round=max(current_round,?2), body=?3 WHERE one=0");
        add_batch_ = prepare_to_write(
            "INSERT INTO batch (digest, author, certificate, body) VALUES (?1,?2,?3,?4)");
        add_snapshot_ = prepare_to_write("INSERT OR REPLACE INTO snapshot VALUES (?1, ?2)");
        begin_ = prepare_to_write("BEGIN IMMEDIATE");
        commit_ = prepare_to_write("COMMIT");
        all_ = prepare_to_read("SELECT body FROM certificate ORDER BY _seq");
        round_ = prepare_to_read("SELECT body FROM certificate WHERE round=?1 ORDER BY digest");
        author_ = prepare_to_read(
            "SELECT body FROM certificate WHERE author=?1 ORDER BY round, _seq");
        open_batches_ = prepare_to_read(
            "SELECT digest, body FROM batch WHERE certificate IS NULL ORDER BY _seq");
    }

    /// One transaction.
    void save(std::span<sequencer::certificate const> all)
    {
        floor::run(writer_.get(), begin_.get());
        for (auto const& c : all) save(c);
        sqlite3_bind_int64(count_.get(), 1, static_cast<sqlite3_int64>(all.size()));
        sqlite3_bind_int64(count_.get(), 2, static_cast<sqlite3_int64>(all.back().round));
        ++counters_body_[0]; // as a body that says how far the node is
        floor::bind_blob(count_.get(), 3, counters_body_);
        floor::run(writer_.get(), count_.get());
        floor::run(writer_.get(), commit_.get());
    }

    void save_batches(std::span<sequencer::batch const> all)
    {
        floor::run(writer_.get(), begin_.get());
        for (auto const& b : all) {
            bind(add_batch_.get(), 1, b.digest);
            bind(add_batch_.get(), 2, b.author);
            if (b.referenced_by_certificate)
                bind(add_batch_.get(), 3, *b.referenced_by_certificate);
            else
                sqlite3_bind_null(add_batch_.get(), 3);
            encode(b);
            floor::bind_blob(add_batch_.get(), 4, body_);
            floor::run(writer_.get(), add_batch_.get());
        }
        floor::run(writer_.get(), commit_.get());
    }

    /// Rows in the order of insertion, SHA-256 of each, and a DAG of them.
    sequencer::dag load(sequencer::committee const& members)
    {
        auto graph = sequencer::dag{members};
        auto c = sequencer::certificate{};
        for_each(all_.get(), [&](void const* data, std::size_t size) {
            decode(data, size, c);
            if (sequencer::digest_of(c) != c.digest) throw std::runtime_error{"a wrong digest"};
            if (graph.insert(c).refused != sequencer::fault::none)
                throw std::runtime_error{"a certificate that breaks a rule"};
            if (c.committed)
                graph.take_mark(graph.find(c.digest), *c.committed_at_round, *c.commit_position);
        });
        graph.sort_commits();
        return graph;
    }

    std::vector<sequencer::certificate> round(std::uint64_t number)
    {
        sqlite3_bind_int64(round_.get(), 1, static_cast<sqlite3_int64>(number));
        return read_all(round_.get());
    }

    std::vector<sequencer::certificate> by_author(sequencer::peer_id const& author)
    {
        bind(author_.get(), 1, author);
        return read_all(author_.get());
    }

    std::vector<sequencer::batch> unreferenced()
    {
        auto result = std::vector<sequencer::batch>{};
        auto const reset = floor::reset_at_end{open_batches_.get()};
        while (floor::next(reader_.get(), open_batches_.get())) {
            auto& b = result.emplace_back();
            std::memcpy(
                b.digest.data(), sqlite3_column_blob(open_batches_.get(), 0), b.digest.size());
            decode(
                sqlite3_column_blob(open_batches_.get(), 1),
                static_cast<std::size_t>(sqlite3_column_bytes(open_batches_.get(), 1)), b);
        }
        return result;
    }

    /// The bytes of a state, compressed, in one row.
    void save_snapshot(std::string const& raw)
    {
        packed_.resize(ZSTD_compressBound(raw.size()));
        auto const size = ZSTD_compress(packed_.data(), packed_.size(), raw.data(), raw.size(), 1);
        if (ZSTD_isError(size) != 0) throw std::runtime_error{"zstd"};
        packed_.resize(size);
        floor::run(writer_.get(), begin_.get());
        sqlite3_bind_int64(add_snapshot_.get(), 1, ++snapshots_);
        floor::bind_blob(add_snapshot_.get(), 2, packed_);
        floor::run(writer_.get(), add_snapshot_.get());
        floor::run(writer_.get(), commit_.get());
    }

private:
    floor::statement prepare_to_write(char const* sql)
    {
        return floor::prepare(writer_.get(), sql);
    }
    floor::statement prepare_to_read(char const* sql) { return floor::prepare(reader_.get(), sql); }

    template <std::size_t N>
    static void bind(sqlite3_stmt* s, int at, std::array<std::byte, N> const& bytes)
    {
        sqlite3_bind_blob(s, at, bytes.data(), static_cast<int>(N), SQLITE_STATIC);
    }
    static void bind(sqlite3_stmt* s, int at, std::optional<std::uint64_t> const& number)
    {
        if (number)
            sqlite3_bind_int64(s, at, static_cast<sqlite3_int64>(*number));
        else
            sqlite3_bind_null(s, at);
    }

    void save(sequencer::certificate const& c)
    {
        bind(slot_.get(), 1, c.author);
        sqlite3_bind_int64(slot_.get(), 2, static_cast<sqlite3_int64>(c.round));
        {
            auto const reset = floor::reset_at_end{slot_.get()};
            if (floor::next(writer_.get(), slot_.get())) throw std::runtime_error{"equivocation"};
        }
        auto* const s = insert_.get();
        sqlite3_bind_int64(s, 1, static_cast<sqlite3_int64>(c.round));
        bind(s, 2, c.digest);
        bind(s, 3, c.author);
        bind(s, 4, c.batch_digest);
        sqlite3_bind_int(s, 5, c.committed ? 1 : 0);
        bind(s, 6, c.committed_at_round);
        bind(s, 7, c.commit_position);
        encode(c);
        floor::bind_blob(s, 8, body_);
        floor::run(writer_.get(), s);
    }

    template <class Array>
    static void put_array(floor::encoder& out, Array const& bytes)
    {
        out.put_bytes(bytes.data(), bytes.size());
    }

    void encode(sequencer::certificate const& c)
    {
        auto out = floor::encoder{body_};
        out.put(c.round);
        put_array(out, c.digest);
        put_array(out, c.author);
        put_array(out, c.batch_digest);
        out.put_bytes(c.parents.data(), c.parents.size() * sizeof(sequencer::hash32));
        out.put(c.timestamp.time_since_epoch().count());
        put_array(out, c.aggregated_signature);
        put_array(out, c.signers);
        out.put(static_cast<std::uint8_t>(c.committed));
        out.put(c.committed_at_round.value_or(0));
        out.put(c.commit_position.value_or(0));
        out.put(c.created_at.time_since_epoch().count());
    }

    void encode(sequencer::batch const& b)
    {
        auto out = floor::encoder{body_};
        out.put(b.worker_id);
        put_array(out, b.author);
        out.put(static_cast<std::uint32_t>(b.transactions.size()));
        for (auto const& t : b.transactions) {
            put_array(out, t.data);
            out.put(t.timestamp.time_since_epoch().count());
        }
        out.put(b.transaction_count);
        out.put(b.size_bytes);
    }

    /// Reads what `encoder` wrote.
    class reader {
    public:
        reader(void const* data, std::size_t size)
            : at_{static_cast<std::byte const*>(data)}, end_{at_ + size}
        {
        }
        template <class Number>
        void get(Number& value)
        {
            std::memcpy(&value, take(sizeof value), sizeof value);
        }
        std::uint32_t size()
        {
            auto n = std::uint32_t{};
            get(n);
            return n;
        }
        template <std::size_t N>
        void get_array(std::array<std::byte, N>& bytes)
        {
            if (size() != N) throw std::runtime_error{"a body is damaged"};
            std::memcpy(bytes.data(), take(N), N);
        }
        template <class Element>
        void get_array(std::vector<Element>& list)
        {
            auto const bytes = size();
            auto const* const from = take(bytes);
            list.resize(bytes / sizeof(Element));
            if (bytes != 0) std::memcpy(list.data(), from, bytes);
        }
        void get(cairn::timestamp& time)
        {
            auto count = std::int64_t{};
            get(count);
            time = cairn::timestamp{std::chrono::nanoseconds{count}};
        }

    private:
        std::byte const* take(std::size_t n)
        {
            if (static_cast<std::size_t>(end_ - at_) < n)
                throw std::runtime_error{"a body is damaged"};
            return std::exchange(at_, at_ + n);
        }
        std::byte const* at_;
        std::byte const* end_;
    };

    static void decode(void const* data, std::size_t size, sequencer::certificate& c)
    {
        auto in = reader{data, size};
        in.get(c.round);
        in.get_array(c.digest);
        in.get_array(c.author);
        in.get_array(c.batch_digest);
        in.get_array(c.parents);
        in.get(c.timestamp);
        in.get_array(c.aggregated_signature);
        in.get_array(c.signers);
        auto flag = std::uint8_t{};
        in.get(flag);
        c.committed = flag != 0;
        auto round = std::uint64_t{}, position = std::uint64_t{};
        in.get(round);
        in.get(position);
        c.committed_at_round = c.committed ? std::optional{round} : std::nullopt;
        c.commit_position = c.committed ? std::optional{position} : std::nullopt;
        in.get(c.created_at);
    }

    static void decode(void const* data, std::size_t size, sequencer::batch& b)
    {
        auto in = reader{data, size};
        in.get(b.worker_id);
        in.get_array(b.author);
        b.transactions.resize(in.size());
        for (auto& t : b.transactions) {
            in.get_array(t.data);
            in.get(t.timestamp);
        }
        in.get(b.transaction_count);
        in.get(b.size_bytes);
    }

    template <class Use>
    void for_each(sqlite3_stmt* s, Use const& use)
    {
        auto const reset = floor::reset_at_end{s};
        while (floor::next(reader_.get(), s))
            use(sqlite3_column_blob(s, 0), static_cast<std::size_t>(sqlite3_column_bytes(s, 0)));
    }

    std::vector<sequencer::certificate> read_all(sqlite3_stmt* s)
    {
        auto result = std::vector<sequencer::certificate>{};
        for_each(s, [&](void const* data, std::size_t size) {
            decode(data, size, result.emplace_back());
        });
        return result;
    }

    floor::database writer_;
    floor::database reader_;
    floor::statement slot_, insert_, count_, add_batch_, add_snapshot_, begin_, commit_;
    floor::statement all_, round_, author_, open_batches_;
    std::string body_{};
    std::string packed_{};
    std::string counters_body_ = std::string(400, 'c');
    sqlite3_int64 snapshots_ = 0;
};

} // namespace bench
