// SPDX-License-Identifier: BSL-1.0
// The checkpoints of one state as they are found in a store, none of them trusted.
#pragma once

#include <cairn/recovery/compression.hpp>
#include <cairn/recovery/header.hpp>
#include <cairn/recovery/plan.hpp>
#include <cairn/recovery/refusal.hpp>
#include <cairn/store/repository.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace cairn::inline v0::detail {

/// Errors that say what is stored, and not whether it can be read.
[[nodiscard]] constexpr bool is_damage(errc code)
{
    return code == errc::corrupt_record || code == errc::corrupt_store
        || code == errc::schema_mismatch || code == errc::newer_version
        || code == errc::limit_exceeded;
}

/// Runs `use` and gives the reason why a checkpoint cannot be used, if that is what it throws. A
/// failure to read passes through: it says nothing about the checkpoint.
template <class Use>
std::optional<std::string> reason_against(Use const& use)
{
    try {
        use();
    } catch (checkpoint_refused const& refused) {
        return refused.what();
    } catch (record_refused const& refused) {
        return refused.what();
    } catch (error const& damage) {
        if (!is_damage(damage.code())) throw;
        return damage.what();
    }
    return std::nullopt;
}

/// The number of a checkpoint whose header cannot be read, from its key; 0 if that has none.
[[nodiscard]] std::uint64_t number_of_damaged(corrupt_record const& damage);

/// How far the sources of a plan go in `in`.
template <class Plan, class Place>
std::vector<checkpoint_source> extent_of(Plan const& plan, Place const& in)
{
    auto extent = std::vector<checkpoint_source>{};
    plan.for_each_source(
        [&]<class Model, class Changes>(record_source<Model, Changes> const& each) {
            auto& found = extent.emplace_back();
            found.model = shape_of<Model>.name;
            if constexpr (!Changes::whole) {
                found.sequence = newest_sequence<Model>(in);
                found.count = in[table<Model>].count();
            }
            if constexpr (Changes::counts) found.counter = each.changed().greatest(in);
        });
    return extent;
}

/// What a state without a position of its own has: the number of records that were ever stored.
[[nodiscard]] inline std::uint64_t records_in(std::vector<checkpoint_source> const& extent)
{
    auto records = std::uint64_t{0};
    for (auto const& source : extent) records += static_cast<std::uint64_t>(source.sequence);
    return records;
}

template <class State>
std::uint64_t position_of_state(State const& state, std::vector<checkpoint_source> const& extent)
{
    if constexpr (has_position<State>)
        return state.position();
    else
        return records_in(extent);
}

/// Appends what a chunk stands for. Throws `checkpoint_refused`.
template <class Place>
void append_chunk(
    Place const& in, checkpoint_header const& header, std::uint32_t index,
    block_decompressor& unpack, byte_buffer& out)
{
    auto const found = in[checkpoint_chunks].visit(
        header.state, header.number, index, [&](checkpoint_chunk const& chunk) {
            require_chunk(header, index, chunk.data);
            auto const size = block_decompressor::size_of(chunk.data);
            unpack.decompress(chunk.data, out.extend(size));
        });
    if (!found) refuse_checkpoint("chunk " + std::to_string(index) + " is missing");
}

/// `Place` is a store, a transaction or a snapshot.
template <class Plan, class Place>
class stored_checkpoints {
    using state_type = typename Plan::state;

public:
    stored_checkpoints(Plan const& plan, Place const& in) : plan_{plan}, in_{in} {}

