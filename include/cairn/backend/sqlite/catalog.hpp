// SPDX-License-Identifier: BSL-1.0
// What the file says it holds, compared with what the program expects, object by object.
#pragma once

#include <cairn/backend/sqlite/settings.hpp>
#include <cairn/backend/sqlite/state.hpp>
#include <cairn/describe/fingerprint.hpp>
#include <cairn/encode/checksum.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0::detail::sql {

inline constexpr std::string_view model_table = "CREATE TABLE \"cairn.model\" (\n"
                                                "  \"slot\" INTEGER PRIMARY KEY,\n"
                                                "  \"name\" TEXT NOT NULL UNIQUE,\n"
                                                "  \"version\" INTEGER NOT NULL,\n"
                                                "  \"record_fingerprint\" BLOB NOT NULL,\n"
                                                "  \"table_fingerprint\" BLOB NOT NULL,\n"
                                                "  \"record\" TEXT NOT NULL,\n"
                                                "  \"layout\" TEXT NOT NULL,\n"
                                                "  \"description\" TEXT NOT NULL\n"
                                                ") STRICT";

inline constexpr std::string_view state_table = "CREATE TABLE \"cairn.state\" (\n"
                                                "  \"id\" INTEGER PRIMARY KEY CHECK (\"id\" = 1),\n"
                                                "  \"commit_sequence\" INTEGER NOT NULL,\n"
                                                "  \"catalog\" INTEGER NOT NULL,\n"
                                                "  \"clean\" INTEGER NOT NULL,\n"
                                                "  \"tallies\" BLOB NOT NULL\n"
                                                ") STRICT";

/// A row of SQLite's own schema table.
struct stored_object {
    std::string type;
    std::string name;
    std::string table;
    std::string sql;
};

/// A row of "cairn.model".
struct stored_model {
    std::int64_t slot;
    std::string name;
    std::int64_t version;
    std::string record;
    std::string layout;
    std::string description;
};

/// An index that the file has and the program does not, or the other way round.
struct index_change {
    std::size_t ordinal;
    std::string drop{};   ///< name of an index
    std::string create{}; ///< its SQL
};

/// What came of the comparison.
struct catalog_findings {
    std::vector<std::optional<std::size_t>> slots{}; ///< by ordinal; empty: not in the file yet
    std::vector<index_change> changes{};
    std::vector<std::size_t> outdated{}; ///< ordinals of models whose description has old names
    std::vector<std::string> differences{};
    bool newer = false; ///< a model in the file is newer than the program
};

