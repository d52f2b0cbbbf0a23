// SPDX-License-Identifier: BSL-1.0
// The verbs of a repository, for records of any model: what every one of them checks.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/store/table_handle.hpp>

#include <cstdint>

namespace cairn::inline v0::detail {

// Each is one operation in the scope of its handle. A `void*` is a record of the table's model.

/// @errors `not_found`.
void get_record(table_handle const& from, cells key, void* record);
[[nodiscard]] bool find_record(table_handle const& from, cells key, void* record);
[[nodiscard]] bool contains_record(table_handle const& from, cells key);
bool visit_record(table_handle const& from, cells key, function_ref<void(void const*)> fn);

void insert_record(table_handle const& into, void const* record);
void put_record(table_handle const& into, void const* record);
bool erase_record(table_handle const& from, cells key);
std::uint64_t clear_records(table_handle const& of);

/// Fills `before` with the record as it is, lets `copy` make `after` of it and the user's `change`
/// change that, and stores it.
void update_record(
    table_handle const& in, cells key, void* before, void* after, function_ref<void()> copy,
    function_ref<void()> change);

/// The verbs in one session. They leave rolling back to their caller.
class verbs {
public:
    verbs(store_core const* owner, any_table& table, any_session& session)
        : owner_{owner}, table_{table}, type_{table.type()}, session_{session}
    {
    }

    void insert(void const* record);
    void put(void const* record);
    void update(
        cells key, void* before, void* after, function_ref<void()> copy,
        function_ref<void()> change);

    /// Changes the record that was read at `sequence`; `after` is a copy of it that the user's
    /// `change` changes.
    void change_one(
        std::int64_t sequence, void const* before, void* after, function_ref<void()> change);

private:
    void with_normal(void const* record, function_ref<void(void const*)> use) const;
    void refuse_nan_in(void const* record) const;
    void insert_normal(void const* record);
    void put_normal(void const* record);
    void replace(std::int64_t sequence, void const* before, void const* after);
    void check_lifecycle(void const* before, void const* after) const;
    [[nodiscard]] std::int64_t state_of(void const* record) const;
    [[noreturn]] void report_conflict(void const* record, std::int64_t const* self);
    [[nodiscard]] bool is_taken(std::size_t index, cells columns, std::int64_t const* self);

    store_core const* owner_;
    any_table& table_;
    record_type const& type_;
    any_session& session_;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/verbs.ipp>
#endif
