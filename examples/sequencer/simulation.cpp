// SPDX-License-Identifier: BSL-1.0
// The simulated committee.
#include "simulation.hpp"

#include "convert.hpp"
#include "digest.hpp"
#include "inspect.hpp"

#include <algorithm>
#include <numeric>

namespace sequencer {

namespace {

using namespace std::chrono_literals;

constexpr auto begin_of_time = cairn::timestamp{std::chrono::seconds{1'700'000'000}};
constexpr auto time_of_a_round = 250ms;
constexpr auto own_index = std::uint16_t{0};

bool is_slow(std::uint16_t author)
{
    return author % 5 == 4;
}

} // namespace

simulation::simulation(simulation_options options)
    : options_{options}, members_{committee::simulated(options.validators, options.seed)}
{
}

cairn::timestamp simulation::time_of(std::uint64_t round, std::uint16_t author, dice& source) const
{
    auto const delay = is_slow(author) ? 700ms : 20ms;
    auto const jitter = std::chrono::microseconds{source.below(60'000)};
    return begin_of_time + round * time_of_a_round + delay + jitter;
}

std::vector<batch_transaction> simulation::make_transactions(
    dice& source, cairn::timestamp time) const
{
    auto result = std::vector<batch_transaction>{};
    if (options_.most_transactions == 0) return result;
    auto const most = options_.most_transactions;
    auto const least = most / 10 + 1;
    auto const count = least + source.below(most - least + 1);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const largest = options_.largest_transaction;
        auto const size = largest / 4 + source.below(largest - largest / 4 + 1);
        result.push_back({.data = source.data(size), .timestamp = time - (i + 1) * 1ms});
    }
    return result;
}

proposal_request simulation::request(std::uint64_t round, std::uint64_t nonce) const
{
    auto source = dice{options_.seed + 1, round};
    auto const time = time_of(round, own_index, source);
    return {
        .round = round,
        .nonce = nonce,
        .timestamp = time,
        .transactions = make_transactions(source, time)};
}

std::vector<simulation::presence> simulation::draw_presences(dice& source, bool own_is_there) const
{
    auto result = std::vector<presence>(members_.size(), presence::on_time);
    auto order = std::vector<std::uint16_t>(members_.size() - 1);
    std::iota(order.begin(), order.end(), std::uint16_t{1});
    source.shuffle(order);
    auto spare = members_.size() - members_.quorum();
    if (!own_is_there && spare > 0) --spare;
    auto hides = false;
    for (auto const author : order) {
        if (spare == 0) break;
        auto& how = result[author];
        if (source.happens(options_.absent))
            how = presence::absent;
        else if (hidden_ && !hides && source.happens(0.5))
            how = presence::adventurous;
        else if (source.happens(options_.late))
            how = source.happens(0.5) ? presence::late_one : presence::late_two;
        hides |= how == presence::adventurous;
        spare -= how == presence::on_time ? 0 : 1;
    }
    return result;
}

std::vector<hash32> simulation::choose_parents(dice& source) const
{
    auto parents = candidates_;
    auto const quorum = members_.quorum();
    if (round_ == 0) return {};
    auto const count = quorum + source.below(parents.size() - quorum + 1);
    while (parents.size() > count)
        parents.erase(parents.begin() + static_cast<std::ptrdiff_t>(source.below(parents.size())));
    return parents;
}

bytes simulation::sign(dice& source) const
{
    return source.data(source.happens(0.5) ? 48 : 96);
}

certificate simulation::make_certificate(
    std::uint16_t author, dice& source, std::vector<hash32> parents, simulated_round& out) const
{
    auto const time = time_of(round_, author, source);
    auto signers = std::vector<std::uint16_t>(members_.size());
    std::iota(signers.begin(), signers.end(), std::uint16_t{0});
    source.shuffle(signers);
    auto const quorum = members_.quorum();
    signers.resize(quorum + source.below(members_.size() - quorum + 1));
    auto result = certificate{
        .round = round_,
        .author = members_.member(author),
        .parents = std::move(parents),
        .timestamp = time,
        .aggregated_signature = sign(source),
        .signers = bitmap_of(signers, members_.size())};
    auto work = batch{
        .worker_id = static_cast<std::uint32_t>(source.below(4)),
        .author = result.author,
        .transactions = make_transactions(source, time),
        .timestamp = time};
    if (!work.transactions.empty()) {
        work.transaction_count = work.transactions.size();
        for (auto const& each : work.transactions) work.size_bytes += each.data.size();
        work.digest = digest_of(work);
        result.batch_digest = work.digest;
        out.batches.push_back(std::move(work));
    }
    result.digest = digest_of(result);
    return result;
}

simulated_round simulation::next(std::optional<certificate> const& own)
{
    auto out = simulated_round{};
    auto source = dice{options_.seed, round_};
    next_candidates_.clear();
    next_hidden_.reset();
    if (own) next_candidates_.push_back(own->digest);
    deliver_late(out);
    make_all(draw_presences(source, own.has_value()), source, out);
    add_duplicates(source, out);
    candidates_ = std::move(next_candidates_);
    hidden_ = next_hidden_;
    ++round_;
    std::erase_if(recent_, [&](certificate const& c) { return c.round + 3 < round_; });
    return out;
}

void simulation::deliver_late(simulated_round& out)
{
    for (auto const& each : late_)
        if (each.due == round_) out.deliveries.push_back(each.what);
    std::erase_if(late_, [&](postponed const& each) { return each.due == round_; });
}

void simulation::make_all(
    std::vector<presence> const& presences, dice& source, simulated_round& out)
{
    for (std::uint16_t author = 1; author < members_.size(); ++author) {
        if (presences[author] != presence::absent)
            make_one(author, presences[author], source, out);
        else if (source.happens(options_.orphan) && round_ > 0)
            add_orphan(author, source, out);
    }
}

void simulation::make_one(std::uint16_t author, presence how, dice& source, simulated_round& out)
{
    auto parents = choose_parents(source);
    if (how == presence::adventurous) parents.push_back(*hidden_);
    auto const made = make_certificate(author, source, std::move(parents), out);
    if (how == presence::late_one) late_.push_back({round_ + 1, {made}});
    if (how == presence::late_two) late_.push_back({round_ + 2, {made}});
    if (how == presence::late_two)
        next_hidden_ = made.digest;
    else
        next_candidates_.push_back(made.digest);
    if (how == presence::on_time) out.deliveries.push_back({made});
    if (how == presence::adventurous) out.deliveries.push_back({made, expectation::waits});
    if (how == presence::on_time) {
        recent_.push_back(made);
        add_invalid(made, source, out);
    }
}

void simulation::add_orphan(std::uint16_t author, dice& source, simulated_round& out)
{
    auto parents = choose_parents(source);
    parents.push_back(sha256(source.data(16)));
    out.deliveries.push_back(
        {make_certificate(author, source, std::move(parents), out), expectation::lost});
}

/// A twin of a certificate in the same round, or a damaged copy of it.
void simulation::add_invalid(certificate const& model, dice& source, simulated_round& out)
{
    auto const add = [&](auto const& change) {
        if (!source.happens(options_.invalid)) return;
        auto copy = model;
        change(copy);
        out.deliveries.push_back({std::move(copy), expectation::lost});
    };
    add([](certificate& c) {
        c.timestamp += 1ms;
        c.digest = digest_of(c);
    });
    add([](certificate& c) { c.digest.front() ^= std::byte{1}; });
    add([](certificate& c) {
        c.timestamp += 2ms;
        c.digest = digest_of(c);
        c.signers.assign(c.signers.size(), std::byte{0});
    });
    add([&](certificate& c) {
        c.author = peer_id_of(sha256(source.data(16)));
        c.digest = digest_of(c);
    });
}

void simulation::add_duplicates(dice& source, simulated_round& out)
{
    for (auto const& each : recent_)
        if (source.happens(options_.duplicate / 3)) out.deliveries.push_back({each});
}

} // namespace sequencer
