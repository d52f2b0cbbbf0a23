// SPDX-License-Identifier: BSL-1.0
// An SQLite file behind virtual calls.
#pragma once

#include <cairn/backend/adapt.hpp>
#include <cairn/backend/sqlite/record_table.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

namespace detail::sql {

/// `any_table` over a record table.
class erased_record_table final : public any_table {
    static sqlite_session& of(any_session& s) { return erased_session<sqlite>::of(s); }

public:
    erased_record_table(sqlite_database& database, std::size_t ordinal, record_type const& type)
        : any_table{type}, under_{database, ordinal, type}
    {
    }

    bool insert(any_session& s, void const* record) override
    {
        return under_.insert(of(s), record);
    }
    std::optional<std::int64_t> find(any_session& s, cells key, void* record) override
    {
        return under_.find(of(s), key, record);
    }
    bool visit(any_session& s, cells key, function_ref<void(void const*)> fn) override
    {
        return under_.visit(of(s), key, fn);
    }
    bool contains(any_session& s, cells key) override
    {
        return under_.engine().contains(of(s), key);
    }
    bool at(any_session& s, std::int64_t sequence, void* record) override
    {
        return under_.at(of(s), sequence, record);
    }
    bool rewrite(any_session& s, void const* record) override
    {
        return under_.rewrite(of(s), record);
    }
    bool replace(
        any_session& s, std::int64_t sequence, void const* before, void const* after) override
    {
        return under_.replace(of(s), sequence, before, after);
    }
    bool erase(any_session& s, cells key) override { return under_.engine().erase(of(s), key); }
    bool erase_at(any_session& s, std::int64_t sequence) override
    {
        return under_.engine().erase_at(of(s), sequence);
    }
    void fetch(
        any_session& s, question const& q, position const* after, std::size_t limit,
        corrupt_sink const* tolerate, page_frame& page, record_sink& records) override
    {
        under_.fetch(of(s), q, after, limit, tolerate, page, records);
    }
    void list(
        any_session& s, question const& q, position const* after, std::size_t limit,
        record_sink& records) override
    {
        under_.list(of(s), q, after, limit, records);
    }
    std::vector<std::int64_t> sequences(
        any_session& s, question const& q, position const* after, std::size_t limit) override
    {
        return under_.engine().sequences(of(s), q, after, limit);
    }
    std::uint64_t count(any_session& s, question const& q) override
    {
        return under_.engine().count(of(s), q);
    }
    std::uint64_t clear(any_session& s) override { return under_.engine().clear(of(s)); }

private:
    record_table under_;
};

} // namespace detail::sql

CAIRN_INLINE detail::opened_backend sqlite::open(options&& how, detail::record_types models)
{
    auto shapes = std::vector<shape const*>{};
    for (auto const* type : models) shapes.push_back(type->model);
    auto database = std::make_unique<detail::erased_database<sqlite>>(std::move(how), shapes);
    auto opened = detail::opened_backend{};
    for (std::size_t i = 0; i != models.size(); ++i) {
        opened.tables.push_back(
            std::make_unique<detail::sql::erased_record_table>(database->under(), i, *models[i]));
    }
    opened.database = std::move(database);
    return opened;
}

} // namespace cairn::inline v0