[[nodiscard]] inline std::vector<stored_object> read_objects(connection& on)
{
    auto found = std::vector<stored_object>{};
    auto const prepared = on.prepare(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema");
    auto run = execution{on, prepared.get()};
    auto const at = [&](int place) { return std::string{run.words(place)}; };
    while (run.row()) found.push_back({at(0), at(1), at(2), at(3)});
    return found;
}

[[nodiscard]] inline std::vector<stored_model> read_models(connection& on)
{
    auto found = std::vector<stored_model>{};
    auto const prepared = on.prepare(
        "SELECT \"slot\", \"name\", \"version\", \"record\", \"layout\", \"description\""
        " FROM \"cairn.model\" ORDER BY \"slot\"");
    auto run = execution{on, prepared.get()};
    auto const at = [&](int place) { return std::string{run.words(place)}; };
    while (run.row()) found.push_back({run.integer(0), at(1), run.integer(2), at(3), at(4), at(5)});
    return found;
}

/// Compares a file with a schema. Reads only.
class catalog_comparison {
public:
    catalog_comparison(connection& on, std::vector<layout> const& layouts)
        : layouts_{layouts}, objects_{read_objects(on)}
    {
        require_own("cairn.model", model_table);
        require_own("cairn.state", state_table);
        if (!found_.differences.empty()) return;
        models_ = read_models(on);
        for (auto const& object : objects_) look_at(object);
        for (std::size_t i = 0; i < layouts_.size(); ++i) compare(i);
    }

    [[nodiscard]] catalog_findings take() { return std::move(found_); }

private:
    using names = std::vector<std::string>;

    void differ(std::string_view where, std::string_view what)
    {
        found_.differences.push_back(std::string{where}.append(": ").append(what));
    }

    [[nodiscard]] stored_object const* object(std::string_view name) const
    {
        for (auto const& one : objects_)
            if (one.name == name) return &one;
        return nullptr;
    }

    [[nodiscard]] stored_model const* model(std::string_view name) const
    {
        for (auto const& one : models_)
            if (one.name == name) return &one;
        return nullptr;
    }

    void require_own(std::string_view name, std::string_view sql)
    {
        auto const* const found = object(name);
        if (found == nullptr)
            differ(name, "the table is missing");
        else
            compare_lines(name, found->sql, sql);
    }

    /// Whether an object may be there at all. What the catalog does not explain could run code,
    /// or be another program's data.
    void look_at(stored_object const& one)
    {
        if (one.type != "table" && one.type != "index")
            return differ(one.name, "a " + one.type + " that is not of this library");
        if (one.name == "sqlite_stat1" || one.name == "sqlite_stat4") return;
        auto const own = one.table == "cairn.model" || one.table == "cairn.state";
        if (own && (one.type == "table" || one.name.starts_with("sqlite_autoindex_"))) return;
        if (model(one.table) == nullptr)
            return differ(one.name, "a " + one.type + " that the catalog does not know");
        if (one.type == "table" && one.sql.starts_with("CREATE VIRTUAL"))
            differ(one.name, "a virtual table in the place of a model's");
    }

    void compare(std::size_t ordinal)
    {
        auto const& wanted = layouts_[ordinal].model();
        auto const* const stored = model(wanted.name);
        found_.slots.emplace_back();
        if (stored == nullptr) return;
        found_.slots.back() = place_of(*stored);
        if (stored->version != std::int64_t{wanted.version})
            return compare_version(*stored, wanted);
        if (stored->record != record_text(wanted)) {
            differ(wanted.name, "its fields changed, but its version was not raised");
            return compare_records(*stored, wanted);
        }
        auto const* const table = object(wanted.name);
        if (table == nullptr) return differ(wanted.name, "the table is missing");
        compare_lines(wanted.name, table->sql, create_table(layouts_[ordinal]));
        compare_indexes(ordinal);
        if (stored->description != members_text(wanted)) found_.outdated.push_back(ordinal);
    }

    /// Where a model's count lies. Behind which number there is none, the row of counts says.
    [[nodiscard]] static std::size_t place_of(stored_model const& stored)
    {
        if (stored.slot < 1)
            raise(
                errc::corrupt_store,
                {.message = "the catalog gives a model a slot that cannot be",
                 .model = stored.name});
        return static_cast<std::size_t>(stored.slot - 1);
    }

    void compare_version(stored_model const& stored, shape const& wanted)
    {
        auto const newer = stored.version > std::int64_t{wanted.version};
        found_.newer = found_.newer || newer;
        differ(
            wanted.name,
            "the file has version " + std::to_string(stored.version) + ", the program version "
                + std::to_string(wanted.version));
        compare_records(stored, wanted);
    }

    void compare_records(stored_model const& stored, shape const& wanted)
    {
        for (auto const& note : text_differences(stored.record, record_text(wanted)))
            differ(wanted.name, note);
    }

    void compare_indexes(std::size_t ordinal)
    {
        auto const& wanted = layouts_[ordinal].model();
        auto expected = names{};
        for (auto const& index : wanted.indexes) {
            expected.push_back(index_name(wanted, index));
            auto const sql = create_index(wanted, index);
            auto const* const found = object(expected.back());
            if (found != nullptr && found->sql == sql && found->table == wanted.name) continue;
            auto const replaces = found != nullptr ? expected.back() : std::string{};
            found_.changes.push_back({ordinal, replaces, sql});
        }
        for (auto const& one : objects_) {
            auto const other = one.type == "index" && one.table == wanted.name && !one.sql.empty()
                && std::find(expected.begin(), expected.end(), one.name) == expected.end();
            if (other) found_.changes.push_back({ordinal, one.name, {}});
        }
    }

    /// Every line that only one of two texts has; if there is none, their order.
    void compare_lines(std::string_view where, std::string_view stored, std::string_view wanted)
    {
        if (stored == wanted) return;
        auto const before = found_.differences.size();
        auto const in_file = detail::lines_of(stored);
        auto const in_program = detail::lines_of(wanted);
        for (auto const& line : in_file)
            if (std::find(in_program.begin(), in_program.end(), line) == in_program.end())
                differ(where, std::string{"only in the file: "}.append(line));
        for (auto const& line : in_program)
            if (std::find(in_file.begin(), in_file.end(), line) == in_file.end())
                differ(where, std::string{"only in the program: "}.append(line));
        if (found_.differences.size() == before) differ(where, "the same lines in another order");
    }

    std::vector<layout> const& layouts_;
    std::vector<stored_object> objects_;
    std::vector<stored_model> models_{};
    catalog_findings found_{};
};

/// Throws for differences that nothing can bridge.
inline void refuse_differences(catalog_findings const& found, std::string const& path)
{
    if (found.differences.empty()) return;
    auto details = error_details{};
    details.message = found.newer ? "the file holds a newer version of a model"
                                  : "the file does not have the schema of the program";
    details.index = path;
    details.notes = found.differences;
    raise(found.newer ? errc::newer_version : errc::schema_mismatch, std::move(details));
}

/// Throws also for what only a writer could change: models and indexes that are missing.
inline void refuse_changes(
    catalog_findings found, std::vector<layout> const& layouts, std::string const& path)
{
    for (std::size_t i = 0; i < found.slots.size(); ++i)
        if (!found.slots[i])
            found.differences.push_back(
                std::string{layouts[i].model().name} + ": the file does not have this model");
    for (auto const& change : found.changes)
        found.differences.push_back(
            "an index differs: " + (change.create.empty() ? change.drop : change.create));
    refuse_differences(found, path);
}

} // namespace cairn::inline v0::detail::sql
