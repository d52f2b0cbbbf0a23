// SPDX-License-Identifier: BSL-1.0
// A graph whose vertices are marked after they were stored: the state of the tests that changes
// records, saves itself compactly, and has deltas.
#pragma once

#include "../support/backends.hpp"
#include "../support/random.hpp"

#include <cairn/cairn.hpp>
#include <cairn/recovery.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace test {

struct vertex {
    std::uint64_t round = 0;
    std::uint64_t name = 0;
    std::vector<std::uint64_t> parents{};  ///< names
    std::optional<std::uint64_t> marked{}; ///< by which mark, counted from 1
    std::string note{};

    bool operator==(vertex const&) const = default;
};

/// One record, rewritten freely.
struct setting {
    std::uint64_t value = 0;

    bool operator==(setting const&) const = default;
};

struct graph_mark {
    std::uint64_t vertices = 0;
    std::uint64_t marks = 0;
};

/// Vertices by place, in the order in which the store has them, their parents as places.
class graph {
public:
    struct node {
        std::uint64_t round = 0;
        std::uint64_t name = 0;
        std::vector<std::uint64_t> parents{};
        std::uint64_t marked = 0;

        bool operator==(node const&) const = default;
    };

    void apply(vertex const& v)
    {
        if (auto const known = places_.find(v.name); known != places_.end()) {
            mark_place(known->second, v.marked.value_or(0));
            return;
        }
        auto made = node{.round = v.round, .name = v.name};
        for (auto const parent : v.parents) made.parents.push_back(place_of(parent));
        add(std::move(made));
        mark_place(nodes_.size() - 1, v.marked.value_or(0));
    }

    void apply(setting const& s) { setting_ = s.value; }

    void lost(cairn::quarantined_record const& record)
    {
        auto const slash = record.key.rfind('/');
        lost_.push_back(std::stoull(record.key.substr(slash + 1)));
    }

    [[nodiscard]] std::uint64_t position() const { return highest_round_; }

    void save(cairn::checkpoint_writer& out) const { save_from(out, 0, 0); }
    void load(cairn::checkpoint_reader& in) { load_since(in); }
    [[nodiscard]] graph_mark mark() const { return {nodes_.size(), highest_mark()}; }
    void save_since(cairn::checkpoint_writer& out, graph_mark const& base) const
    {
        save_from(out, base.vertices, base.marks);
    }

    void load_since(cairn::checkpoint_reader& in)
    {
        in.get(setting_);
        for (auto left = in.count(3); left != 0; --left) {
            auto made = node{.round = in.number(), .name = in.number()};
            made.parents.resize(in.count());
            for (auto& parent : made.parents) parent = in.number_below(nodes_.size());
            add(std::move(made));
        }
        for (auto left = in.count(2); left != 0; --left) {
            auto const place = in.number_below(nodes_.size());
            mark_place(place, in.number());
        }
    }

    [[nodiscard]] std::vector<node> const& nodes() const { return nodes_; }
    [[nodiscard]] std::uint64_t highest_mark() const
    {
        return by_mark_.empty() ? 0 : by_mark_.rbegin()->first;
    }
    [[nodiscard]] std::vector<std::uint64_t> const& losses() const { return lost_; }

    /// Of what was lost a state says nothing; the rest must be the same however it came about.
    bool operator==(graph const& other) const
    {
        return nodes_ == other.nodes_ && setting_ == other.setting_
            && highest_round_ == other.highest_round_;
    }

private:
    std::uint64_t place_of(std::uint64_t name) const
    {
        auto const found = places_.find(name);
        if (found == places_.end()) cairn::refuse("parent " + std::to_string(name) + " is missing");
        return found->second;
    }

    void add(node made)
    {
        places_.emplace(made.name, nodes_.size());
        highest_round_ = std::max(highest_round_, made.round);
        nodes_.push_back(std::move(made));
    }

    void mark_place(std::uint64_t place, std::uint64_t mark)
    {
        if (mark == 0 || nodes_[place].marked != 0) return;
        nodes_[place].marked = mark;
        by_mark_[mark].push_back(place);
    }

    void save_from(cairn::checkpoint_writer& out, std::uint64_t first, std::uint64_t mark) const
    {
        out.put(setting_);
        out.number(nodes_.size() - first);
        for (auto i = first; i != nodes_.size(); ++i) {
            out.number(nodes_[i].round);
            out.number(nodes_[i].name);
            out.number(nodes_[i].parents.size());
            for (auto const parent : nodes_[i].parents) out.number(parent);
        }
        auto count = std::uint64_t{0};
        for (auto at = by_mark_.upper_bound(mark); at != by_mark_.end(); ++at)
            count += at->second.size();
        out.number(count);
        for (auto at = by_mark_.upper_bound(mark); at != by_mark_.end(); ++at) {
            for (auto const place : at->second) {
                out.number(place);
                out.number(at->first);
            }
        }
    }

