// SPDX-License-Identifier: BSL-1.0
// One validator's node.
#include "node.hpp"

#include "convert.hpp"
#include "digest.hpp"
#include "inspect.hpp"

#include <algorithm>
#include <numeric>

namespace sequencer {

using namespace cairn::literals;

namespace {

std::uint16_t index_in(committee const& members, peer_id const& self)
{
    auto const index = members.index_of(self);
    if (!index) throw std::invalid_argument{"the node is no member of its committee"};
    return *index;
}

template <class Number>
void raise_to(std::optional<Number>& number, std::optional<Number> other)
{
    if (other) number = std::max(number.value_or(*other), *other);
}

/// Stands for a signature that the others aggregated: it covers the digest and the nonce.
bytes signature_of(hash32 const& digest, std::uint64_t nonce)
{
    auto text = bytes{digest.begin(), digest.end()};
    for (auto shift = 0U; shift < 64; shift += 8)
        text.push_back(static_cast<std::byte>(nonce >> shift));
    auto const hash = sha256(text);
    auto result = bytes{};
    for (auto i = 0; i < 3; ++i) result.insert(result.end(), hash.begin(), hash.end());
    return result;
}

bytes everybody(std::size_t members)
{
    auto all = std::vector<std::uint16_t>(members);
    std::iota(all.begin(), all.end(), std::uint16_t{0});
    return bitmap_of(all, members);
}

batch make_batch(proposal_request const& request, peer_id const& author)
{
    auto result = batch{
        .author = author,
        .transactions = request.transactions,
        .transaction_count = request.transactions.size(),
        .timestamp = request.timestamp};
    for (auto const& each : request.transactions) result.size_bytes += each.data.size();
    result.digest = digest_of(result);
    return result;
}

} // namespace

node::node(
    database& db, node_options options, cairn::recovery_strategy how,
    recovery_listener const& listener)
    : node{
        db, options,
        begin_store(db, options.members, options.self, current_time(), options.scoring), how,
        listener}
{
}

node::node(
    database& db, node_options options, store_begin const& begin, cairn::recovery_strategy how,
    recovery_listener const& listener)
    : db_{db}, options_{std::move(options)}, self_{index_in(options_.members, options_.self)},
      keeper_{options_.members, options_.scoring, options_.checkpoints},
      state_{options_.members, options_.scoring},
      waiting_{options_.members.size(), options_.waiting}, was_recounted_{begin.was_recounted}
{
    auto found = keeper_.recover(db_, how, listener);
    state_ = std::move(found.state);
    report_ = std::move(found.report);
    raise_to(signed_up_to_, begin.stored.last_proposed_round);
    raise_to(signed_up_to_, state_.highest_lost_round());
    raise_to(signed_up_to_, newest_own_round());
    raise_to(signed_up_to_, newest_own_row());
}

/// Rows that were left out count, too: this node may have signed them. One that cannot be decoded
/// is among what the state heard to be lost.
std::optional<std::uint64_t> node::newest_own_row() const
{
    auto const row = db_[certificates]
                         .by("author"_by, options_.self)
                         .reversed()
                         .tolerate([](cairn::corrupt_record const&) {})
                         .first();
    if (!row) return std::nullopt;
    return row->round;
}

/// A checkpoint has them even if their rows are damaged or gone.
std::optional<std::uint64_t> node::newest_own_round() const
{
    auto const& graph = state_.graph();
    for (auto round = graph.rounds(); round-- > 0;)
        if (graph.find(round, self_) != no_node) return round;
    return std::nullopt;
}

/// Whatever fails on the way may leave the memory ahead of the store, and so the node is at its
/// end: nothing that is not stored may be built or signed over. `cannot_sign` comes before
/// anything is changed.
template <class Work>
auto node::or_stop(Work const& work)
{
    if (has_stopped_) throw cannot_sign{"the node has stopped: " + failure_};
    try {
        return work();
    } catch (cannot_sign const&) {
        throw;
    } catch (std::exception const& fault) {
        has_stopped_ = true;
        failure_ = fault.what();
        throw;
    }
}

std::vector<receipt> node::receive(
    std::vector<batch> const& new_batches, std::vector<certificate> const& new_certificates)
{
    return or_stop([&] { return take_all(new_batches, new_certificates); });
}

std::vector<receipt> node::take_all(
    std::vector<batch> const& new_batches, std::vector<certificate> const& new_certificates)
{
    auto found = news{};
    auto receipts = std::vector<receipt>{};
    for (auto const& each : new_batches)
        if (inspect(each) == fault::none) found.new_batches.push_back(each);
    auto released = std::vector<receipt>{};
    for (auto const& each : new_certificates) {
        receipts.push_back(take(each, found));
        if (receipts.back().what == acceptance::stored) take_waiting(each.digest, found, released);
    }
    receipts.insert(receipts.end(), released.begin(), released.end());
    order(found);
    save(found);
    if (!state_.graph().empty())
        given_up_ += waiting_.expire(state_.graph().highest_round()).size();
    return receipts;
}

receipt node::take(certificate const& c, news& found)
{
    auto result = receipt{.digest = c.digest};
    auto fresh = c;
    fresh.committed = false; // what another node says of it is of no matter here
    fresh.committed_at_round.reset();
    fresh.commit_position.reset();
    result.why = inspect(fresh, options_.members);
    if (result.why == fault::none && c.author == options_.self)
        raise_to(signed_up_to_, std::optional{c.round}); // also if it waits, or is refused
    if (result.why == fault::none && !has_batch(fresh, found)) result.why = fault::missing_batch;
    if (result.why == fault::none) {
        auto const verdict = state_.graph().insert(fresh);
        if (verdict.refused == fault::missing_parent) return keep_waiting(fresh, verdict.missing);
        result.why = verdict.refused;
        result.what = verdict.known ? acceptance::known : acceptance::stored;
    }
    if (result.why != fault::none) result.what = acceptance::refused;
    if (result.what == acceptance::stored) found.new_certificates.push_back(std::move(fresh));
    return result;
}

receipt node::keep_waiting(certificate const& c, std::vector<hash32> const& missing)
{
    auto const waits = waiting_.add(c, missing, state_.position());
    return {
        .digest = c.digest,
        .what = waits ? acceptance::waiting : acceptance::refused,
        .why = fault::missing_parent};
}

void node::take_waiting(hash32 const& arrived, news& found, std::vector<receipt>& released)
{
    for (auto const& child : waiting_.arrived(arrived)) {
        released.push_back(take(child, found));
        if (released.back().what == acceptance::stored) take_waiting(child.digest, found, released);
    }
}

bool node::has_batch(certificate const& c, news const& found) const
{
    auto const is_it = [&](batch const& b) { return b.digest == c.batch_digest; };
    return c.batch_digest == no_batch
        || std::any_of(found.new_batches.begin(), found.new_batches.end(), is_it)
        || look_up(db_[batches], c.batch_digest).whole;
}

void node::order(news& found)
{
    if (state_.is_damaged()) return;
    while (auto next = state_.order().next(state_.graph())) {
        state_.order().apply(state_.graph(), *next);
        found.commits.push_back(std::move(*next));
    }
}

/// The state in memory is ahead of the store here.
void node::save(news const& found)
{
    if (found.new_batches.empty() && found.new_certificates.empty()) return;
    auto const now = current_time();
    db_.write([&](transaction& tx) {
        auto writing = saving{tx, now};
        for (auto const& each : found.new_batches) writing.save(each);
        for (auto const& each : found.new_certificates) writing.save(each, state_.graph());
        writing.save(found.commits, state_.graph(), state_.order().leaders());
        if (checkpoint(tx, writing.has_moved_rows(), now))
            writing.counters().last_checkpoint_at = now;
        writing.finish();
    });
}

bool node::checkpoint(transaction& tx, bool has_moved_rows, cairn::timestamp now)
{
    return keeper_.checkpoint_if_due(tx, state_, now)
        || (has_moved_rows && keeper_.renew(tx, state_, now));
}

certificate node::propose(proposal_request const& request)
{
    return or_stop([&] { return stored_or_new(request); });
}

certificate node::stored_or_new(proposal_request const& request)
{
    if (auto const own = state_.graph().find(request.round, self_); own != no_node)
        return stored_own(state_.graph()[own]);
    if (state_.is_damaged()) throw cannot_sign{"certificates of the history are lost"};
    if (signed_up_to_ && request.round <= *signed_up_to_)
        throw cannot_sign{"rounds up to " + std::to_string(*signed_up_to_) + " are signed"};
    auto found = news{};
    auto const own = sign(request, found);
    auto const verdict = state_.graph().insert(own);
    if (verdict.refused != fault::none) throw cannot_sign{std::string{to_string(verdict.refused)}};
    found.new_certificates.push_back(own);
    order(found);
    save(found);
    signed_up_to_ = request.round;
    return own;
}

/// The state may have it from a checkpoint, and its row is damaged.
certificate node::stored_own(dag_node const& own) const
{
    auto found = look_up(db_[certificates], own.round, own.digest).whole;
    if (!found) throw cannot_sign{"its stored certificate is damaged"};
    return std::move(*found);
}

certificate node::sign(proposal_request const& request, news& found) const
{
    auto own = certificate{
        .round = request.round,
        .author = options_.self,
        .parents = parents_for(request.round),
        .timestamp = request.timestamp,
        .signers = everybody(options_.members.size())};
    if (!request.transactions.empty()) {
        found.new_batches.push_back(make_batch(request, options_.self));
        if (inspect(found.new_batches.back()) != fault::none)
            throw cannot_sign{"its batch is too large"};
        own.batch_digest = found.new_batches.back().digest;
    }
    own.digest = digest_of(own);
    own.aggregated_signature = signature_of(own.digest, request.nonce);
    return own;
}

std::vector<hash32> node::parents_for(std::uint64_t round) const
{
    auto parents = std::vector<hash32>{};
    if (round == 0) return parents;
    auto const& graph = state_.graph();
    if (graph.authors_in(round - 1) < options_.members.quorum())
        throw cannot_sign{"round " + std::to_string(round - 1) + " has no quorum yet"};
    for (std::uint16_t author = 0; author < options_.members.size(); ++author)
        if (auto const id = graph.find(round - 1, author); id != no_node)
            parents.push_back(graph[id].digest);
    return parents;
}

} // namespace sequencer
