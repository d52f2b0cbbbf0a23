// SPDX-License-Identifier: BSL-1.0
// What the closures given to `write` and `read` receive.
#pragma once

#include <cairn/store/repository.hpp>
#include <cairn/store/savepoint_guard.hpp>

#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

/// One consistent view of a store, inside `read`. Dead when the closure returns.
template <class Schema>
class snapshot {
public:
    snapshot(detail::store_core& core, detail::scope_id where) : core_{&core}, where_{where} {}
    snapshot(snapshot const&) = delete;
    snapshot& operator=(snapshot const&) = delete;

    /// The records of one model: `view[tasks].get("0x01")`.
    template <class Model>
    [[nodiscard]] auto operator[](table_name<Model>) const
    {
        return detail::repository_in<repository_view<Model>, Schema, Model>(*core_, where_);
    }

private:
    detail::store_core* core_;
    detail::scope_id where_;
};

/// One transaction, inside `write`. Dead when the closure returns.
template <class Schema>
class transaction {
public:
    transaction(detail::store_core& core, detail::scope_id where) : core_{&core}, where_{where} {}
    transaction(transaction const&) = delete;
    transaction& operator=(transaction const&) = delete;

    /// The records of one model: `tx[tasks].insert(t)`.
    template <class Model>
    [[nodiscard]] auto operator[](table_name<Model>) const
    {
        return detail::repository_in<repository<Model>, Schema, Model>(*core_, where_);
    }

    /// Runs `fn()`, or `fn(tx)`, as a part that can fail on its own: if it throws, what it wrote
    /// is undone, what came before stays, and the exception passes through.
    /// @errors What `fn` throws; an error that ended the whole transaction is thrown again by
    ///         every further operation and by the commit.
    template <class Function>
    auto attempt(Function&& fn)
    {
        using with_it = std::is_invocable<Function&, transaction&>;
        using without = std::is_invocable<Function&>;
        static_assert(
            std::disjunction_v<with_it, without>,
            "cairn::attempt: the closure takes nothing, or the transaction by reference: write "
            "[&](auto& tx) { ... }");
        auto mark = core_->mark(where_);
        if constexpr (with_it::value) {
            return mark.keep_after([&] { return fn(*this); });
        } else if constexpr (without::value) {
            return mark.keep_after([&] { return fn(); });
        }
    }

private:
    detail::store_core* core_;
    detail::scope_id where_;
};

} // namespace cairn::inline v0
