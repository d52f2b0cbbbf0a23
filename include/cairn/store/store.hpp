// SPDX-License-Identifier: BSL-1.0
// A store: the repositories of one schema over one backend.
#pragma once

#include <cairn/store/any.hpp>
#include <cairn/store/committed.hpp>
#include <cairn/store/ticket.hpp>
#include <cairn/store/transaction.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

template <class T>
inline constexpr bool is_store_handle = false;
template <class Model>
inline constexpr bool is_store_handle<repository<Model>> = true;
template <class Model>
inline constexpr bool is_store_handle<repository_view<Model>> = true;
template <class Model, bool Writable>
inline constexpr bool is_store_handle<basic_range<Model, Writable>> = true;
template <class Model, bool Writable, std::size_t Index, std::size_t Equal>
inline constexpr bool is_store_handle<open_range<Model, Writable, Index, Equal>> = true;
template <class Schema>
inline constexpr bool is_store_handle<transaction<Schema>> = true;
template <class Schema>
inline constexpr bool is_store_handle<snapshot<Schema>> = true;

template <class Function, class Argument>
struct result_of_closure {
    using type = void;
};
template <class Function, class Argument>
    requires std::is_invocable_v<Function&, Argument&>
struct result_of_closure<Function, Argument> {
    using type = std::remove_cvref_t<std::invoke_result_t<Function&, Argument&>>;
};

/// What a closure returns, by value.
template <class Function, class Argument>
using closure_result = typename result_of_closure<Function, Argument>::type;

/// Refuses a closure that does not take what it is given, or returns what would be dead on arrival.
template <class Function, class Argument, class Result>
consteval void check_closure()
{
    static_assert(
        std::is_invocable_v<Function&, Argument&>,
        "cairn::store: the closure takes the transaction, or in read the snapshot, by reference: "
        "write [&](auto& tx) { ... }");
    static_assert(
        !is_store_handle<std::remove_pointer_t<Result>>,
        "cairn::store: a closure may not return a transaction, repository or range, which is dead "
        "when the closure returns: return records, for instance range.to_vector()");
}

/// Keeps what a closure returned until the commit.
template <class Result>
struct result_slot {
    std::optional<Result> value{};

    template <class Function, class Argument>
    void fill(Function& fn, Argument& argument)
    {
        value.emplace(fn(argument));
    }
    Result take() { return std::move(*value); }
    Result take_committed() { return give_committed(*value); }
};

template <>
struct result_slot<void> {
    template <class Function, class Argument>
    void fill(Function& fn, Argument& argument)
    {
        if constexpr (std::is_invocable_v<Function&, Argument&>) fn(argument);
    }
    void take() {}
    void take_committed() {}
};

} // namespace detail

/// A crash-safe, indexed, typed store of the models of `Schema`, over `Backend`: `cairn::memory`,
/// `cairn::sqlite`, or `cairn::any`, chosen at run time. May be used from any thread.
///
/// Every error derives from `cairn::error`. An operation is committed when it returns, and not
/// before; when it throws, `outcome()` says whether it may be stored all the same.
template <class Schema, class Backend>
class store {
    static_assert(detail::checked_schema<Schema>::sound || true); // reports what is no schema
    using opener = detail::opener<Backend>;

public:
    using schema = Schema;
    using options = typename opener::options;
    using transaction = cairn::transaction<Schema>;
    using snapshot = cairn::snapshot<Schema>;

    /// Opens the store, or makes it.
    /// @errors `store_locked`, `schema_mismatch`, `newer_version`, `corrupt_store`, `io_failure`,
    ///         `disk_full`, `read_only`, `invalid_argument`. A refused file is not touched.
    explicit store(options how) : core_{open(std::move(how))} {}

    /// Opens the store with the defaults for everything. A backend that is chosen has none.
    store() : core_{open({})} { detail::require_chosen<Backend>(); }

    /// Opens the store at a path, with the defaults for everything else.
    template <class Path>
        requires requires(Path const& path)
        {
            options{.path = path};
        }
    explicit store(Path const& path) : store{options{.path = path}} {}
    template <class Path>
        requires detail::is_choice<Backend> && std::is_convertible_v<Path const&, std::string_view>
    explicit store(Path const&) { detail::require_chosen<Backend>(); }

