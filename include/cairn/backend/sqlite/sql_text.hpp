// SPDX-License-Identifier: BSL-1.0
// Every SQL text of a table, made from the constants of its description and from nothing else.
#pragma once

#include <cairn/backend/sqlite/layout.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::inline v0::detail::sql {

/// Text under construction.
class text {
public:
    text& add(std::string_view words)
    {
        made_.append(words);
        return *this;
    }
    text& name(std::string_view identifier)
    {
        made_.push_back('"');
        for (char const c : identifier) made_.append(c == '"' ? 2 : 1, c);
        made_.push_back('"');
        return *this;
    }
    /// `between` before every call but the first.
    text& next(bool& first, std::string_view between)
    {
        if (!first) made_.append(between);
        first = false;
        return *this;
    }
    [[nodiscard]] std::string take() { return std::move(made_); }

private:
    std::string made_;
};

[[nodiscard]] inline std::string_view type_name(column_type type)
{
    switch (type.kind) {
    case scalar::boolean:
    case scalar::integer: return "INTEGER";
    case scalar::natural: return type.width == 8 ? "ANY" : "INTEGER";
    case scalar::real: return "REAL";
    case scalar::text: return "TEXT";
    case scalar::bytes:
    case scalar::none: break;
    }
    return "BLOB";
}

inline void add_column(text& out, layout const& table, std::size_t place)
{
    auto const type = table.type(place);
    out.add("  ").name(table.name(place)).add(" ").add(type_name(type));
    out.add(type.nullable ? ",\n" : " NOT NULL,\n");
}

inline void add_key_constraint(text& out, layout const& table)
{
    if (table.key().empty()) {
        out.add(",\n  \"_only\" INTEGER NOT NULL DEFAULT 0 CHECK (\"_only\" = 0) UNIQUE");
        return;
    }
    if (table.key_is_sequence()) return;
    out.add(",\n  UNIQUE (");
    auto first = true;
    for (auto const place : table.key())
        out.next(first, ", ").name(table.name(static_cast<std::size_t>(place)));
    out.add(")");
}

[[nodiscard]] inline std::string create_table(layout const& table)
{
    auto out = text{};
    out.add("CREATE TABLE ").name(table.model().name).add(" (\n  ").name(table.sequence_name());
    out.add(" INTEGER PRIMARY KEY,\n");
    auto const own = table.key_is_sequence() ? table.key().front() : -1;
    for (std::size_t place = 0; place < table.columns(); ++place)
        if (static_cast<int>(place) != own) add_column(out, table, place);
    out.add("  \"_body\" BLOB NOT NULL");
    add_key_constraint(out, table);
    return out.add("\n) STRICT").take();
}

[[nodiscard]] inline std::string index_name(shape const& model, index_shape const& index)
{
    return std::string{model.name}.append(".").append(index.name);
}

[[nodiscard]] inline std::string create_index(shape const& model, index_shape const& index)
{
    auto out = text{};
    out.add(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    out.name(index_name(model, index)).add(" ON ").name(model.name).add(" (");
    auto first = true;
    for (auto const member : index.columns())
        out.next(first, ", ").name(model.members[member].name);
    return out.add(")").take();
}

/// The statements of a table that have no variants.
enum class verb : std::uint8_t {
    insert,
    find,
    contains,
    at,
    columns_at,
    rewrite,
    erase,
    erase_at,
    clear,
    count_of_verbs
};

/// What a row is read by: the body holds the whole record.
inline void add_record(text& out, layout const& table)
{
    out.add("\"_body\", ").name(table.sequence_name());
}

/// What tells of a row whose body is damaged.
inline void add_columns(text& out, layout const& table)
{
    out.name(table.sequence_name());
    for (std::size_t place = 0; place < table.columns(); ++place)
        out.add(", ").name(table.name(place));
}

/// `"a" = ?`, or `"a" IS ?` where a value may be missing.
inline void add_equality(text& out, std::string_view name, bool nullable)
{
    out.name(name).add(nullable ? " IS ?" : " = ?");
}

inline void add_key_condition(text& out, layout const& table)
{
    auto first = true;
    out.add(" WHERE ");
    for (auto const place : table.key())
        add_equality(out.next(first, " AND "), table.name(static_cast<std::size_t>(place)), false);
    if (first) out.add("\"_only\" = 0");
}

inline void add_sequence_condition(text& out, layout const& table)
{
    out.add(" WHERE ").name(table.sequence_name()).add(" = ?");
}

/// Parameters: the sequence unless the key is it, the columns, the body.
[[nodiscard]] inline std::string insert_text(layout const& table)
{
    auto out = text{};
    auto first = true;
    out.add("INSERT INTO ").name(table.model().name).add(" (");
    if (!table.key_is_sequence()) out.next(first, ", ").name("_seq");
    for (std::size_t place = 0; place < table.columns(); ++place)
        out.next(first, ", ").name(table.name(place));
    out.add(", \"_body\") VALUES (?");
    auto const values = table.columns() + (table.key_is_sequence() ? 0 : 1);
    for (std::size_t i = 0; i < values; ++i) out.add(", ?");
    return out.add(")").take();
}

/// Parameters: the body, then every column.
[[nodiscard]] inline std::string rewrite_text(layout const& table)
{
    auto out = text{};
    auto first = true;
    out.add("UPDATE ").name(table.model().name).add(" SET \"_body\" = ? WHERE ");
    for (std::size_t place = 0; place < table.columns(); ++place)
        add_equality(out.next(first, " AND "), table.name(place), table.type(place).nullable);
    if (first) out.add("\"_only\" = 0");
    return out.take();
}

[[nodiscard]] inline std::string verb_text(layout const& table, verb which)
{
    auto out = text{};
    auto const& name = table.model().name;
    switch (which) {
    case verb::insert: return insert_text(table);
    case verb::rewrite: return rewrite_text(table);
    case verb::find:
    case verb::at:
        add_record(out.add("SELECT "), table);
        out.add(" FROM ").name(name);
        break;
    case verb::columns_at:
        add_columns(out.add("SELECT "), table);
        out.add(" FROM ").name(name);
        break;
    case verb::contains: out.add("SELECT 1 FROM ").name(name); break;
    case verb::erase:
    case verb::erase_at: out.add("DELETE FROM ").name(name); break;
    case verb::clear:
    case verb::count_of_verbs: return out.add("DELETE FROM ").name(name).take();
    }
    if (which == verb::at || which == verb::columns_at || which == verb::erase_at)
        add_sequence_condition(out, table);
    else
        add_key_condition(out, table);
    return out.take();
}

/// The bit of a column in a set of changed ones; those beyond the 62nd change together.
[[nodiscard]] constexpr std::uint64_t column_bit(std::size_t place)
{
    return std::uint64_t{1} << (place < 62 ? place : 62);
}

/// Parameters: the changed columns, the body, the sequence. Columns that are not named keep their
/// index entries unwritten.
[[nodiscard]] inline std::string replace_text(layout const& table, std::uint64_t changed)
{
    auto out = text{};
    out.add("UPDATE ").name(table.model().name).add(" SET ");
    for (std::size_t place = 0; place < table.columns(); ++place)
        if ((changed & column_bit(place)) != 0) out.name(table.name(place)).add(" = ?, ");
    out.add("\"_body\" = ?");
    add_sequence_condition(out, table);
    return out.take();
}

} // namespace cairn::inline v0::detail::sql