    /// Every header that can be read, newest first; of the others `report` hears. The numbers are
    /// the records' own: a damaged row may stand under another one.
    [[nodiscard]] std::vector<checkpoint_header> newest_first(corrupt_sink report) const
    {
        auto const headers = in_[checkpoint_headers].prefix(plan_.name()).reversed();
        auto found = headers.tolerate(report_damage{report}).to_vector();
        std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
            return a.number > b.number;
        });
        return found;
    }

    /// The number of the next checkpoint: greater than that of every header, readable or not, and
    /// one under which none stands.
    [[nodiscard]] std::uint64_t next_number() const
    {
        auto number = greatest_number() + 1;
        while (in_[checkpoint_headers].contains(plan_.name(), number)) ++number;
        return number;
    }

    /// The checkpoint and all that it is a delta on, the full one first. Throws
    /// `checkpoint_refused`.
    [[nodiscard]] std::vector<checkpoint_header> chain_of(checkpoint_header newest) const
    {
        require_header(newest, plan_.name(), plan_.version());
        auto chain = std::vector<checkpoint_header>{std::move(newest)};
        while (chain.back().base) {
            auto base = in_[checkpoint_headers].find(plan_.name(), *chain.back().base);
            if (!base)
                refuse_checkpoint(
                    "checkpoint " + std::to_string(*chain.back().base)
                    + ", on which it is a "
                      "delta, is missing");
            require_header(*base, plan_.name(), plan_.version());
            require_base(chain.back(), *base);
            chain.push_back(std::move(*base));
        }
        std::reverse(chain.begin(), chain.end());
        return chain;
    }

    /// Throws `checkpoint_refused` unless what it was taken of is still there: the same models,
    /// and as many records as then besides those that came since.
    void require_extent(checkpoint_header const& header) const
    {
        auto place = std::size_t{0};
        plan_.for_each_source(
            [&]<class Model, class Changes>(record_source<Model, Changes> const& each) {
                if (place == header.sources.size()) refuse_other_records();
                auto const& then = header.sources[place++];
                if (then.model != shape_of<Model>.name || !is_counter_of(each, then.counter))
                    refuse_other_records();
                if constexpr (!Changes::whole) require_count<Model>(then);
            });
        if (place != header.sources.size()) refuse_other_records();
    }

    /// Loads `state` from one checkpoint of a chain; `progress(bytes)` hears of each chunk.
    template <class Progress>
    void load(checkpoint_header const& header, state_type& state, Progress const& progress)
    {
        auto index = std::uint32_t{0};
        auto next = [&](byte_buffer& out) {
            if (index == header.chunks.size()) return;
            auto const before = out.size();
            append_chunk(in_, header, index++, unpack_, out);
            progress(out.size() - before);
        };
        auto in = checkpoint_reader{next, header.bytes};
        if (header.is_full()) return load_state(in, state);
        if constexpr (has_deltas<state_type>) {
            state.load_since(in);
            in.finish();
        } else {
            refuse_checkpoint("it is a delta, and this state has none");
        }
    }

private:
    /// 0 if there is no header.
    [[nodiscard]] std::uint64_t greatest_number() const
    {
        auto greatest = std::uint64_t{0};
        auto const see = [&](corrupt_record const& damage) {
            greatest = std::max(greatest, number_of_damaged(damage));
        };
        auto const headers = newest_first(see);
        return headers.empty() ? greatest : std::max(greatest, headers.front().number);
    }

    [[noreturn]] static void refuse_other_records()
    {
        refuse_checkpoint("it was taken of a state that is rebuilt from other records");
    }

    /// Whether `greatest` is of the column that counts the changes of `source`, as far as its bytes
    /// tell.
    template <class Model, class Changes>
    [[nodiscard]] static bool is_counter_of(
        record_source<Model, Changes> const& source, std::vector<std::byte> const& greatest)
    {
        if constexpr (Changes::counts)
            return !reason_against([&] { static_cast<void>(source.changed().parse(greatest)); });
        else
            return greatest.empty();
    }

    template <class Model>
    void require_count(checkpoint_source const& then) const
    {
        auto const records = in_[table<Model>];
        auto const since = records.scan().after_sequence(then.sequence).count();
        if (records.count() != then.count + since)
            refuse_checkpoint("records of " + then.model + " that it covers were erased since");
    }

    Plan const& plan_;
    Place const& in_;
    block_decompressor unpack_{};
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/recovery/stored.ipp>
#endif
