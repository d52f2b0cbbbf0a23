// SPDX-License-Identifier: BSL-1.0
// Group commit: writes of several threads, one after another, in one transaction underneath.
#pragma once

#include <cairn/base/process.hpp>
#include <cairn/base/sync.hpp>
#include <cairn/base/wait_word.hpp>
#include <cairn/store/async_write.hpp>
#include <cairn/store/scope.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>

namespace cairn::inline v0::detail {

/// Orders the writes of a store and commits them in batches.
///
/// Exactly one thread at a time is the leader. It begins a transaction, runs waiting writes in
/// the order of their arrival, each under a savepoint, commits, and only then tells every member
/// its outcome. A member that must run on its own thread gets the batch handed over and leads
/// from there on. A batch closes when it is full, old, or nobody waits; but if more threads than
/// that were seen writing, the leader first waits for them a quarter of a commit's time.
///
/// A thread inside a write of another store keeps others out of that one until its batch is over.
/// They may be members behind it, or what an asynchronous one has captured and ends with the batch:
/// so it is the last member of its batch, and of none with an asynchronous one.
class commit_queue {
public:
    commit_queue(store_core const* owner, any_database& database, commit_options options)
        : owner_{owner}, database_{database}, session_{database.writer()}, options_{usable(options)}
    {
    }
    commit_queue(commit_queue const&) = delete;
    commit_queue& operator=(commit_queue const&) = delete;
    ~commit_queue() { close(); }

    /// Runs `fn` as a member of a batch; returns once it is committed, throws what it threw.
    /// `anywhere`: whether another thread, the leader's, may run it.
    void run(write_function fn, bool anywhere);

    /// Queues a write and returns; it runs on the committing thread.
    void post(std::unique_ptr<async_write> write);

    /// Refuses new writes, waits until the queue is empty and its thread has ended.
    void close();

    /// Whether this is the queue's own thread, which cannot wait for its end.
    [[nodiscard]] bool is_own_thread() const
    {
        return async_thread_.get_id() == std::this_thread::get_id();
    }

private:
    /// Where a member stands: in the queue; run by a leader; leader itself; at the end.
    enum stage : std::uint32_t { waiting, taken, leading, finished };

    struct member {
        write_function* fn = nullptr;
        scope* scopes = nullptr; // of the thread that waits for it
        std::unique_ptr<async_write> async{};
        bool anywhere = true;
        bool is_inside_another = false; // the thread is in a closure of another store
        std::exception_ptr failure{};   // written before `at` becomes `finished`
        member* next = nullptr;         // in the batch
        wait_word at{waiting};
    };

    /// The transaction that the leader has open and the members it has run in it.
    struct batch {
        member* first = nullptr;
        member* last = nullptr;
        std::size_t size = 0;
        member* leader = nullptr;
        steady_clock::time_point opened{};
        bool begun = false;        ///< a transaction is open underneath
        bool anything = false;     ///< a member succeeded in it
        bool asynchronous = false; ///< a member is asynchronous
        bool ends_here = false;    ///< the thread of a member writes elsewhere
    };

    using lock = std::unique_lock<mutex>;

    /// A commit below this is over before a sleeping thread is awake: nobody is waited for.
    static constexpr auto shortest_worth_waiting = std::chrono::microseconds{20};

    void wait_for_turn(member& self);
    [[nodiscard]] bool leave_queue(member& self);
    void lead(member* self);
    [[nodiscard]] bool run_member(member& m);
    void run_body(member& m);
    void begin_if_needed();
    [[nodiscard]] bool undo_member(bool earlier, bool marked);
    [[nodiscard]] member* next_member();
    void gather(lock& held);
    void note_crowd(std::size_t members) noexcept;
    [[nodiscard]] bool batch_is_closed() const;
    void finish_batch();
    void commit_batch();
    void fail_batch(std::exception_ptr const& failure) noexcept;
    void settle(std::exception_ptr const& failure) noexcept;
    void finish_member(member& m, std::exception_ptr const& failure, bool is_caller) noexcept;
    void finish_asynchronous(member& m) noexcept;
    void choose_next_leader(std::size_t members, bool tells_tickets) noexcept;
    void note_tickets_told() noexcept;
    void async_loop() noexcept;
    void start_async_thread();
    void add_to_batch(member& m) noexcept;
    void require_parent() const;
    [[nodiscard]] steady_clock::time_point turn_deadline() const;
    [[noreturn]] static void refuse_closed();

    store_core const* owner_;
    any_database& database_;
    any_session& session_;
    commit_options options_;

    std::uint64_t generation_ = process_generation();
    mutex gate_{};
    std::deque<member*> waiting_{}; // guarded by gate_
    bool led_ = false;              // some thread is the leader
    bool closing_ = false;
    std::uint32_t async_waiting_ = 0;
    std::uint32_t telling_ = 0; // batches that are over, and not all of their tickets know
    bool async_turn_ = false;   // the queue's own thread is to lead
    condition_variable idle_{}; // closing: nothing runs, nothing waits
    condition_variable async_room_{};
    condition_variable async_work_{};
    thread async_thread_{};

    std::size_t crowd_ = 1;  // threads that seem to be writing
    std::size_t wanted_ = 0; // members in the queue that the leader waits for; 0: does not
    condition_variable gathered_{};

    batch batch_{};                                      // the leader's
    std::optional<steady_clock::time_point> patience_{}; // until when its batch may wait for others
    steady_clock::duration commit_time_{};               // the leader's: of the last shared commit
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/commit_queue.ipp>
#endif
