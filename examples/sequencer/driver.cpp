// SPDX-License-Identifier: BSL-1.0
// The conversation between committee and node.
#include "driver.hpp"

#include "convert.hpp"

#include <algorithm>
#include <random>
#include <span>

namespace sequencer {

namespace {

/// A certificate is two rounds late at most, and one round more waits for it.
constexpr auto rounds_sent_again = std::uint64_t{8};

/// Never the same twice, not even if everything else of a run is repeated.
std::uint64_t fresh_nonce()
{
    thread_local auto source = std::random_device{};
    return std::uint64_t{source()} << 32U | source();
}

/// What was signed, and with what: the same header signed again is a second signature, too.
std::string signed_as(certificate const& made)
{
    auto const& signature = made.aggregated_signature;
    return to_hex(made.digest) + " (signature "
        + to_hex(std::span{signature}.first(std::min<std::size_t>(signature.size(), 8))) + ")";
}

bool is_as_expected(expectation expected, receipt const& answer)
{
    auto const is_there = answer.what == acceptance::stored || answer.what == acceptance::known;
    switch (expected) {
    case expectation::taken: return is_there;
    case expectation::waits: return is_there || answer.what == acceptance::waiting;
    case expectation::lost: return !is_there;
    }
    return false;
}

class conversation {
public:
    conversation(channel& to_node, simulation side, witness& seen)
        : to_node_{to_node}, side_{std::move(side)}, seen_{seen}
    {
    }

    /// False if the node is gone.
    bool run(std::uint64_t rounds)
    {
        auto const hello = to_node_.receive();
        if (!hello) return false;
        auto const known = std::min(hello->round, seen_.last_round().value_or(0));
        auto const begin = known - std::min(known, rounds_sent_again);
        while (side_.round() < std::min(begin, rounds)) side_.next(seen_.of_round(side_.round()));
        while (side_.round() < rounds)
            if (!play()) return false;
        to_node_.send({.kind = message_kind::finish});
        return !to_node_.receive(); // it ends by closing
    }

    drive_report report{};

private:
    bool play()
    {
        auto const round = side_.round();
        auto const asked = side_.request(round, fresh_nonce());
        to_node_.send(
            {.kind = message_kind::propose,
             .round = round,
             .nonce = asked.nonce,
             .timestamp = asked.timestamp,
             .transactions = asked.transactions});
        auto const answer = to_node_.receive();
        if (!answer) return false;
        for (auto const& made : answer->certificates) look_at(round, made);
        auto const own = seen_.of_round(round);
        auto const news = side_.next(own);
        auto sent = news.deliveries;
        if (own && answer->certificates.empty()) sent.insert(sent.begin(), {*own}); // it lost it
        return deliver(news.batches, sent);
    }

    void look_at(std::uint64_t round, certificate const& made)
    {
        if (made.round != round)
            return complain(
                round, "the node's certificate is of round " + std::to_string(made.round));
        if (seen_.saw(made)) return;
        ++report.signed_twice;
        complain(
            round,
            "the node SIGNED TWICE: " + signed_as(*seen_.of_round(round)) + " and "
                + signed_as(made));
    }

    bool deliver(std::vector<batch> const& work, std::vector<delivery> const& sent)
    {
        auto out = message{.kind = message_kind::deliver, .round = side_.round(), .batches = work};
        for (auto const& each : sent) out.certificates.push_back(each.what);
        to_node_.send(out);
        auto const answer = to_node_.receive();
        if (!answer) return false;
        if (answer->receipts.size() < sent.size()) {
            complain(out.round, "the node left out receipts");
            return true;
        }
        for (std::size_t i = 0; i < sent.size(); ++i)
            if (!is_as_expected(sent[i].expected, answer->receipts[i]))
                complain(
                    out.round,
                    "unexpected answer to " + to_hex(sent[i].what.digest) + ": "
                        + std::string{to_string(answer->receipts[i].why)});
        return true;
    }

    void complain(std::uint64_t round, std::string const& what)
    {
        report.complaints.push_back("round " + std::to_string(round) + ": " + what);
    }

    channel& to_node_;
    simulation side_;
    witness& seen_;
};

message answer_to(message const& asked, node& self)
{
    if (asked.kind == message_kind::deliver)
        return {
            .kind = message_kind::receipts,
            .round = asked.round,
            .receipts = self.receive(asked.batches, asked.certificates)};
    auto answer = message{.kind = message_kind::proposal, .round = asked.round};
    try {
        answer.certificates.push_back(self.propose(
            {.round = asked.round,
             .nonce = asked.nonce,
             .timestamp = asked.timestamp,
             .transactions = asked.transactions}));
    } catch (cannot_sign const& why) {
        answer.reason = why.what();
    }
    return answer;
}

} // namespace

drive_report drive(channel& to_node, simulation committee_side, witness& seen, std::uint64_t rounds)
{
    auto talk = conversation{to_node, std::move(committee_side), seen};
    try {
        talk.report.finished = talk.run(rounds);
    } catch (peer_gone const&) {
        talk.report.finished = false; // killed while something was sent to it
    }
    return talk.report;
}

bool serve(
    channel& to_committee, node& self, std::function<void(std::uint64_t round)> const& on_round)
{
    to_committee.send({.kind = message_kind::hello, .round = self.state().position()});
    while (auto const asked = to_committee.receive()) {
        if (asked->kind == message_kind::finish) return true;
        to_committee.send(answer_to(*asked, self));
        if (asked->kind == message_kind::deliver) on_round(asked->round);
    }
    return false;
}

} // namespace sequencer
