// SPDX-License-Identifier: BSL-1.0
// Writes the checkpoints of a state, removes old ones, and recovers the state.
#pragma once

#include <cairn/encode/checksum.hpp>
#include <cairn/recovery/run.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

namespace detail {

/// Stores what `save` writes as the chunks of `header`, and then the header.
template <class Transaction>
void write_checkpoint(
    Transaction& tx, checkpoint_header& header, int level,
    function_ref<void(checkpoint_writer&)> save)
{
    auto pack = block_compressor{level};
    tx[checkpoint_chunks].prefix(header.state, header.number).erase(); // of a lost header
    auto chunk = checkpoint_chunk{.state = header.state, .number = header.number};
    auto sink = [&](std::span<std::byte const> block) {
        pack.compress(block, chunk.data);
        tx[checkpoint_chunks].insert(chunk);
        header.chunks.push_back(cairn::checksum(chunk.data));
        header.bytes += block.size();
        header.stored_bytes += chunk.data.size();
        ++chunk.index;
    };
    auto out = checkpoint_writer{sink};
    save(out);
    header.checksum = header_checksum(header);
    tx[checkpoint_headers].insert(header);
}

/// From where it is counted until a checkpoint is due.
struct interval_start {
    std::uint64_t number = 0; ///< of the checkpoint written there, 0 if there was none
    std::uint64_t position = 0;
    std::chrono::steady_clock::time_point time{};
};

} // namespace detail

/// Recovers a state that its user owns, and writes its checkpoints into the user's transactions.
/// One for each state, used by one thread at a time.
///
///     auto keeper = cairn::checkpointer{plan};
///     auto [state, report] = keeper.recover(db);
///     db.write([&](auto& tx) {
///         tx[entries].insert(e);
///         state.apply(e);
///         keeper.checkpoint_if_due(tx, state);
///     });
///
/// The state given to a checkpoint must be the one that the records give that the transaction
/// sees, no more and no less; `kept` sees to that by itself. If the transaction does not commit,
/// there is no checkpoint: the next one finds that out, builds on what is stored, and is due as if
/// it had not been written. (The state may then be ahead of the store: recover it again.)
template <class Plan>
class checkpointer {
public:
    using state = typename Plan::state;

    explicit checkpointer(Plan plan, checkpoint_options how = {})
        : plan_{std::move(plan)}, how_{how}, written_{.time = on().now()}, before_{written_}
    {
    }

    [[nodiscard]] Plan const& plan() const { return plan_; }

    /// The state as the newest commit left it, from `db`: a store, or a snapshot or transaction of
    /// one. All is read in one moment. `progress(recovery_progress const&)` is called on the way.
    ///
    /// Damaged checkpoints are refused and the one before is tried; damaged and refused records
    /// are left out; the report names all of them.
    ///
    /// @errors     `not_found` by `from_checkpoint` if no checkpoint can be used, unless nothing
    ///             was ever stored. A failure to read (`io_failure`, `busy`, ...) ends the recovery.
    ///             What `apply`, `load` and `progress` throw passes through, but for `refuse`.
    /// @complexity One lookup for each chunk and the records since; from scratch every record.
    template <class Database, class Progress>
    recovered<state> recover(Database& db, recovery_options how, Progress&& progress)
    {
        auto const run_in = [&](auto& in) {
            using place = std::remove_reference_t<decltype(in)>;
            return detail::recovery_run<Plan, place>{plan_, in, how, on(), progress}.run(last_);
        };
        auto found = [&] {
            if constexpr (requires { db.backend_name(); })
                return db.read(run_in);
            else
                return run_in(db);
        }();
        count_from_recovered();
        return found;
    }
    template <class Database>
    recovered<state> recover(Database& db, recovery_options how = {})
    {
        return recover(db, how, detail::no_progress{});
    }

    /// Writes a checkpoint if one is due; whether it did. None is due of a state that was recovered
    /// without a damaged record, until it is recovered again: behind a checkpoint nobody would look
    /// for that record any more.
    /// @errors Those of `checkpoint`.
    template <class Transaction>
    bool checkpoint_if_due(Transaction& tx, state const& now)
    {
        if (!is_due(tx, now)) return false;
        checkpoint(tx, now);
        return true;
    }

