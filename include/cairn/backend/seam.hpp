// SPDX-License-Identifier: BSL-1.0
// The seam: what a backend supplies to a store, and the words in which it is asked.
#pragma once

#include <cairn/base/bounded.hpp>
#include <cairn/base/error.hpp>
#include <cairn/base/function_ref.hpp>
#include <cairn/describe/shape.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cairn::inline v0 {

/// What a write outlives, once it has returned.
enum class survives : std::uint8_t {
    power_loss,    ///< it is on disk
    process_crash, ///< kill -9 loses nothing; a power cut may lose the last moments, never corrupts
};

/// How writes of several threads share a commit; part of every backend's options. The largest
/// value of a time means for ever.
struct commit_options {
    std::uint32_t members = 64; ///< most members of one batch
    std::chrono::microseconds time = std::chrono::milliseconds{
        2}; ///< a batch older than this closes
    std::chrono::milliseconds turn_timeout = std::chrono::seconds{
        5};                           ///< waiting for a turn: `busy`
    std::uint32_t async_queue = 1024; ///< most writes that `write_async` keeps waiting, not 0
};

namespace detail {

/// Refuses an option that nothing could pass if it were 0.
inline void require_some(std::uint32_t value, char const* name)
{
    if (value != 0) return;
    raise(errc::invalid_argument, {.message = std::string{name} + " must not be 0"});
}

/// The options as they can be calculated with.
///
/// @errors  `invalid_argument` that names the option.
[[nodiscard]] inline commit_options usable(commit_options options)
{
    require_some(options.async_queue, "commit.async_queue");
    options.time = bounded(options.time);
    options.turn_timeout = bounded(options.turn_timeout);
    return options;
}

} // namespace detail

/// The order that a range follows.
enum class ordering : std::uint8_t {
    insertion, ///< by sequence
    key,       ///< by the fields of the key
    index,     ///< by the columns of an index or unique, then by sequence
};

/// One end of a range over the column after the fixed ones, in the ordered encoding of its type.
struct bound {
    std::string value;
    bool inclusive = true;

    bool operator==(bound const&) const = default;
};

/// What a range asks of a table: an order, equality on leading columns, at most a lower and an
/// upper bound on the next one. A bound never admits null. Values are in the ordered encoding
/// (`encode/ordered.hpp`) of the members that `order` and `index` name.
struct question {
    ordering order = ordering::insertion;
    std::uint8_t index = 0;         ///< ordinal in `shape::indexes`, if `order` is `index`
    std::uint8_t equal_columns = 0; ///< how many leading columns `equal` fixes
    std::string equal{};
    std::optional<bound> lower{};
    std::optional<bound> upper{};
    bool reversed = false;

    bool operator==(question const&) const = default;
};

/// Whether records may lack a value in the column that the bounds of `q` are on.
[[nodiscard]] inline bool next_may_be_absent(shape const& model, question const& q)
{
    if (q.order != ordering::index) return false; // a key is never absent
    auto const& index = model.indexes[q.index];
    return q.equal_columns < index.size
        && model.members[index.members[q.equal_columns]].type.nullable;
}

/// A place between records in the order of a question: the ordered encoding of all its columns
/// (index: its columns, then the sequence as a signed 64-bit integer; key: the key's fields;
/// insertion: the sequence). A page begins strictly behind it, in the direction of travel.
using position = std::string;

/// A record and the number that keeps its place among equals.
///
/// The sequence is given by the table at insertion, grows, and stays with the record until it is
/// erased. If the key is one signed integer, the sequence is that integer.
template <class Model>
struct located {
    std::int64_t sequence;
    Model record;
};

/// What a page says beside its records. The next one begins behind `last`; what was passed there,
/// since damage had left it no place in the order, comes first in it.
struct page_frame {
    std::vector<std::int64_t> sequences{}; ///< of the records, in the same order
    position last{};                       ///< of the last record looked at that has a place
    bool more = false;                     ///< whether the table may have another record behind it
    std::size_t passed = 0;                ///< damaged records looked at behind `last`
};

/// Some records in the order of a question.
template <class Model>
struct page_of : page_frame {
    std::vector<Model> records{};
};

/// Called for a record that fails its checks, if the caller tolerates such; else they throw.
using corrupt_sink = detail::function_ref<void(corrupt_record const&)>;

