// SPDX-License-Identifier: BSL-1.0
// One recovery, from the choice of a checkpoint to the last record.
#pragma once

#include <cairn/base/machine.hpp>
#include <cairn/describe/key_path.hpp>
#include <cairn/encode/own_key.hpp>
#include <cairn/recovery/options.hpp>
#include <cairn/recovery/stored.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// A state as the newest commit left it, and how it came to be.
template <class State>
struct recovered {
    State state;
    recovery_report report{};
};

namespace detail {

/// What is remembered of a recovery by those that go on from there.
struct recovery_point {
    std::optional<checkpoint_header> used{};
    std::size_t deltas = 0; ///< that `used` and its bases are
    std::vector<std::uint64_t> unusable{};
    std::vector<checkpoint_source> extent{}; ///< of the records that the state has
    /// Whether it lacks a damaged record, which the next recovery may find whole if no checkpoint
    /// has passed it.
    bool incomplete = false;
};

/// How many records are read at once.
inline constexpr std::size_t records_at_once = 128;

struct no_progress {
    void operator()(recovery_progress const&) const {}
};

using progress_sink = function_ref<void(recovery_progress const&)>;

class stopwatch {
public:
    explicit stopwatch(machine const& on) : on_{on}, since_{on.now()} {}

    /// The time since the last call.
    [[nodiscard]] std::chrono::nanoseconds lap()
    {
        auto const now = on_.now();
        return now - std::exchange(since_, now);
    }

private:
    machine const& on_;
    std::chrono::steady_clock::time_point since_;
};

template <class Plan, class Place>
class recovery_run {
    using state_type = typename Plan::state;

public:
    recovery_run(
        Plan const& plan, Place const& in, recovery_options const& how, machine const& on,
        progress_sink progress)
        : plan_{plan}, in_{in}, how_{how}, watch_{on}, progress_{progress}, stored_{plan, in},
          result_{plan.start()}
    {
        report().state = plan.name();
        report().asked = how.strategy;
    }

    recovered<state_type> run(recovery_point& point)
    {
        if (how_.strategy != recovery_strategy::from_scratch) use_checkpoint();
        report().loading = watch_.lap();
        auto place = std::size_t{0};
        plan_.for_each_source([&](auto const& source) { read(source, place++); });
        point_.extent = extent_of(plan_, in_);
        report().position = position_of_state(result_.state, point_.extent);
        report().reading = watch_.lap();
        report().total = report().finding + report().loading + report().reading;
        point = std::move(point_);
        return std::move(result_);
    }

private:
    recovery_report& report() { return result_.report; }

    void tell(
        recovery_phase phase, std::string_view subject, std::uint64_t done, std::uint64_t total)
    {
        progress_(recovery_progress{phase, subject, done, total});
    }

    void use_checkpoint()
    {
        auto const hear = [&](corrupt_record const& damage) {
            report().refused.push_back({number_of_damaged(damage), damage.what()});
        };
        auto const headers = stored_.newest_first(hear);
        tell(recovery_phase::finding, plan_.name(), headers.size(), headers.size());
        report().finding = watch_.lap();
        for (auto const& header : headers) {
            auto const reason = reason_against([&] { load(header); });
            if (!reason) return;
            report().refused.push_back({header.number, *reason});
            point_.unusable.push_back(header.number);
            result_.state = plan_.start();
        }
        if (how_.strategy == recovery_strategy::from_checkpoint) require_nothing_stored();
    }

    void load(checkpoint_header const& header)
    {
        auto const chain = stored_.chain_of(header);
        stored_.require_extent(header);
        auto done = std::uint64_t{0}, total = std::uint64_t{0}, stored = std::uint64_t{0};
        for (auto const& each : chain) total += each.bytes, stored += each.stored_bytes;
        for (auto const& each : chain) {
            stored_.load(each, result_.state, [&](std::uint64_t bytes) {
                tell(recovery_phase::loading, plan_.name(), done += bytes, total);
            });
        }
        report().used = recovery_strategy::from_checkpoint;
        report().checkpoint = header.number;
        report().deltas = point_.deltas = chain.size() - 1;
        report().bytes = total;
        report().stored_bytes = stored;
        point_.used = header;
    }

    /// Without a checkpoint `from_checkpoint` gives an empty state, if nothing was ever stored.
    void require_nothing_stored()
    {
        auto stored = !report().refused.empty();
        plan_.for_each_source(
            [&]<class Model, class Changes>(record_source<Model, Changes> const&) {
                stored = stored || in_[table<Model>].count() != 0;
            });
        if (!stored) return;
        auto details = error_details{
            .message = "no checkpoint of the state '" + plan_.name() + "' can be used",
            .model = std::string{shape_of<checkpoint_header>.name}};
        for (auto const& each : report().refused)
            details.notes.push_back(std::to_string(each.number) + ": " + each.reason);
        raise(errc::not_found, std::move(details));
    }