    /// Writes a checkpoint of the state as a part of the transaction, and removes those that are
    /// no longer kept. Gives its header. If the state was recovered without a damaged record, that
    /// accepts its loss.
    ///
    /// @errors    Those of `insert`; what `save` throws passes through.
    /// @guarantee Strong, when the transaction is given up.
    template <class Transaction>
    checkpoint_header checkpoint(
        Transaction& tx, state const& now, checkpoint_kind kind = checkpoint_kind::automatic)
    {
        if (is_stored(tx, written_)) before_ = written_;
        auto header = describe(tx, now, kind);
        if (header.is_full()) {
            detail::write_checkpoint(tx, header, how_.level, [&](checkpoint_writer& out) {
                detail::save_state(out, now);
            });
        } else if constexpr (detail::has_deltas<state>) {
            detail::write_checkpoint(tx, header, how_.level, [&](checkpoint_writer& out) {
                now.save_since(out, mark_of(*last_.used));
                out.finish();
            });
        }
        last_.deltas = header.is_full() ? 0 : last_.deltas + 1;
        last_.used = header;
        written_ = {header.number, header.position, on().now()};
        prune(tx);
        return header;
    }

    /// Removes the checkpoints that are no longer kept; returns how many.
    template <class Transaction>
    std::size_t prune(Transaction& tx)
    {
        auto const headers = list(tx);
        auto const rule = detail::retention{how_.keep, how_.max_age, on().wall_time()};
        auto const kept = detail::kept_numbers(headers, last_.unusable, rule);
        if (kept.empty()) return 0;
        auto removed = std::size_t{0};
        for (auto const& header : headers) {
            if (std::find(kept.begin(), kept.end(), header.number) != kept.end()) continue;
            if (!is_superfluous(header.number, kept)) continue;
            tx[checkpoint_chunks].prefix(plan_.name(), header.number).erase();
            if (tx[checkpoint_headers].erase(plan_.name(), header.number)) ++removed;
        }
        return removed + remove_below(tx, kept.back());
    }

    /// The headers of the checkpoints that can be read, newest first, in a store, transaction or
    /// snapshot. They are not verified.
    template <class Place>
    [[nodiscard]] std::vector<checkpoint_header> list(Place const& in) const
    {
        return detail::stored_checkpoints{plan_, in}.newest_first([](corrupt_record const&) {});
    }

private:
    template <class Store, class Other>
    friend class kept;

    [[nodiscard]] machine const& on() const
    {
        return how_.machine != nullptr ? *how_.machine : real_machine();
    }

    /// Time goes on where the checkpoint recovered from is one that it was counted from: a state
    /// that is recovered again and again has its checkpoints, too.
    void count_from_recovered()
    {
        auto from = detail::interval_start{.time = on().now()};
        if (last_.used) from.number = last_.used->number, from.position = last_.used->position;
        for (auto const& known : {before_, written_})
            if (known.number == from.number) from.time = known.time;
        written_ = before_ = from;
    }

    /// Whether the checkpoint that an interval begins with came to be: whether `tx` has it or, once
    /// it was removed, one behind it.
    template <class Transaction>
    [[nodiscard]] bool is_stored(Transaction& tx, detail::interval_start const& from) const
    {
        if (from.number == 0) return true;
        auto const headers = tx[checkpoint_headers].prefix(plan_.name());
        return !headers.from(from.number).limit(1).sequences().empty();
    }

    /// A transaction does not tell whether it was committed. So it is counted from the checkpoint
    /// written last if that is stored, else from the one before; and if that is not stored either,
    /// since several were written in a transaction that failed, one is due.
    template <class Transaction>
    [[nodiscard]] bool is_due(Transaction& tx, state const& now) const
    {
        if (how_.every == 0 && how_.interval.count() == 0) return false;
        if (last_.incomplete) return false;
        if (is_over(tx, now, written_)) return true;
        if (is_stored(tx, written_)) return false;
        return is_over(tx, now, before_) || !is_stored(tx, before_);
    }