/// A transaction scope of a backend: the one writing session, or a reading one (a snapshot).
///
/// begin         Starts a transaction; on the writing session it excludes other writers at once.
/// commit        Returns if committed; throws with `outcome()` set otherwise, and then the
///               transaction is over.
/// rollback      Ends the transaction without a trace. Never throws, harmless if there is none.
/// savepoint,    Nested marks inside a transaction: `rollback_to` undoes what came since the
/// release,      innermost and removes it, `release` keeps it.
/// rollback_to
/// doom          The error that ended the transaction underneath (the backend rolled it back by
///               itself), or null; once set, every table operation and commit throws it, until
///               rollback.
template <class Session>
concept session = requires(Session& s, Session const& c)
{
    s.begin();
    s.commit();
    {
        s.rollback()
    }
    noexcept;
    s.savepoint();
    s.release();
    s.rollback_to();
    {
        c.doom()
        } -> std::convertible_to<std::exception_ptr>;
};

/// What a backend supplies for each model. Nothing outlives a call: no cursor, no statement, no
/// lock. Keys are cells in the order of the key schema, each of the kind its column type says.
///
/// insert     Stores a new record. False if its key or a unique value is taken: nothing changed.
/// find       The record with this key and its sequence.
/// visit      Calls `fn` with the record in place; false if there is none.
/// contains   Whether there is a record with this key.
/// at         The record with this sequence.
/// rewrite    Overwrites the record whose stored columns, key included, all equal those of the
///            argument; false if there is none.
/// replace    Overwrites `before`, found at `sequence`, by `after`; the keys are equal. Only the
///            indexes whose columns differ are written. False if a unique value is taken.
/// erase      Removes the record with this key; false if there is none.
/// erase_at   Removes the record at `sequence`; false if there is none.
/// fetch      The first `limit` records behind `after` (null: from the start).
/// sequences  The same, sequences only.
/// count      Number of records that answer the question (insertion order, no bounds: all).
/// clear      Removes every record; the number that there were.
template <class Table, class Model, class Session>
concept typed_table = requires(
    Table& t, Session& s, Model const& record, cells key, std::int64_t sequence, question const& q,
    position const* after, std::size_t limit, corrupt_sink const* tolerate,
    detail::function_ref<void(Model const&)> fn)
{
    {
        t.insert(s, record)
        } -> std::same_as<bool>;
    {
        t.find(s, key)
        } -> std::same_as<std::optional<located<Model>>>;
    {
        t.visit(s, key, fn)
        } -> std::same_as<bool>;
    {
        t.contains(s, key)
        } -> std::same_as<bool>;
    {
        t.at(s, sequence)
        } -> std::same_as<std::optional<Model>>;
    {
        t.rewrite(s, record)
        } -> std::same_as<bool>;
    {
        t.replace(s, sequence, record, record)
        } -> std::same_as<bool>;
    {
        t.erase(s, key)
        } -> std::same_as<bool>;
    {
        t.erase_at(s, sequence)
        } -> std::same_as<bool>;
    {
        t.fetch(s, q, after, limit, tolerate)
        } -> std::same_as<page_of<Model>>;
    {
        t.sequences(s, q, after, limit)
        } -> std::same_as<std::vector<std::int64_t>>;
    {
        t.count(s, q)
        } -> std::same_as<std::uint64_t>;
    {
        t.clear(s)
        } -> std::same_as<std::uint64_t>;
};

/// A storage engine for typed tables.
///
/// options    What a user passes to open it; has a `commit_options commit` member, and is made
///            from a path alone where the engine has one.
/// session    Models `session`.
/// database   One open store: constructed from options and the shapes of the schema's models;
///            `writer()` is the one writing session, which the store hands to one thread at a
///            time; `read()` gives a lease, an object whose `session()` reads one snapshot for as
///            long as the lease lives, from any number of threads; `after_commit()` is called by
///            the committing thread, outside a transaction, with the writer still held, for work
///            such as checkpoints; `check_usable()` throws if the process may not use it (a
///            forked child); `close()` ends it, once nothing runs any more.
/// table<M>   Models `typed_table<M>`; constructed from the database and the ordinal of M in the
///            schema.
/// concurrent_reads  Whether readers go on while a writer writes. If not, `read()` inside a
///            write would wait for itself, which the store refuses before it happens.
template <class Backend>
concept backend = session<typename Backend::session> && requires(
    typename Backend::options options, typename Backend::database& database)
{
    {
        options.commit
        } -> std::convertible_to<commit_options>;
    {
        database.writer()
        } -> std::same_as<typename Backend::session&>;
    {
        database.read().session()
        } -> std::same_as<typename Backend::session&>;
    database.after_commit();
    database.check_usable();
    database.close();
    {
        Backend::name
        } -> std::convertible_to<std::string_view>;
};

} // namespace cairn::inline v0
