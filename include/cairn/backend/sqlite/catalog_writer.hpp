// SPDX-License-Identifier: BSL-1.0
// Brings a file to the program's schema: creates the catalog, adds models, changes indexes.
#pragma once

#include <cairn/backend/sqlite/catalog.hpp>
#include <cairn/base/version.hpp>

#include <array>
#include <string>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// Runs one statement that is not kept.
inline void run_once(connection& on, std::string_view sql)
{
    auto const prepared = on.prepare(sql);
    auto run = execution{on, prepared.get()};
    if (run.row()) return; // a pragma's answer
}

/// A transaction that ends with the scope.
class scoped_transaction {
public:
    explicit scoped_transaction(connection& on, core_sql kind = core_sql::begin_write)
        : on_{on}, rollback_{on.core(core_sql::rollback)}
    {
        execution{on_, on_.core(kind)}.run();
    }
    scoped_transaction(scoped_transaction const&) = delete;
    scoped_transaction& operator=(scoped_transaction const&) = delete;
    ~scoped_transaction()
    {
        if (on_.in_transaction()) static_cast<void>(execution{on_, rollback_}.step());
    }
    void commit() { execution{on_, on_.core(core_sql::commit)}.run(); }

private:
    connection& on_;
    sqlite3_stmt* rollback_; // prepared before it can be needed: then there may be no memory
};

/// Makes an empty file a store, in one transaction with a rollback journal: the header never shows
/// a store that is not complete. The folder is synchronized too, so that a journal which comes
/// back after a power cut cannot undo it.
inline void create_catalog(connection& on)
{
    set_pragma(on, "page_size", std::to_string(page_size));
    set_pragma(on, "synchronous", "3");
    auto creation = scoped_transaction{on, core_sql::begin_read}; // it becomes a writing one
    set_pragma(on, "auto_vacuum", "2");                           // which writes the first page
    run_once(on, model_table);
    run_once(on, state_table);
    run_once(
        on,
        "INSERT INTO \"cairn.state\" (\"id\", \"commit_sequence\", \"catalog\", \"clean\","
        " \"tallies\") VALUES (1, 0, 0, 1, x'')");
    set_pragma(on, "application_id", std::to_string(application_id));
    set_pragma(on, "user_version", std::to_string(format_version));
    creation.commit();
}

[[nodiscard]] inline std::array<std::byte, 16> fingerprint_of(std::string const& text)
{
    auto const hash = hash128(std::as_bytes(std::span{text}));
    auto bytes = std::array<std::byte, 16>{};
    store_number(bytes.data(), hash[0]);
    store_number(bytes.data() + 8, hash[1]);
    return bytes;
}

/// Writes a model's row; the slot is the next one, or that of the row that it replaces.
inline void write_model(connection& on, shape const& model, std::int64_t slot)
{
    auto const record = record_text(model);
    auto const table = table_text(model);
    auto const record_mark = fingerprint_of(record);
    auto const table_mark = fingerprint_of(table);
    auto const description = members_text(model);
    auto const prepared = on.prepare(
        "INSERT INTO \"cairn.model\" (\"slot\", \"name\", \"version\", \"record_fingerprint\","
        " \"table_fingerprint\", \"record\", \"layout\", \"description\")"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (\"slot\") DO UPDATE SET"
        " \"table_fingerprint\" = excluded.\"table_fingerprint\", \"layout\" = "
        "excluded.\"layout\", \"description\" = excluded.\"description\"");
    auto row = execution{on, prepared.get()};
    row.bind(slot).bind(cell::of(model.name)).bind(std::int64_t{model.version});
    row.bind(std::span<std::byte const>{record_mark}).bind(std::span<std::byte const>{table_mark});
    for (auto const& words :
         {std::string_view{record}, std::string_view{table}, std::string_view{description}})
        row.bind(cell::of(words));
    row.run();
}

inline void add_model(connection& on, layout const& table, std::size_t slot)
{
    run_once(on, create_table(table));
    for (auto const& index : table.model().indexes)
        run_once(on, create_index(table.model(), index));
    write_model(on, table.model(), static_cast<std::int64_t>(slot + 1));
}

/// Creates an index over what is stored; refused if a unique would not hold.
inline void add_index(connection& on, layout const& table, std::string const& sql)
{
    auto const prepared = on.prepare(sql);
    if (execution{on, prepared.get()}.accepted()) return;
    auto details = error_details{};
    details.message = "a unique cannot be added: records share its values";
    details.model = table.model().name;
    details.notes.push_back(sql);
    raise(errc::unique_conflict, std::move(details));
}

/// Goes before everything that is created: SQLite does not tell names apart by letter case.
inline void drop_indexes(connection& on, std::vector<index_change> const& changes)
{
    for (auto const& change : changes)
        if (!change.drop.empty()) run_once(on, text{}.add("DROP INDEX ").name(change.drop).take());
}

inline void write_catalog_state(connection& on, store_state const& state)
{
    auto tallies = std::vector<std::byte>{};
    write_tallies(state.tallies, tallies);
    auto const prepared = on.prepare("UPDATE \"cairn.state\" SET \"catalog\" = ?, \"clean\" = 0, "
                                     "\"tallies\" = ? WHERE \"id\" = 1");
    auto update = execution{on, prepared.get()};
    update.bind(state.catalog).bind(std::span<std::byte const>{tallies}).run();
}

/// Brings the names of enums up to date. The number of the catalog stays: they are for people, and
/// no reader depends on them.
inline void update_descriptions(
    connection& on, std::vector<layout> const& layouts, catalog_findings const& found)
{
    for (auto const ordinal : found.outdated)
        write_model(
            on, layouts[ordinal].model(), static_cast<std::int64_t>(*found.slots[ordinal] + 1));
}

/// Adds the models and indexes that the file lacks, drops indexes that the program lacks, all in
/// the transaction that is open. Gives the slots of all models.
[[nodiscard]] inline std::vector<std::size_t> update_catalog(
    connection& on, std::vector<layout> const& layouts, catalog_findings const& found,
    store_state& state)
{
    drop_indexes(on, found.changes);
    auto slots = std::vector<std::size_t>{};
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        if (!found.slots[i]) {
            add_model(on, layouts[i], state.tallies.size());
            state.tallies.emplace_back();
        }
        slots.push_back(found.slots[i].value_or(state.tallies.size() - 1));
    }
    for (auto const& change : found.changes) {
        if (!change.create.empty()) add_index(on, layouts[change.ordinal], change.create);
        write_model(
            on, layouts[change.ordinal].model(),
            static_cast<std::int64_t>(slots[change.ordinal] + 1));
    }
    ++state.catalog;
    write_catalog_state(on, state);
    return slots;
}

} // namespace cairn::inline v0::detail::sql
