// SPDX-License-Identifier: BSL-1.0
// A backend behind virtual calls and without types: what everything above is compiled against once.
#pragma once

#include <cairn/backend/seam.hpp>
#include <cairn/base/array_view.hpp>
#include <cairn/base/config.hpp>
#include <cairn/base/function_ref.hpp>
#include <cairn/encode/record_list.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace cairn::inline v0::detail {

/// `session` of the seam.
class any_session {
public:
    any_session() = default;
    any_session(any_session const&) = delete;
    any_session& operator=(any_session const&) = delete;
    virtual ~any_session() = default;

    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;
    virtual void savepoint() = 0;
    virtual void release() = 0;
    virtual void rollback_to() = 0;
    [[nodiscard]] virtual std::exception_ptr doom() const = 0;
};

/// `database` of the seam.
class any_database {
public:
    any_database() = default;
    any_database(any_database const&) = delete;
    any_database& operator=(any_database const&) = delete;
    virtual ~any_database() = default;

    virtual any_session& writer() = 0;
    /// Calls `fn` with a session that reads one snapshot for as long as the call lasts.
    virtual void read(function_ref<void(any_session&)> fn) = 0;
    virtual void after_commit() = 0;
    virtual void check_usable() = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual std::string_view backend_name() const = 0;
};

/// `typed_table` of the seam for a model that is known by its `record_type` alone. A record is
/// passed by address.
class any_table {
public:
    explicit any_table(record_type const& type) : type_{type} {}
    any_table(any_table const&) = delete;
    any_table& operator=(any_table const&) = delete;
    virtual ~any_table() = default;

    [[nodiscard]] record_type const& type() const { return type_; }

    virtual bool insert(any_session& s, void const* record) = 0;
    /// Fills `record` and gives its sequence, if there is one with this key.
    virtual std::optional<std::int64_t> find(any_session& s, cells key, void* record) = 0;
    virtual bool visit(any_session& s, cells key, function_ref<void(void const*)> fn) = 0;
    virtual bool contains(any_session& s, cells key) = 0;
    virtual bool at(any_session& s, std::int64_t sequence, void* record) = 0;
    virtual bool rewrite(any_session& s, void const* record) = 0;
    virtual bool replace(
        any_session& s, std::int64_t sequence, void const* before, void const* after) = 0;
    virtual bool erase(any_session& s, cells key) = 0;
    virtual bool erase_at(any_session& s, std::int64_t sequence) = 0;
    /// Appends to an empty page.
    virtual void fetch(
        any_session& s, question const& q, position const* after, std::size_t limit,
        corrupt_sink const* tolerate, page_frame& page, record_sink& records) = 0;
    /// `fetch` for the records alone, of which none may be damaged.
    virtual void list(
        any_session& s, question const& q, position const* after, std::size_t limit,
        record_sink& records) = 0;
    virtual std::vector<std::int64_t> sequences(
        any_session& s, question const& q, position const* after, std::size_t limit) = 0;
    virtual std::uint64_t count(any_session& s, question const& q) = 0;
    virtual std::uint64_t clear(any_session& s) = 0;

private:
    record_type const& type_;
};

/// An open database and its tables, in the order of the models that it was opened with.
struct opened_backend {
    opened_backend();
    opened_backend(opened_backend&& other) noexcept;
    opened_backend& operator=(opened_backend&& other) noexcept;
    ~opened_backend();

    std::unique_ptr<any_database> database;
    std::vector<std::unique_ptr<any_table>> tables; // end first: they point into the database
};

using record_types = array_view<record_type const*>;

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/backend/erased.ipp>
#endif