    std::vector<node> nodes_{};
    std::map<std::uint64_t, std::uint64_t> places_{};
    std::map<std::uint64_t, std::vector<std::uint64_t>> by_mark_{};
    std::uint64_t highest_round_ = 0;
    std::uint64_t setting_ = 0;
    std::vector<std::uint64_t> lost_{};
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::vertex, round, name, parents, marked, note);
BOOST_HANA_ADAPT_STRUCT(test::setting, value);
BOOST_HANA_ADAPT_STRUCT(test::graph_mark, vertices, marks);

template <>
inline constexpr auto cairn::descriptor<test::vertex> = cairn::entity<"vertex">(
    cairn::version<1>, cairn::key<"/graph/{round}/{name}">, cairn::index<"marked", "marked">);

template <>
inline constexpr auto cairn::descriptor<test::setting> =
    cairn::entity<"setting">(cairn::version<1>, cairn::key<"/setting">);

namespace test {

struct graphs : cairn::schema<vertex, setting, cairn::checkpoint_header, cairn::checkpoint_chunk> {
};
inline constexpr auto vertices = cairn::table<vertex>;
inline constexpr auto settings = cairn::table<setting>;

template <class Backend>
using graph_store = cairn::store<graphs, Backend>;

inline auto graph_plan(std::uint32_t version = 1)
{
    using namespace cairn::literals;
    return cairn::recovery<graph>(
        "graph", version, cairn::records(vertices).changed_by("marked"_by),
        cairn::records(settings).whole());
}

template <class Store>
graph recovered_by(Store& db, cairn::recovery_strategy strategy)
{
    return cairn::checkpointer{graph_plan()}.recover(db, {.strategy = strategy}).state;
}

/// A state and the store that it is kept with, by hand.
template <class Store>
class graph_user {
public:
    using keeper_type = decltype(cairn::checkpointer{graph_plan()});

    explicit graph_user(Store& db, cairn::checkpoint_options how = {})
        : db_{db}, keeper_{graph_plan(), how}
    {
        state_ = keeper_.recover(db_).state;
    }

    void add(vertex const& v)
    {
        db_.write([&](auto& tx) {
            tx[vertices].insert(v);
            state_.apply(v);
            keeper_.checkpoint_if_due(tx, state_);
        });
    }

    /// Marks a stored vertex.
    void mark(std::uint64_t round, std::uint64_t name)
    {
        db_.write([&](auto& tx) {
            auto const next = state_.highest_mark() + 1;
            state_.apply(tx[vertices].update(round, name, [&](vertex& v) {
                if (!v.marked) v.marked = next;
            }));
            keeper_.checkpoint_if_due(tx, state_);
        });
    }

    void set(std::uint64_t value)
    {
        db_.write([&](auto& tx) {
            tx[settings].put({.value = value});
            state_.apply(setting{.value = value});
        });
    }

    cairn::checkpoint_header checkpoint(
        cairn::checkpoint_kind kind = cairn::checkpoint_kind::automatic)
    {
        return db_.write([&](auto& tx) { return keeper_.checkpoint(tx, state_, kind); });
    }

    cairn::recovered<graph> recover(cairn::recovery_options how = {})
    {
        auto found = keeper_.recover(db_, how);
        state_ = found.state;
        return found;
    }

    [[nodiscard]] graph const& state() const { return state_; }
    [[nodiscard]] keeper_type& keeper() { return keeper_; }

private:
    Store& db_;
    keeper_type keeper_;
    graph state_{};
};

/// Four vertices for each of `rounds` rounds, each on all of the round before; some marked.
template <class User>
void grow(User& user, std::uint64_t from, std::uint64_t rounds)
{
    for (auto round = from; round != from + rounds; ++round) {
        for (std::uint64_t i = 0; i != 4; ++i) {
            auto v = vertex{.round = round, .name = round * 4 + i};
            for (std::uint64_t p = 0; p != 4 && round != 0; ++p)
                v.parents.push_back((round - 1) * 4 + p);
            user.add(v);
        }
        if (round >= 2) user.mark(round - 2, (round - 2) * 4 + round % 4);
    }
}

inline constexpr auto every_strategy = {
    cairn::recovery_strategy::from_scratch, cairn::recovery_strategy::from_checkpoint,
    cairn::recovery_strategy::hybrid};

} // namespace test
