// SPDX-License-Identifier: BSL-1.0
// What a store is underneath: an open database, its tables, its queue of writes, its end.
#pragma once

#include <cairn/base/process.hpp>
#include <cairn/store/commit_queue.hpp>
#include <cairn/store/savepoint_guard.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace cairn::inline v0::detail {

/// A store without its types. Thread-safe.
class store_core {
public:
    store_core(
        std::unique_ptr<any_database> database, std::vector<std::unique_ptr<any_table_base>> tables,
        commit_options options)
        : database_{std::move(database)}, tables_{std::move(tables)}, queue_{
                                                                          this, *database_, options}
    {
    }
    store_core(store_core const&) = delete;
    store_core& operator=(store_core const&) = delete;
    ~store_core() = default;

    [[nodiscard]] any_table_base& table(std::size_t ordinal) const { return *tables_[ordinal]; }
    [[nodiscard]] any_database& database() const { return *database_; }
    [[nodiscard]] bool in_forked_child() const { return generation_ != process_generation(); }

    /// One reading operation in the scope of a handle: of its own, or of a running closure.
    void read(scope_id where, function_ref<void(any_session&)> fn);

    /// One writing operation in the scope of a handle. Inside a transaction it gets a savepoint
    /// of its own, unless it is one step that the backend does or does not.
    void write(scope_id where, write_function fn, bool one_step);

    /// A closure of the user's, on this thread, that writes or sees one snapshot.
    void run_transaction(function_ref<void(scope&)> fn);
    void run_snapshot(function_ref<void(scope&)> fn);

    void post(std::unique_ptr<async_write> write);
    void close();

    [[nodiscard]] bool on_queue_thread() const { return queue_.is_own_thread(); }

private:
    class reading;

    void require_usable() const;
    void write_inside(scope& inside, write_function fn, bool one_step);

    std::unique_ptr<any_database> database_;
    std::vector<std::unique_ptr<any_table_base>> tables_;
    std::uint64_t generation_ = process_generation();
    std::atomic<std::uint64_t> readers_{0}; // twice their number, and 1 once closed
    mutex closing_{};
    bool ended_ = false; // guarded by closing_
    commit_queue queue_;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/store_core.ipp>
#endif
