// SPDX-License-Identifier: BSL-1.0
// The verbs of a repository over one table and one session: what every one of them checks.
#pragma once

#include <cairn/describe/lifecycle.hpp>
#include <cairn/describe/reflect.hpp>
#include <cairn/describe/shape_of.hpp>
#include <cairn/encode/record.hpp>
#include <cairn/store/conflicts.hpp>
#include <cairn/store/store_core.hpp>

#include <array>

namespace cairn::inline v0::detail {

inline bool same_cells(cells a, cells b)
{
    auto i = std::size_t{0};
    while (i != a.size() && a[i] == b[i]) ++i;
    return i == a.size();
}

/// A record's key as cells that point into the record.
template <class Model>
auto key_cells_of(Model const& record)
{
    auto key = std::array<cell, shape_of<Model>.key.size>{};
    record_codec<Model>::to_key(record, key.data());
    return key;
}

/// The verbs, on behalf of `owner`. They leave rolling back to their caller.
template <class Model>
class verbs {
    static constexpr shape const& described_as = shape_of<Model>;
    static constexpr bool has_real_columns = has_real_column(described_as);
    static constexpr bool lifecycle_in_body = described_as.lifecycle >= 0
        && !described_as
                .members[static_cast<std::size_t>(
                    described_as.lifecycle < 0 ? 0 : described_as.lifecycle)]
                .column;

public:
    verbs(store_core const* owner, any_table<Model>& table, any_session& session)
        : owner_{owner}, table_{table}, session_{session}
    {
    }

    void insert(Model const& record)
    {
        with_normal(record, [&](Model const& normal) { insert_normal(normal); });
    }

    void put(Model const& record)
    {
        with_normal(record, [&](Model const& normal) { put_normal(normal); });
    }

    Model update(cells key, function_ref<void(Model&)> change)
    {
        auto found = table_.find(session_, key);
        if (!found) refuse_absent(described_as, key);
        return change_one(found->sequence, found->record, change);
    }

    /// Changes a record that was read at `sequence`; returns it as it is now.
    Model change_one(std::int64_t sequence, Model const& before, function_ref<void(Model&)> change)
    {
        auto after = before;
        call_back(change, after);
        auto const key = key_cells_of(before);
        if (!same_cells(key, key_cells_of(after))) refuse_changed_key(described_as, key);
        record_codec<Model>::check(after);
        if constexpr (has_real_columns) record_codec<Model>::normalize(after);
        replace(sequence, before, after);
        return after;
    }

private:
    template <class Function>
    static void with_normal(Model const& record, Function const& use)
    {
        record_codec<Model>::check(record);
        if constexpr (has_real_columns) {
            auto normal = record;
            record_codec<Model>::normalize(normal);
            use(normal);
        } else {
            use(record);
        }
    }

    void call_back(function_ref<void(Model&)> change, Model& record) const
    {
        auto const inside = scope{owner_, scope_kind::callback, nullptr};
        change(record);
    }

    void insert_normal(Model const& record)
    {
        if (!table_.insert(session_, record)) report_conflict(record, nullptr);
    }

    void put_normal(Model const& record)
    {
        if constexpr (!lifecycle_in_body) {
            if (table_.rewrite(session_, record)) return;
        }
        auto const key = key_cells_of(record);
        if (auto found = table_.find(session_, key)) {
            replace(found->sequence, found->record, record);
        } else {
            insert_normal(record);
        }
    }

    void replace(std::int64_t sequence, Model const& before, Model const& after)
    {
        if constexpr (described_as.lifecycle >= 0) check_lifecycle(before, after);
        if (!table_.replace(session_, sequence, before, after)) report_conflict(after, &sequence);
    }

    static void check_lifecycle(Model const& before, Model const& after)
    {
        constexpr auto m = static_cast<std::size_t>(described_as.lifecycle);
        auto const from = static_cast<std::int64_t>(get_member<m>(before));
        auto const to = static_cast<std::int64_t>(get_member<m>(after));
        if (from != to && !may_change(described_as, from, to)) {
            refuse_transition(described_as, key_cells_of(before));
        }
    }

    /// Finds out why the table refused `record`: its key first, then its uniques in the order of
    /// the descriptor. `self` is the sequence of the record that it would replace, if any.
    [[noreturn]] void report_conflict(Model const& record, std::int64_t const* self)
    {
        auto const key = key_cells_of(record);
        if (self == nullptr && table_.contains(session_, key)) refuse_taken_key(described_as, key);
        auto columns = std::array<cell, described_as.columns.size()>{};
        record_codec<Model>::to_columns(record, columns.data());
        for (std::size_t i = 0; i != described_as.indexes.size(); ++i) {
            if (described_as.indexes[i].unique && is_taken(i, columns, self)) {
                refuse_taken_unique(described_as, key, i);
            }
        }
        refuse_without_reason(described_as, key);
    }

    bool is_taken(std::size_t index, std::span<cell const> columns, std::int64_t const* self)
    {
        auto q = question{};
        if (!ask_for_equals(q, described_as, index, columns)) return false;
        auto const holders = table_.sequences(session_, q, nullptr, 1);
        return !holders.empty() && (self == nullptr || holders.front() != *self);
    }

    store_core const* owner_;
    any_table<Model>& table_;
    any_session& session_;
};

} // namespace cairn::inline v0::detail
