// SPDX-License-Identifier: BSL-1.0
// The typed table over SQLite: what a model adds to the engine, and that is little.
#pragma once

#include <cairn/backend/sqlite/engine.hpp>
#include <cairn/encode/record.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace cairn::inline v0 {

/// `typed_table<Model>` of the seam for SQLite.
template <class Model>
class sqlite_table {
    using codec = record_codec<Model>;
    using columns = std::array<cell, codec::columns>;
    using row = detail::sql::row;

public:
    sqlite_table(sqlite_database& database, std::size_t ordinal) : engine_{database, ordinal} {}

    bool insert(sqlite_session& s, Model const& record)
    {
        auto const stored = encode(record);
        return engine_.insert(s, stored.data(), body_.span());
    }

    std::optional<located<Model>> find(sqlite_session& s, cells key)
    {
        auto found = std::optional<located<Model>>{};
        engine_.find(s, key, [&](row const& at) {
            found.emplace();
            found->sequence = at.sequence();
            decode(s, at, found->record);
            require_key(s, at, key, found->record);
        });
        return found;
    }

    bool visit(sqlite_session& s, cells key, detail::function_ref<void(Model const&)> fn)
    {
        auto record = std::optional<Model>{};
        engine_.find(s, key, [&](row const& at) {
            decode(s, at, record.emplace());
            require_key(s, at, key, *record);
        });
        if (record) fn(*record);
        return record.has_value();
    }

    bool contains(sqlite_session& s, cells key) { return engine_.contains(s, key); }

    std::optional<Model> at(sqlite_session& s, std::int64_t sequence)
    {
        auto record = std::optional<Model>{};
        engine_.at(s, sequence, [&](row const& at) { decode(s, at, record.emplace()); });
        return record;
    }

    bool rewrite(sqlite_session& s, Model const& record)
    {
        auto const stored = encode(record);
        return engine_.rewrite(s, stored.data(), body_.span());
    }

    bool replace(sqlite_session& s, std::int64_t sequence, Model const& before, Model const& after)
    {
        auto old = columns{};
        codec::to_columns(before, old.data());
        auto const stored = encode(after);
        return engine_.replace(s, sequence, old.data(), stored.data(), body_.span());
    }

    bool erase(sqlite_session& s, cells key) { return engine_.erase(s, key); }
    bool erase_at(sqlite_session& s, std::int64_t sequence)
    {
        return engine_.erase_at(s, sequence);
    }
    std::uint64_t clear(sqlite_session& s) { return engine_.clear(s); }

    page_of<Model> fetch(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit,
        corrupt_sink const* tolerate)
    {
        auto page = page_of<Model>{};
        auto const expected = std::min<std::size_t>(limit, 1024);
        page.records.reserve(expected);
        page.sequences.reserve(expected);
        auto last_is_damaged = false;
        auto const fixed = detail::sql::fixed_values{engine_.table(), asked};
        page.more = engine_.fetch(s, asked, after, limit, [&](row const& at) {
            last_is_damaged = !take(s, page, at, asked, tolerate, fixed);
        });
        if (!page.records.empty() && !last_is_damaged) {
            auto last = columns{};
            codec::to_columns(page.records.back(), last.data());
            place(page, asked, last.data(), page.sequences.back());
        }
        return page;
    }

    std::vector<std::int64_t> sequences(
        sqlite_session& s, question const& asked, position const* after, std::size_t limit)
    {
        return engine_.sequences(s, asked, after, limit);
    }

    std::uint64_t count(sqlite_session& s, question const& asked)
    {
        return engine_.count(s, asked);
    }

private:
    /// The columns of a record, with its body in `body_`. Only the thread that holds the writer
    /// comes here.
    columns encode(Model const& record)
    {
        auto stored = columns{};
        codec::to_columns(record, stored.data());
        body_.clear();
        codec::encode(record, body_);
        return stored;
    }

    void decode(sqlite_session& s, row const& at, Model& record) const
    {
        try {
            codec::decode({}, at.body(), record);
        } catch (error const&) {
            name_damage(s, at);
            throw;
        }
    }

    /// Throws again what is wrong with a row, with its key, or that its columns are not those of
    /// its record.
    void name_damage(sqlite_session& s, row const& at) const
    {
        engine_.columns_at(s, at.sequence(), [&](cells stored) {
            auto record = Model{};
            codec::decode(stored, at.body(), record);
        });
    }

    /// An index led to a row that it does not belong to. Either the row's columns are damaged, or
    /// the index is.
    [[noreturn]] void refuse_row(sqlite_session& s, row const& at) const
    {
        name_damage(s, at);
        raise(
            errc::corrupt_store,
            {.message = "an index led to a record that does not have the values asked for",
             .model = std::string{shape_of<Model>.name}});
    }

    void require_key(sqlite_session& s, row const& at, cells key, Model const& record) const
    {
        auto own = std::array<cell, codec::key_fields>{};
        codec::to_key(record, own.data());
        for (std::size_t i = 0; i < key.size(); ++i)
            if (!(own[i] == key[i])) refuse_row(s, at);
    }

    /// Adds a row to a page; false if it is damaged, and that is tolerated.
    bool take(
        sqlite_session& s, page_of<Model>& page, row const& at, question const& asked,
        corrupt_sink const* tolerate, detail::sql::fixed_values const& fixed)
    {
        auto& record = page.records.emplace_back();
        try {
            decode(s, at, record);
            require_answer(s, at, record, fixed);
        } catch (corrupt_record const& damage) {
            page.records.pop_back();
            if (tolerate == nullptr) throw;
            engine_.columns_at(s, at.sequence(), [&](cells stored) {
                place(page, asked, stored.data(), at.sequence());
            });
            (*tolerate)(damage);
            return false;
        }
        page.sequences.push_back(at.sequence());
        return true;
    }

    void require_answer(
        sqlite_session& s, row const& at, Model const& record,
        detail::sql::fixed_values const& fixed) const
    {
        if (fixed.none()) return;
        auto own = columns{};
        codec::to_columns(record, own.data());
        if (!fixed.are_in(own.data())) refuse_row(s, at);
    }

    void place(
        page_of<Model>& page, question const& asked, cell const* stored, std::int64_t sequence)
    {
        auto const& order = engine_.table().order(detail::sql::layout::order_number(asked));
        page.last.clear();
        detail::sql::append_position(page.last, order, stored, sequence);
    }

    detail::sql::table_engine engine_;
    byte_buffer body_{};
};

} // namespace cairn::inline v0
