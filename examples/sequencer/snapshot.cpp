// SPDX-License-Identifier: BSL-1.0
// The compact form of a checkpoint.
#include "snapshot.hpp"

#include "digest.hpp"

#include <algorithm>
#include <bit>

namespace sequencer {

namespace {

/// Small differences of either sign become small numbers.
std::uint64_t zigzag(std::uint64_t before, std::uint64_t now)
{
    auto const difference = now - before;
    return difference << 1U ^ (difference >> 63U != 0 ? ~std::uint64_t{0} : 0);
}

std::uint64_t unzigzag(std::uint64_t before, std::uint64_t coded)
{
    return before + (coded >> 1U ^ (~(coded & 1U) + 1U));
}

std::uint64_t to_number(cairn::timestamp time)
{
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

cairn::timestamp to_time(std::uint64_t number)
{
    return cairn::timestamp{std::chrono::nanoseconds{static_cast<std::int64_t>(number)}};
}

hash32 digest_of_members(committee const& members)
{
    return sha256(std::as_bytes(std::span{members.members()}));
}

/// What the next node's numbers are differences to.
struct node_before {
    std::uint64_t round = 0;
    std::uint64_t timestamp = 0;
    std::uint64_t position = 0;
};

/// Of what was in the round when node `child` was inserted.
std::size_t bitmap_size(dag const& graph, std::uint64_t round, node_id child)
{
    auto const there = graph.round(round);
    auto const end = std::lower_bound(there.begin(), there.end(), child);
    return (static_cast<std::size_t>(end - there.begin()) + 7) / 8;
}

class snapshot_writer {
public:
    snapshot_writer(cairn::checkpoint_writer& out, dag const& graph) : out_{out}, graph_{graph} {}

    void write(node_id id)
    {
        auto const& node = graph_[id];
        out_.bytes(node.digest);
        out_.number(zigzag(before_.round, node.round));
        out_.number(zigzag(before_.timestamp, to_number(node.timestamp)));
        out_.number(node.is_hole() ? graph_.members().size() : node.author);
        before_.round = node.round;
        before_.timestamp = to_number(node.timestamp);
        write_mark(node);
        if (node.round != 0 && !node.is_hole()) write_parents(id);
    }

    void write_mark(dag_node const& node)
    {
        if (!node.is_committed()) return out_.number(0);
        out_.number(1 + node.committed_at_round - node.round);
        out_.number(zigzag(before_.position, node.commit_position));
        before_.position = node.commit_position;
    }

private:
    void write_parents(node_id id)
    {
        auto const round = graph_[id].round;
        bitmap_.assign(bitmap_size(graph_, round - 1, id), std::byte{0});
        older_.clear();
        for (auto const parent : graph_.parents(id)) {
            auto const place = graph_[parent].place;
            if (graph_[parent].round + 1 == round)
                bitmap_[place / 8] |= std::byte{1} << place % 8;
            else
                older_.push_back(parent);
        }
        out_.bytes(bitmap_);
        out_.number(older_.size());
        for (auto const parent : older_) {
            out_.number(graph_[parent].round);
            out_.number(graph_[parent].place);
        }
    }

    cairn::checkpoint_writer& out_;
    dag const& graph_;
    node_before before_{};
    bytes bitmap_{};
    std::vector<node_id> older_{};
};

class snapshot_reader {
public:
    snapshot_reader(cairn::checkpoint_reader& in, dag& graph) : in_{in}, graph_{graph} {}

    void read()
    {
        auto node = dag_node{};
        in_.bytes(node.digest);
        node.round = unzigzag(before_.round, in_.number());
        node.timestamp = to_time(unzigzag(before_.timestamp, in_.number()));
        auto const author = in_.number_below(graph_.members().size() + 1);
        if (author != graph_.members().size()) node.author = static_cast<std::uint16_t>(author);
        before_.round = node.round;
        before_.timestamp = to_number(node.timestamp);
        if (node.round > graph_.rounds()) in_.refuse("a round is left out");
        auto marked = node;
        auto const is_marked = read_mark(marked);
        parents_.clear();
        if (node.round != 0 && !node.is_hole()) read_parents(node.round);
        auto const id = graph_.append(node, parents_);
        if (is_marked) graph_.take_mark(id, marked.committed_at_round, marked.commit_position);
    }

    bool read_mark(dag_node& node)
    {
        auto const coded = in_.number();
        if (coded == 0) return false;
        node.committed_at_round = node.round + coded - 1;
        node.commit_position = unzigzag(before_.position, in_.number());
        before_.position = node.commit_position;
        if (!node.is_committed()) in_.refuse("a position is out of range");
        return true;
    }

private:
    void read_parents(std::uint64_t round)
    {
        auto const before = graph_.round(round - 1);
        bitmap_.resize((before.size() + 7) / 8);
        in_.bytes(bitmap_);
        for (std::size_t i = 0; i < bitmap_.size(); ++i)
            for (auto bits = std::to_integer<unsigned>(bitmap_[i]); bits != 0; bits &= bits - 1)
                add_parent(before, 8 * i + static_cast<unsigned>(std::countr_zero(bits)));
        for (auto older = in_.count(2); older != 0; --older) {
            auto const there = graph_.round(in_.number_below(round));
            add_parent(there, in_.number());
        }
    }

    void add_parent(std::span<node_id const> round, std::uint64_t place)
    {
        if (place >= round.size()) in_.refuse("a parent is left out");
        parents_.push_back(round[place]);
    }

    cairn::checkpoint_reader& in_;
    dag& graph_;
    node_before before_{};
    bytes bitmap_{};
    std::vector<node_id> parents_{};
};

std::vector<node_id> known_and_committed_since(dag const& graph, snapshot_base known)
{
    auto result = std::vector<node_id>{};
    for (auto const id : graph.commit_order().subspan(known.committed))
        if (id < known.nodes) result.push_back(id);
    return result;
}

} // namespace

void write_snapshot(cairn::checkpoint_writer& out, dag const& graph, snapshot_base known)
{
    out.bytes(digest_of_members(graph.members()));
    out.number(graph.size() - known.nodes);
    auto writer = snapshot_writer{out, graph};
    for (auto id = static_cast<node_id>(known.nodes); id < graph.size(); ++id) writer.write(id);
    auto const marked = known_and_committed_since(graph, known);
    out.number(marked.size());
    for (auto const id : marked) {
        out.number(id);
        writer.write_mark(graph[id]);
    }
}

void read_snapshot(cairn::checkpoint_reader& in, dag& graph)
{
    auto members = hash32{};
    in.bytes(members);
    if (members != digest_of_members(graph.members())) in.refuse("it is of another committee");
    auto const nodes = in.count(sizeof(hash32) + 4);
    graph.reserve(graph.size() + nodes, 0);
    auto reader = snapshot_reader{in, graph};
    for (auto left = nodes; left != 0; --left) reader.read();
    for (auto marked = in.count(3); marked != 0; --marked) {
        auto const id = static_cast<node_id>(in.number_below(graph.size()));
        auto node = graph[id];
        if (!reader.read_mark(node)
            || !graph.take_mark(id, node.committed_at_round, node.commit_position))
            in.refuse("a mark changes");
    }
}

void write_reputation(
    cairn::checkpoint_writer& out, committee const& members, reputation const& leaders)
{
    out.number(leaders.recorded());
    out.number(leaders.window().size());
    for (auto const& p : leaders.window()) {
        out.number(*members.index_of(p.validator));
        out.number(p.round);
        out.number(std::uint64_t{p.latency_ms} << 1U | (p.success ? 1U : 0U));
        out.number(to_number(p.timestamp));
    }
}

reputation read_reputation(
    cairn::checkpoint_reader& in, committee const& members, reputation_config const& config)
{
    auto const recorded = in.number();
    auto window = std::deque<performance>{};
    for (auto left = in.count(4); left != 0; --left) {
        auto& p = window.emplace_back();
        p.validator = members.member(in.number_below(members.size()));
        p.round = in.number();
        auto const latency = in.number_below(std::uint64_t{1} << 33U);
        p.latency_ms = static_cast<std::uint32_t>(latency >> 1U);
        p.success = (latency & 1U) != 0;
        p.timestamp = to_time(in.number());
    }
    auto result = reputation{members, config};
    result.restore(std::move(window), recorded);
    return result;
}

} // namespace sequencer
