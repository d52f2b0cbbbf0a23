// SPDX-License-Identifier: BSL-1.0
// The typed table of the seam over SQLite, for programs and tests that use the backend by itself.
#pragma once

#include <cairn/backend/sqlite/backend.hpp>
#include <cairn/backend/sqlite/record_table.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// `typed_table<Model>` of the seam for SQLite.
template <class Model>
class sqlite_table {
public:
    sqlite_table(sqlite_database& database, std::size_t ordinal)
        : under_{database, ordinal, record_type_of<Model>}
    {
    }

    bool insert(sqlite_session& s, Model const& record) { return under_.insert(s, &record); }

    std::optional<located<Model>> find(sqlite_session& s, cells key)
    {
        auto record = Model{};
        auto const sequence = under_.find(s, key, &record);
        if (!sequence) return std::nullopt;
        return located<Model>{*sequence, std::move(record)};
    }
    bool visit(sqlite_session& s, cells key, detail::function_ref<void(Model const&)> fn)
    {
        return under_.visit(
            s, key, [&](void const* record) { fn(*static_cast<Model const*>(record)); });
    }
    bool contains(sqlite_session& s, cells key) { return under_.engine().contains(s, key); }
    std::optional<Model> at(sqlite_session& s, std::int64_t sequence)
    {
        auto record = std::optional<Model>{std::in_place};
        if (!under_.at(s, sequence, &*record)) record.reset();
        return record;
    }

    bool rewrite(sqlite_session& s, Model const& record) { return under_.rewrite(s, &record); }
    bool replace(sqlite_session& s, std::int64_t sequence, Model const& before, Model const& after)
    {
        return under_.replace(s, sequence, &before, &after);
    }
    bool erase(sqlite_session& s, cells key) { return under_.engine().erase(s, key); }
    bool erase_at(sqlite_session& s, std::int64_t sequence)
    {
        return under_.engine().erase_at(s, sequence);
    }
    std::uint64_t clear(sqlite_session& s) { return under_.engine().clear(s); }

    page_of<Model> fetch(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit,
        corrupt_sink const* tolerate)
    {
        auto page = page_of<Model>{};
        auto records = detail::vector_sink<Model>{page.records};
        under_.fetch(s, asked, after, limit, tolerate, page, records);
        return page;
    }
    std::vector<std::int64_t> sequences(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit)
    {
        return under_.engine().sequences(s, asked, after, limit);
    }
    std::uint64_t count(sqlite_session& s, question const& asked)
    {
        return under_.engine().count(s, asked);
    }

private:
    detail::sql::record_table under_;
};

static_assert(backend<sqlite>);

} // namespace cairn::inline v0
