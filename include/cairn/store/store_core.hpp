// SPDX-License-Identifier: BSL-1.0
// What a store is underneath: an open database, its tables, its queue of writes, its end.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/base/process.hpp>
#include <cairn/store/async_write.hpp>
#include <cairn/store/table_handle.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

namespace cairn::inline v0::detail {

class commit_queue;
class savepoint_guard;
class scope;

/// A store without its types. Thread-safe.
class store_core {
public:
    store_core(opened_backend opened, commit_options options);
    store_core(store_core const&) = delete;
    store_core& operator=(store_core const&) = delete;
    ~store_core();

    [[nodiscard]] any_table& table(std::size_t ordinal) const { return *opened_.tables[ordinal]; }
    [[nodiscard]] any_database& database() const { return *opened_.database; }
    [[nodiscard]] bool in_forked_child() const { return generation_ != process_generation(); }

    /// One reading operation in the scope of a handle: of its own, or of a running closure.
    void read(scope_id where, function_ref<void(any_session&)> fn);

    /// One writing operation in the scope of a handle. Inside a transaction it gets a savepoint
    /// of its own, unless it is one step that the backend does or does not.
    void write(scope_id where, write_function fn, bool one_step);

    /// A closure of the user's, on this thread, that writes or sees one snapshot.
    void run_transaction(function_ref<void(scope_id)> fn);
    void run_snapshot(function_ref<void(scope_id)> fn);

    /// A savepoint in a transaction that can go on.
    /// @errors `misuse`; the error that ended the transaction.
    [[nodiscard]] savepoint_guard mark(scope_id where) const;

    void post(std::unique_ptr<async_write> write);
    void close();

    [[nodiscard]] bool on_queue_thread() const;

private:
    class reading;
    struct state;

    void require_usable() const;
    [[nodiscard]] any_session& session_of(scope_id where) const;
    void write_inside(scope& inside, write_function fn, bool one_step);

    opened_backend opened_;
    std::uint64_t generation_ = process_generation();
    std::unique_ptr<state> state_;
};

/// Throws `misuse` if this thread is inside any closure of a store, which may be gone already.
void require_outside(store_core const* owner);

/// Runs a part of the library; memory that runs out in it is `out_of_memory`.
void guard_memory(function_ref<void()> part);

std::unique_ptr<store_core> open_core(opened_backend opened, commit_options options);

/// Closes and ends a store; what that would throw is lost. In a forked child nothing is touched.
void end_core(std::unique_ptr<store_core> core) noexcept;

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/store_core.ipp>
#endif