    store(store const&) = delete;
    store& operator=(store const&) = delete;

    /// Closes, if `close` was not called; what that would throw is lost, so call it. Inside one of
    /// its own closures it is another thread that closes, when those have returned. In a forked
    /// child nothing is touched.
    ~store() { detail::end_core(std::move(core_)); }

    /// The records of one model: `db[tasks]`. Each operation is a transaction of its own.
    template <class Model>
    [[nodiscard]] auto operator[](table_name<Model>) const
    {
        return detail::repository_in<repository<Model>, Schema, Model>(*core_, 0);
    }

    /// Runs `fn(transaction&)` once, on this thread, as one transaction: all or nothing, durable
    /// when `write` returns. Gives what `fn` returns; if `fn` throws, nothing is stored and the
    /// exception passes through.
    ///
    /// @errors    `busy` if no turn came in time; `misuse` inside another closure of this store;
    ///            `outcome_unknown`, also if the result cannot be moved out of the committed write;
    ///            those of the operations.
    /// @guarantee Serializable. Strong.
    template <class Function>
    auto write(Function&& fn)
    {
        using result = detail::closure_result<Function, transaction>;
        detail::check_closure<Function, transaction, result>();
        auto slot = detail::result_slot<result>{};
        core_->run_transaction([&](detail::scope_id inside) {
            auto tx = transaction{*core_, inside};
            slot.fill(fn, tx);
        });
        return slot.take_committed();
    }

    /// Runs `fn(snapshot&)` once, on this thread; all its reads see one moment of the store.
    /// @errors `misuse` inside another closure of this store; those of the operations.
    template <class Function>
    auto read(Function&& fn) const
    {
        using result = detail::closure_result<Function, snapshot>;
        detail::check_closure<Function, snapshot, result>();
        auto slot = detail::result_slot<result>{};
        core_->run_snapshot([&](detail::scope_id inside) {
            auto view = snapshot{*core_, inside};
            slot.fill(fn, view);
        });
        return slot.take();
    }

    /// As `write`, but returns at once: `fn` is moved in and runs on the committing thread, in
    /// the order of the calls. The ticket gives the value or the exception.
    /// @errors `busy` if the queue stayed full; `misuse`; `store_closed`. All else by the ticket.
    template <class Function>
    auto write_async(Function fn)
    {
        using result = detail::closure_result<Function, transaction>;
        detail::check_closure<Function, transaction, result>();
        using closure = detail::async_closure<Schema, Function, result>;
        using value = std::conditional_t<std::is_void_v<result>, detail::nothing, result>;
        auto shared = std::shared_ptr<detail::ticket_state<value>>{};
        detail::guard_memory([&] {
            shared = std::make_shared<detail::ticket_state<value>>();
            core_->post(std::make_unique<closure>(*core_, std::move(fn), shared));
        });
        return ticket<result>{core_.get(), std::move(shared)};
    }

    /// Waits for what runs, writes what waits, and closes; afterwards every operation throws
    /// `store_closed`. Closing twice is fine.
    /// @errors `misuse` inside a closure of this store, which stays open. On `sqlite` also
    ///         `io_failure`, `disk_full`, `busy`, `corrupt_store`: then it is closed and all that
    ///         was committed is there, but the log was not moved into the file.
    void close() { core_->close(); }

    /// The name of the backend underneath, e.g. "sqlite".
    [[nodiscard]] std::string_view backend_name() const { return core_->database().backend_name(); }

private:
    static std::unique_ptr<detail::store_core> open(options&& how);

    std::unique_ptr<detail::store_core> core_;
};

/// Outside the class, so that a program can say `extern template class` of its store.
template <class Schema, class Backend>
std::unique_ptr<detail::store_core> store<Schema, Backend>::open(options&& how)
{
    auto core = std::unique_ptr<detail::store_core>{};
    detail::guard_memory([&] {
        auto const commit = opener::commit(how);
        core = detail::open_core(opener::template open<Schema>(std::move(how)), commit);
    });
    return core;
}

} // namespace cairn::inline v0