    template <class Model, class Changes>
    void read(record_source<Model, Changes> const& source, std::size_t place)
    {
        report().sources.push_back({.model = std::string{shape_of<Model>.name}});
        auto const& used = point_.used;
        auto const since = used && !Changes::whole ? used->sources[place].sequence : 0;
        if constexpr (Changes::counts) {
            if (used) {
                auto const changed = source.changed().since(in_, used->sources[place].counter);
                auto const more = changed.count();
                read_inserted<Model, Changes>(since, more);
                return read_changed<Model>(changed, since, more);
            }
        }
        read_inserted<Model, Changes>(since, 0);
    }

    /// `more` are read behind these. What every recovery reads no checkpoint passes.
    template <class Model, class Changes>
    void read_inserted(std::int64_t since, std::uint64_t more)
    {
        auto const hear = [&](corrupt_record const& damage) {
            point_.incomplete = point_.incomplete || !Changes::whole;
            lose(named(damage));
        };
        auto const records = in_[table<Model>];
        auto const all = records.scan().after_sequence(since).tolerate(report_damage{hear});
        auto const total = (since == 0 ? records.count() : all.count()) + more;
        auto const unheard = records.scan().after_sequence(since).tolerate(overlook_damage{});
        auto token = std::string{};
        do {
            auto page = all.page(records_at_once, token);
            auto again = std::vector<Model>{}; // the page, if one of its records is refused
            for (std::size_t i = 0; i != page.records.size(); ++i) {
                auto const intact = [&]() -> Model const& {
                    if (again.empty()) again = unheard.page(records_at_once, token).records;
                    return again.at(i);
                };
                if (apply(std::move(page.records[i]), intact)) ++report().sources.back().inserted;
            }
            token = std::move(page.next);
            auto const& so_far = report().sources.back();
            auto const done = so_far.inserted + so_far.quarantined;
            tell(recovery_phase::reading, shape_of<Model>.name, done, total);
        } while (!token.empty());
    }

    /// Of the `count` records that changed, those above `since` were just applied as they are now.
    template <class Model, class Range>
    void read_changed(Range const& changed, std::int64_t since, std::uint64_t count)
    {
        auto const before = report().sources.back().inserted + report().sources.back().quarantined;
        auto told = std::uint64_t{0};
        auto const see = [&](std::uint64_t seen) {
            if (seen - told < records_at_once && seen != count) return;
            told = seen;
            tell(recovery_phase::reading, shape_of<Model>.name, before + seen, before + count);
        };
        auto damaged = std::vector<quarantined_record>{};
        auto const hear = [&](corrupt_record const& damage) { damaged.push_back(named(damage)); };
        auto older = changed.tolerate(report_damage{hear});
        auto readable = std::uint64_t{0};
        for (auto at = older.begin(); at != older.end(); ++at) {
            see(++readable + damaged.size());
            if (at.sequence() > since) continue;
            auto const intact = [&]() -> Model const& { return *at; };
            if (apply(Model{*at}, intact)) ++report().sources.back().changed;
        }
        if (readable + damaged.size() != told) see(readable + damaged.size());
        if (!damaged.empty()) lose_older(changed, std::move(damaged), since);
    }

    /// Of the damaged ones, too, those above `since` were met before. What is told of a damaged
    /// record has no number; but the numbers of all are known, and are in the same order.
    template <class Range>
    void lose_older(
        Range const& changed, std::vector<quarantined_record> damaged, std::int64_t since)
    {
        auto readable = std::set<std::int64_t>{};
        auto const ignore = [](corrupt_record const&) {};
        auto whole = changed.tolerate(report_damage{ignore});
        for (auto at = whole.begin(); at != whole.end(); ++at) readable.insert(at.sequence());
        auto next = damaged.begin();
        for (auto const number : changed.sequences()) {
            if (readable.count(number) != 0 || next == damaged.end()) continue;
            if (number <= since) lose(std::move(*next));
            ++next;
        }
        for (; next != damaged.end(); ++next) lose(std::move(*next));
        point_.incomplete = true;
    }

    /// A state may take the record by value and move it on before it refuses it: the key that it
    /// had is that of `intact()`, and nothing is kept of the many that are not refused.
    template <class Model, class Intact>
    bool apply(Model&& record, Intact const& intact)
    {
        try {
            result_.state.apply(std::move(record));
            return true;
        } catch (record_refused const& refused) {
            auto const key = own_key{record_type_of<Model>, &intact()};
            auto const& model = shape_of<Model>;
            lose({std::string{model.name}, key_path(model, key.view()), refused.what()});
            return false;
        }
    }

    static quarantined_record named(corrupt_record const& damage)
    {
        return {damage.model(), damage.key(), damage.what()};
    }

    void lose(quarantined_record record)
    {
        ++report().sources.back().quarantined;
        ++report().quarantined_count;
        if constexpr (hears_of_losses<state_type>) result_.state.lost(std::as_const(record));
        if (report().quarantined.size() < recovery_report::most_quarantined)
            report().quarantined.push_back(std::move(record));
    }

    Plan const& plan_;
    Place const& in_;
    recovery_options how_;
    stopwatch watch_;
    progress_sink progress_;
    stored_checkpoints<Plan, Place> stored_;
    recovered<state_type> result_;
    recovery_point point_{};
};

} // namespace detail

} // namespace cairn::inline v0
