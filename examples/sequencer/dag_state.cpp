// SPDX-License-Identifier: BSL-1.0
// What is applied to the state, and how it lies in a checkpoint.
#include "dag_state.hpp"

#include "inspect.hpp"
#include "snapshot.hpp"

#include <cairn/describe/key_path.hpp>

#include <algorithm>
#include <string>

namespace sequencer {

namespace {

void refuse_if(fault what)
{
    if (what != fault::none) cairn::refuse(std::string{to_string(what)});
}

/// Its content is whole, and no node should have taken it.
bool breaks_a_rule(std::string_view reason)
{
    constexpr auto rules = std::array{fault::unknown_author,     fault::malformed,
                                      fault::too_few_signers,    fault::repeated_parent,
                                      fault::too_few_parents,    fault::missing_parent,
                                      fault::parent_not_earlier, fault::equivocation};
    return std::any_of(
        rules.begin(), rules.end(), [&](fault each) { return reason == to_string(each); });
}

} // namespace

dag_state::dag_state(committee members, reputation_config config)
    : graph_{members}, order_{members, config}, loaded_{std::move(members), config}
{
}

void dag_state::apply(certificate const& c)
{
    refuse_if(inspect(c, graph_.members()));
    auto verdict = graph_.insert(c);
    if (verdict.refused == fault::missing_parent && fill_with_holes(verdict.missing))
        verdict = graph_.insert(c);
    refuse_if(verdict.refused);
    if (c.committed
        && !graph_.take_mark(graph_.find(c.digest), *c.committed_at_round, *c.commit_position))
        refuse_if(fault::wrong_mark);
}

void dag_state::apply(performance_record const& p)
{
    if (!graph_.members().index_of(p.validator)) refuse_if(fault::unknown_author);
    if (p.position < loaded_.recorded()) return;
    if (p.position > loaded_.recorded()) loaded_.restore({}, p.position);
    loaded_.record(
        {.validator = p.validator,
         .round = p.round,
         .latency_ms = p.latency_ms,
         .success = p.success,
         .timestamp = p.timestamp});
}

void dag_state::lost(cairn::quarantined_record const& record)
{
    constexpr auto const& shape = cairn::shape_of<certificate>;
    if (record.model != shape.name) return;
    auto const is_lost = !breaks_a_rule(record.reason);
    is_damaged_ |= is_lost;
    auto key = cairn::key_of<certificate>{};
    try {
        auto const parsed = cairn::parse_key_path(shape, record.key);
        if (!cairn::read_key<certificate>(parsed.view(), key)) return;
    } catch (cairn::invalid_argument const&) {
        return; // not even its key is left: there is nothing that a child could be tied to
    }
    auto const [round, digest] = key;
    lost_.emplace(digest, round);
    if (is_lost) lost_round_ = std::max(lost_round_.value_or(round), round);
}

/// Only now: what is lost is heard of before what came before it, so that there may have been no
/// place for a hole.
bool dag_state::fill_with_holes(std::vector<hash32> const& missing)
{
    auto const is_lost = [&](hash32 const& digest) { return lost_.count(digest) != 0; };
    if (!std::all_of(missing.begin(), missing.end(), is_lost)) return false;
    for (auto const& digest : missing) graph_.add_hole(lost_.at(digest), digest);
    return true;
}

void dag_state::finish()
{
    graph_.sort_commits();
    order_.restore(graph_, loaded_);
    is_damaged_ |= !adds_up();
}

/// Positions are without a gap, the last is an anchor's, and each even round up to the last anchor
/// has a performance. Where an index hides a row, or a row its mark, this is all that tells.
bool dag_state::adds_up() const
{
    auto next = std::uint64_t{0};
    for (auto const id : graph_.commit_order())
        if (graph_[id].commit_position != next++) return false;
    auto const& leaders = order_.leaders();
    auto const in_window = std::min<std::uint64_t>(leaders.recorded(), leaders.config().window);
    return leaders.recorded() == order_.last_anchor_round().value_or(0) / 2
        && leaders.window().size() == in_window;
}

void dag_state::save(cairn::checkpoint_writer& out) const
{
    write_snapshot(out, graph_, {});
    write_reputation(out, graph_.members(), order_.leaders());
}

void dag_state::load(cairn::checkpoint_reader& in)
{
    read_snapshot(in, graph_);
    loaded_ = read_reputation(in, graph_.members(), order_.leaders().config());
}

dag_mark dag_state::mark() const
{
    return {
        .nodes = graph_.size(),
        .committed = graph_.committed_count(),
        .fingerprint = graph_.fingerprint(graph_.size())};
}

/// A state that did not grow out of the base (it was recovered in another way, with something
/// lost or found) does not describe itself by what came since, but as a whole.
void dag_state::save_since(cairn::checkpoint_writer& out, dag_mark const& base) const
{
    auto const grew = base.nodes <= graph_.size() && base.committed <= graph_.committed_count()
        && graph_.fingerprint(base.nodes) == base.fingerprint;
    auto const begin = grew ? base : dag_mark{};
    out.number(begin.nodes);
    out.put(begin.fingerprint);
    write_snapshot(
        out, graph_,
        {.nodes = begin.nodes, .committed = static_cast<std::size_t>(begin.committed)});
    write_reputation(out, graph_.members(), order_.leaders());
}

void dag_state::load_since(cairn::checkpoint_reader& in)
{
    auto const nodes = in.number();
    auto const fingerprint = in.get<std::uint64_t>();
    if (nodes == 0) graph_.clear();
    if (nodes != graph_.size() || fingerprint != graph_.fingerprint(graph_.size()))
        in.refuse("it continues another DAG");
    load(in);
}

std::uint64_t dag_state::position() const
{
    return graph_.empty() ? 0 : graph_.highest_round();
}

} // namespace sequencer