    template <class Transaction>
    [[nodiscard]] bool is_over(
        Transaction& tx, state const& now, detail::interval_start const& from) const
    {
        if (how_.interval.count() != 0 && on().now() - from.time >= how_.interval) return true;
        if (how_.every == 0) return false;
        auto const reached = position_in(tx, now);
        return reached >= from.position && reached - from.position >= how_.every;
    }

    template <class Transaction>
    [[nodiscard]] std::uint64_t position_in(Transaction& tx, state const& now) const
    {
        if constexpr (detail::has_position<state>) {
            return now.position();
        } else {
            auto records = std::uint64_t{0};
            plan_.for_each_source(
                [&]<class Model, class Changes>(record_source<Model, Changes> const&) {
                    if constexpr (!Changes::whole)
                        records += static_cast<std::uint64_t>(detail::newest_sequence<Model>(tx));
                });
            return records;
        }
    }

    /// The header of a checkpoint to be, without what only its bytes tell.
    template <class Transaction>
    checkpoint_header describe(Transaction& tx, state const& now, checkpoint_kind kind)
    {
        auto header = checkpoint_header{.state = plan_.name(), .version = plan_.version()};
        header.number = detail::stored_checkpoints{plan_, tx}.next_number();
        header.format = detail::checkpoint_format;
        header.created_at = on().wall_time();
        header.sources = detail::extent_of(plan_, tx);
        header.position = detail::position_of_state(now, header.sources);
        if constexpr (detail::has_deltas<state>) {
            auto mark = byte_buffer{};
            detail::append_value(mark, now.mark());
            header.mark.assign(mark.data(), mark.data() + mark.size());
            if (kind == checkpoint_kind::automatic && can_build_on_last(tx)) {
                header.base = last_.used->number;
                header.base_checksum = last_.used->checksum;
            }
        }
        return header;
    }

    /// Whether the last checkpoint is stored just as it was written, or was recovered from.
    template <class Transaction>
    [[nodiscard]] bool can_build_on_last(Transaction& tx) const
    {
        if (!last_.used || last_.deltas + 1 >= how_.full_every) return false;
        return !detail::reason_against([&] {
            auto const found = tx[checkpoint_headers].find(plan_.name(), last_.used->number);
            if (!found || *found != *last_.used) detail::refuse_checkpoint("it is not stored");
            static_cast<void>(detail::stored_checkpoints{plan_, tx}.chain_of(*found));
            static_cast<void>(mark_of(*found));
        });
    }

    /// Throws `checkpoint_refused` if the header's is not a mark of this state.
    [[nodiscard]] static auto mark_of(checkpoint_header const& header)
    {
        auto mark = std::remove_cvref_t<decltype(std::declval<state const&>().mark())>{};
        detail::parse_value(header.mark, mark);
        return mark;
    }

    /// Those that could not be used stay until what is kept has passed them.
    [[nodiscard]] bool is_superfluous(
        std::uint64_t number, std::vector<std::uint64_t> const& kept) const
    {
        auto const is_bad = std::find(last_.unusable.begin(), last_.unusable.end(), number)
            != last_.unusable.end();
        return !is_bad || number < kept.back();
    }

    /// Removes everything older than what is kept, damaged headers and stray chunks too.
    template <class Transaction>
    std::size_t remove_below(Transaction& tx, std::uint64_t oldest)
    {
        tx[checkpoint_chunks].prefix(plan_.name()).until(oldest).erase();
        return tx[checkpoint_headers].prefix(plan_.name()).until(oldest).erase();
    }

    Plan plan_;
    checkpoint_options how_;
    detail::recovery_point last_{};  // the checkpoint that was written or recovered from last
    detail::interval_start written_; // where the checkpoint written last begins an interval
    detail::interval_start before_;  // where that goes on if its transaction failed
};

} // namespace cairn::inline v0
