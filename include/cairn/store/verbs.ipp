// SPDX-License-Identifier: BSL-1.0
// The verbs of a repository: how they check, and in which order.
#pragma once

#include <cairn/describe/lifecycle.hpp>
#include <cairn/encode/own_columns.hpp>
#include <cairn/encode/own_key.hpp>
#include <cairn/store/conflicts.hpp>
#include <cairn/store/scope.hpp>
#include <cairn/store/store_core.hpp>
#include <cairn/store/verbs.hpp>

namespace cairn::inline v0::detail {

CAIRN_INLINE void verbs::insert(void const* record)
{
    with_normal(record, [&](void const* normal) { insert_normal(normal); });
}

CAIRN_INLINE void verbs::put(void const* record)
{
    with_normal(record, [&](void const* normal) { put_normal(normal); });
}

CAIRN_INLINE void verbs::update(
    cells key, void* before, void* after, function_ref<void()> copy, function_ref<void()> change)
{
    auto const sequence = table_.find(session_, key, before);
    if (!sequence) refuse_absent(*type_.model, key);
    copy();
    change_one(*sequence, before, after, change);
}

CAIRN_INLINE void verbs::change_one(
    std::int64_t sequence, void const* before, void* after, function_ref<void()> change)
{
    {
        auto inside = scope{owner_, scope_kind::callback, nullptr};
        change();
        inside.returned();
    }
    auto const key = own_key{type_, before};
    if (!(key == own_key{type_, after})) refuse_changed_key(*type_.model, key.view());
    refuse_nan_in(after);
    if (type_.normalize != nullptr) type_.normalize(after);
    replace(sequence, before, after);
}

/// What has floating-point columns is stored with +0.0 in them.
CAIRN_INLINE void verbs::with_normal(void const* record, function_ref<void(void const*)> use) const
{
    if (type_.normalize == nullptr) {
        use(record);
        return;
    }
    refuse_nan_in(record);
    type_.with_copy(record, [&](void* copy) {
        type_.normalize(copy);
        use(copy);
    });
}

CAIRN_INLINE void verbs::refuse_nan_in(void const* record) const
{
    if (type_.normalize == nullptr) return;
    auto columns = own_columns{type_};
    refuse_nan(*type_.model, columns.of(record));
}

CAIRN_INLINE void verbs::insert_normal(void const* record)
{
    if (!table_.insert(session_, record)) report_conflict(record, nullptr);
}

/// A lifecycle's member has a column, so what `rewrite` overwrites has the same state.
CAIRN_INLINE void verbs::put_normal(void const* record)
{
    if (table_.rewrite(session_, record)) return;
    auto const key = own_key{type_, record};
    auto known = false;
    with_blank(type_, [&](void* before) {
        auto const sequence = table_.find(session_, key.view(), before);
        known = sequence.has_value();
        if (known) replace(*sequence, before, record);
    });
    if (!known) insert_normal(record);
}

CAIRN_INLINE void verbs::replace(std::int64_t sequence, void const* before, void const* after)
{
    if (type_.model->lifecycle >= 0) check_lifecycle(before, after);
    if (!table_.replace(session_, sequence, before, after)) report_conflict(after, &sequence);
}

CAIRN_INLINE void verbs::check_lifecycle(void const* before, void const* after) const
{
    auto const from = state_of(before);
    auto const to = state_of(after);
    if (from == to || may_change(*type_.model, from, to)) return;
    refuse_transition(*type_.model, own_key{type_, before}.view());
}

CAIRN_INLINE std::int64_t verbs::state_of(void const* record) const
{
    auto const& model = *type_.model;
    auto const place = column_position(model, static_cast<std::uint8_t>(model.lifecycle));
    auto columns = own_columns{type_};
    return columns.of(record)[place].as_integer();
}

/// Finds out why the table refused `record`: its key first, then its uniques in the order of the
/// descriptor. `self` is the sequence of the record that it would replace, if any.
CAIRN_INLINE void verbs::report_conflict(void const* record, std::int64_t const* self)
{
    auto const& model = *type_.model;
    auto const key = own_key{type_, record};
    if (self == nullptr && table_.contains(session_, key.view()))
        refuse_taken_key(model, key.view());
    auto own = own_columns{type_};
    auto const columns = own.of(record);
    for (std::size_t i = 0; i != model.indexes.size(); ++i) {
        if (model.indexes[i].unique && is_taken(i, columns, self))
            refuse_taken_unique(model, key.view(), i);
    }
    refuse_without_reason(model, key.view());
}

CAIRN_INLINE bool verbs::is_taken(std::size_t index, cells columns, std::int64_t const* self)
{
    auto q = question{};
    if (!ask_for_equals(q, *type_.model, index, columns)) return false;
    auto const holders = table_.sequences(session_, q, nullptr, 1);
    return !holders.empty() && (self == nullptr || holders.front() != *self);
}

CAIRN_INLINE bool find_record(table_handle const& from, cells key, void* record)
{
    auto found = false;
    from.core->read(
        from.where, [&](any_session& s) { found = from.table->find(s, key, record).has_value(); });
    return found;
}

CAIRN_INLINE void get_record(table_handle const& from, cells key, void* record)
{
    if (!find_record(from, key, record)) refuse_absent(from.model(), key);
}

CAIRN_INLINE bool contains_record(table_handle const& from, cells key)
{
    auto found = false;
    from.core->read(from.where, [&](any_session& s) { found = from.table->contains(s, key); });
    return found;
}

CAIRN_INLINE bool visit_record(
    table_handle const& from, cells key, function_ref<void(void const*)> fn)
{
    auto found = false;
    auto const guarded = [&](void const* record) {
        auto inside = scope{from.core, scope_kind::callback, nullptr};
        fn(record);
        inside.returned();
    };
    from.core->read(
        from.where, [&](any_session& s) { found = from.table->visit(s, key, guarded); });
    return found;
}

CAIRN_INLINE void insert_record(table_handle const& into, void const* record)
{
    auto const body = [&](any_session& s) { verbs{into.core, *into.table, s}.insert(record); };
    into.core->write(into.where, body, true);
}

CAIRN_INLINE void put_record(table_handle const& into, void const* record)
{
    auto const body = [&](any_session& s) { verbs{into.core, *into.table, s}.put(record); };
    into.core->write(into.where, body, false);
}

CAIRN_INLINE bool erase_record(table_handle const& from, cells key)
{
    auto erased = false;
    auto const body = [&](any_session& s) { erased = from.table->erase(s, key); };
    from.core->write(from.where, body, true);
    return erased;
}

CAIRN_INLINE std::uint64_t clear_records(table_handle const& of)
{
    auto n = std::uint64_t{0};
    auto const body = [&](any_session& s) { n = of.table->clear(s); };
    of.core->write(of.where, body, false);
    return n;
}

CAIRN_INLINE void update_record(
    table_handle const& in, cells key, void* before, void* after, function_ref<void()> copy,
    function_ref<void()> change)
{
    auto const body = [&](any_session& s) {
        verbs{in.core, *in.table, s}.update(key, before, after, copy, change);
    };
    in.core->write(in.where, body, false);
}

} // namespace cairn::inline v0::detail
