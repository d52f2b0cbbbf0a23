// SPDX-License-Identifier: BSL-1.0
// Metadata counted anew.
#include "recount.hpp"

#include "inspect.hpp"
#include "ordering.hpp"

#include <map>

namespace sequencer {

using namespace cairn::literals;

namespace {

void require_of(committee const& members, certificate const& c)
{
    if (members.index_of(c.author) && c.signers.size() == (members.size() + 7) / 8) return;
    cairn::raise(
        cairn::errc::misuse,
        {.message = "the metadata are lost, and a certificate is of another committee"});
}

/// Whether the commit rule finds these anchors, given by position.
bool finds(
    dag graph, std::map<std::uint64_t, hash32> const& anchors, reputation_config const& scoring)
{
    auto rule = ordering{graph.members(), scoring};
    for (auto const& [position, digest] : anchors) {
        auto const next = rule.next(graph);
        if (!next || next->anchor != digest) return false;
        rule.apply(graph, *next);
    }
    return true;
}

/// Leaders follow from the members, their order and the epoch, and anchors from the leaders. But
/// without all certificates the rule may find others, so that nothing can be told then.
void require_anchors_of(transaction& tx, committee const& members, reputation_config const& scoring)
{
    auto graph = dag{members};
    auto anchors = std::map<std::uint64_t, hash32>{};
    auto by_round = tx[certificates].prefix().tolerate(leave_out{});
    for (auto const& c : by_round) {
        if (inspect(c, members) != fault::none) return;
        graph.insert(c);
        if (c.committed_at_round == c.round) anchors.emplace(*c.commit_position, c.digest);
    }
    if (graph.size() != tx[certificates].count() || finds(std::move(graph), anchors, scoring))
        return;
    cairn::raise(
        cairn::errc::misuse,
        {.message =
             "the metadata are lost, and this committee commits other anchors in this epoch"});
}

void count_certificates(transaction& tx, committee const& members, consensus_metadata& m)
{
    auto is_first = true;
    auto all = tx[certificates].scan().tolerate(leave_out{});
    for (auto const& c : all) {
        require_of(members, c);
        if (is_first) m.started_at = c.created_at;
        is_first = false;
    }
    auto const committed = tx[certificates].by("commit"_by, true);
    m.total_certificates = tx[certificates].count();
    m.total_committed = committed.count();
    if (auto const last = committed.reversed().tolerate(leave_out{}).first()) {
        m.last_anchor_round = last->committed_at_round;
        m.highest_committed_round = last->committed_at_round.value_or(0);
    }
}

void find_newest(transaction& tx, consensus_metadata& m)
{
    auto const by_round = tx[certificates].prefix().reversed().tolerate(leave_out{});
    if (auto const newest = by_round.first()) m.current_round = newest->round;
    auto const own =
        tx[certificates].by("author"_by, m.validator_peer_id).reversed().tolerate(leave_out{});
    if (auto const newest = own.first()) m.last_proposed_round = newest->round;
    auto const listed = tx[dag_checkpoints].prefix().reversed().tolerate(leave_out{});
    if (auto const newest = listed.first()) m.last_checkpoint_at = newest->created_at;
}

void count_batches(transaction& tx, consensus_metadata& m)
{
    m.total_batches = tx[batches].count();
    auto all = tx[batches].scan().tolerate(leave_out{});
    for (auto const& b : all) m.total_transactions += b.transaction_count;
}

} // namespace

consensus_metadata recount(
    transaction& tx, committee const& members, peer_id const& self, cairn::timestamp now,
    reputation_config const& scoring)
{
    auto result = consensus_metadata{
        .validator_peer_id = self,
        .committee_size = static_cast<std::uint32_t>(members.size()),
        .committee_epoch = members.epoch(),
        .committee = members.members(),
        .started_at = now,
        .last_updated = now};
    count_certificates(tx, members, result);
    require_anchors_of(tx, members, scoring);
    find_newest(tx, result);
    count_batches(tx, result);
    return result;
}

} // namespace sequencer
