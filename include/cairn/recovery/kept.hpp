// SPDX-License-Identifier: BSL-1.0
// A state that is kept in step with a store by itself.
#pragma once

#include <cairn/recovery/checkpointer.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// A state in memory that is always what the records in a store give. It recovers when it is made;
/// then every `write` through it applies what was stored, in the order of the store, and writes
/// a checkpoint in the same transaction when one is due (none is, while the state lacks a damaged
/// record).
///
///     auto books = cairn::kept{db, plan};
///     books.write([&](auto& tx) { tx[entries].insert(e); });
///     books.state().balance("ada");
///
/// What others store is applied with the next `write`, in the order of the store. Used by one
/// thread at a time; the store outlives it.
template <class Store, class Plan>
class kept {
public:
    using value_type = typename Plan::state;

    /// Recovers. @errors Those of `checkpointer::recover`.
    kept(Store& db, Plan plan, checkpoint_options how = {}, recovery_options recovering = {})
        : db_{db}, checkpoints_{std::move(plan), how},
          recovering_{recovering}, now_{checkpoints_.recover(db, recovering)}
    {
    }
    kept(kept const&) = delete;
    kept& operator=(kept const&) = delete;

    /// @errors `misuse` if a write failed and the state could not be recovered: call `recover`.
    [[nodiscard]] value_type const& state() const
    {
        if (lost_)
            raise(errc::misuse, {.message = "a write failed and so did recovering behind it"});
        return now_.state;
    }

    /// How the state was last recovered.
    [[nodiscard]] recovery_report const& report() const { return now_.report; }

    /// One transaction: `fn(tx)`, then everything stored that the state does not have is applied
    /// to it, then a checkpoint is written if it is due (or, with `from_checkpoint`, if there is
    /// none yet). Gives what `fn` returns.
    ///
    /// @errors    Those of `store::write`; what `fn` and `apply` throw passes through, `refuse`
    ///            included: a record that the state will not take is not stored.
    /// @guarantee Strong. If the state had changed before the error it is recovered.
    template <class Function>
    auto write(Function&& fn)
    {
        if (lost_) recover();
        auto changed = false;
        auto const body = [&](auto& tx) {
            auto const follow = [&] {
                changed = true;
                apply_new(tx);
                if (needs_checkpoint())
                    checkpoints_.checkpoint(tx, now_.state);
                else
                    checkpoints_.checkpoint_if_due(tx, now_.state);
            };
            if constexpr (std::is_void_v<std::invoke_result_t<Function&, decltype(tx)>>) {
                fn(tx);
                follow();
            } else {
                auto result = fn(tx);
                follow();
                return result;
            }
        };
        return guarded(changed, [&] { return db_.write(body); });
    }

    /// Writes a checkpoint now, of a state that lacks damaged records, too: their loss is accepted.
    /// @errors Those of `write`.
    checkpoint_header checkpoint(checkpoint_kind kind = checkpoint_kind::automatic)
    {
        if (lost_) recover();
        auto changed = false;
        return guarded(changed, [&] {
            return db_.write([&](auto& tx) {
                changed = true;
                apply_new(tx);
                return checkpoints_.checkpoint(tx, now_.state, kind);
            });
        });
    }

    /// Recovers the state anew.
    void recover()
    {
        lost_ = true;
        now_ = checkpoints_.recover(db_, recovering_);
        lost_ = false;
    }

private:
    /// Whether the records alone would not do to recover, because they may not be used.
    [[nodiscard]] bool needs_checkpoint() const
    {
        return recovering_.strategy == recovery_strategy::from_checkpoint
            && !checkpoints_.last_.used;
    }

    /// Runs a transaction; after an error the state is what the store has.
    template <class Transaction>
    auto guarded(bool const& changed, Transaction const& run)
    {
        try {
            return run();
        } catch (...) {
            if (changed) try_to_recover();
            throw;
        }
    }

    void try_to_recover() noexcept
    {
        try {
            recover();
        } catch (...) { // NOLINT(bugprone-empty-catch): lost_ says so, and the next call throws
        }
    }

    template <class Transaction>
    void apply_new(Transaction& tx)
    {
        auto place = std::size_t{0};
        checkpoints_.plan().for_each_source(
            [&]<class Model, class Changes>(record_source<Model, Changes> const& source) {
                apply_new_of<Model>(tx, source.changed(), checkpoints_.last_.extent[place++]);
            });
        checkpoints_.last_.extent = detail::extent_of(checkpoints_.plan(), tx);
    }

    template <class Model, class Transaction, class Changes>
    void apply_new_of(Transaction& tx, Changes const& changes, checkpoint_source const& known)
    {
        auto const since = Changes::whole ? 0 : known.sequence;
        for (auto const& record : tx[table<Model>].scan().after_sequence(since))
            now_.state.apply(Model{record});
        if constexpr (Changes::counts) {
            auto older = changes.since(tx, known.counter);
            for (auto at = older.begin(); at != older.end(); ++at)
                if (at.sequence() <= since) now_.state.apply(Model{*at});
        }
    }

    Store& db_;
    checkpointer<Plan> checkpoints_;
    recovery_options recovering_;
    recovered<value_type> now_;
    bool lost_ = false;
};

} // namespace cairn::inline v0
