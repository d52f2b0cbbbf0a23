// SPDX-License-Identifier: BSL-1.0
// The rest of the committee: what n - 1 validators send to one node, round by round, from a seed.
#pragma once

#include "committee.hpp"
#include "dice.hpp"
#include "node.hpp"

namespace sequencer {

struct simulation_options {
    std::size_t validators = 4;
    std::uint64_t seed = 1;
    std::size_t most_transactions = 3; ///< of a batch; 0: no batches
    std::size_t largest_transaction = 128;
    double absent = 0.02;    ///< of the others, in a round
    double late = 0.08;      ///< by one round or by two
    double duplicate = 0.01; ///< sent again, up to two rounds later
    double invalid = 0.001;  ///< each: equivocating, wrong digest, too few signers, stranger
    double orphan = 0.05;    ///< of the absent: a child of a parent that never comes
};

/// What the node must answer to a certificate.
enum class expectation : std::uint8_t {
    taken, ///< stored, or known
    waits, ///< the same, or waiting: a parent is late
    lost,  ///< never stored
};

struct delivery {
    certificate what;
    expectation expected = expectation::taken;
};

/// What reaches the node in one round, in this order.
struct simulated_round {
    std::vector<batch> batches{};
    std::vector<delivery> deliveries{};
};

/// The node under test is validator 0. In each round it is asked to propose, and then the others'
/// certificates of the round are delivered, and what comes late. Everything follows from the
/// options and the node's own certificates, so that a round can be made again.
///
/// Never more of a round are absent, late or waiting than leaves a quorum, so that the node can go
/// on. Certificates that come one round late are known to the others in time, those that are two
/// rounds late to one of them at most, whose own then has to wait.
class simulation {
public:
    explicit simulation(simulation_options options);

    [[nodiscard]] committee const& members() const { return members_; }

    /// For any round.
    [[nodiscard]] proposal_request request(std::uint64_t round, std::uint64_t nonce) const;

    /// For one round after the other from 0 on; `own` is the node's certificate of this round, if
    /// it made one.
    simulated_round next(std::optional<certificate> const& own);

    [[nodiscard]] std::uint64_t round() const { return round_; }

private:
    enum class presence : std::uint8_t { on_time, absent, late_one, late_two, adventurous };
    struct postponed {
        std::uint64_t due;
        delivery what;
    };

    [[nodiscard]] std::vector<presence> draw_presences(dice& source, bool own_is_there) const;
    [[nodiscard]] certificate make_certificate(
        std::uint16_t author, dice& source, std::vector<hash32> parents,
        simulated_round& out) const;
    [[nodiscard]] std::vector<hash32> choose_parents(dice& source) const;
    [[nodiscard]] cairn::timestamp time_of(
        std::uint64_t round, std::uint16_t author, dice& source) const;
    void deliver_late(simulated_round& out);
    void make_all(std::vector<presence> const& presences, dice& source, simulated_round& out);
    void make_one(std::uint16_t author, presence how, dice& source, simulated_round& out);
    void add_orphan(std::uint16_t author, dice& source, simulated_round& out);
    void add_invalid(certificate const& model, dice& source, simulated_round& out);
    void add_duplicates(dice& source, simulated_round& out);
    [[nodiscard]] bytes sign(dice& source) const;
    [[nodiscard]] std::vector<batch_transaction> make_transactions(
        dice& source, cairn::timestamp time) const;

    simulation_options options_;
    committee members_;
    std::uint64_t round_ = 0;
    std::vector<hash32> candidates_{};      ///< of the round before, for everybody's parents
    std::vector<hash32> next_candidates_{}; ///< of this round
    std::optional<hash32> hidden_{};        ///< of the round before, two rounds late
    std::optional<hash32> next_hidden_{};
    std::vector<postponed> late_{};
    std::vector<certificate> recent_{}; ///< delivered in the last rounds
};

} // namespace sequencer
