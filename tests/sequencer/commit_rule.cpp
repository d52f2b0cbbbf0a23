// SPDX-License-Identifier: BSL-1.0
// Leaders, anchors, the order of commits, and reputation.
#include "sequencer/world.hpp"

#include "dice.hpp"
#include "simulation.hpp"

using namespace test;

namespace {

struct ordered_dag {
    explicit ordered_dag(committee const& members) : graph{members}, order{members, {}} {}

    dag graph;
    ordering order;

    void advance()
    {
        while (auto const next = order.next(graph)) order.apply(graph, *next);
    }
    std::vector<hash32> committed() const
    {
        auto result = std::vector<hash32>{};
        for (auto const id : graph.commit_order()) result.push_back(graph[id].digest);
        return result;
    }
};

/// All certificates that a simulated committee makes, its own included.
std::vector<certificate> simulated_history(std::size_t validators, std::uint64_t seed, int rounds)
{
    auto side = simulation{{.validators = validators, .seed = seed, .most_transactions = 0}};
    auto all = std::vector<certificate>{};
    auto graph = dag{side.members()};
    auto const take = [&](certificate const& c) {
        if (graph.insert(c).refused != fault::none) return false;
        all.push_back(c);
        return true;
    };
    auto waiting = std::vector<certificate>{};
    auto past = history{validators, seed};
    for (auto round = 0; round < rounds; ++round) {
        auto parents = std::vector<hash32>{};
        if (round > 0)
            for (auto const id : graph.round(static_cast<std::uint64_t>(round) - 1))
                parents.push_back(graph[id].digest);
        auto const own = past.make(0, static_cast<std::uint64_t>(round), parents);
        REQUIRE(take(own));
        for (auto const& each : side.next(own).deliveries)
            if (inspect(each.what, side.members()) == fault::none && !take(each.what))
                waiting.push_back(each.what);
        for (auto const& each : waiting)
            if (graph.find(each.digest) == no_node) take(each);
    }
    return all;
}

} // namespace

TEST_CASE("an anchor with enough votes is committed with all its ancestors, by round and digest")
{
    auto past = history{};
    past.grow(4);
    auto w = ordered_dag{past.members};
    for (std::size_t round = 0; round < 3; ++round)
        for (auto const& c : past.rounds[round]) w.graph.insert(c);
    CHECK_FALSE(w.order.next(w.graph));
    w.graph.insert(past.rounds[3][0]);
    CHECK_FALSE(w.order.next(w.graph)); // one vote of two
    w.graph.insert(past.rounds[3][1]);
    auto const next = w.order.next(w.graph);
    REQUIRE(next);
    CHECK(next->anchor_round == 2);
    CHECK(next->anchor == past.rounds[2][w.order.leader_of(2)].digest);
    CHECK(next->certificates.size() == 9); // rounds 0 and 1, and the anchor
    auto const key_of = [&](node_id id) {
        return std::pair{w.graph[id].round, w.graph[id].digest};
    };
    for (std::size_t i = 1; i < 9; ++i)
        CHECK(key_of(next->certificates[i - 1]) < key_of(next->certificates[i]));
    CHECK(w.graph.committed_count() == 0); // next only looks
}

TEST_CASE("the order of commits does not depend on the order of arrival")
{
    for (auto const validators : {std::size_t{4}, std::size_t{7}, std::size_t{10}}) {
        auto const all = simulated_history(validators, 11 + validators, 60);
        auto reference = ordered_dag{committee::simulated(validators, 11 + validators)};
        for (auto const& c : all) reference.graph.insert(c);
        reference.advance();
        REQUIRE(reference.order.anchors().size() > 15);
        auto source = dice{validators};
        for (auto repetition = 0; repetition < 5; ++repetition) {
            auto left = all;
            source.shuffle(left);
            auto other = ordered_dag{committee::simulated(validators, 11 + validators)};
            while (!left.empty()) {
                std::erase_if(left, [&](certificate const& c) {
                    auto const taken = other.graph.insert(c).refused == fault::none;
                    if (taken) other.advance(); // after every single one
                    return taken;
                });
            }
            CHECK(other.committed() == reference.committed());
            CHECK(other.order.anchors() == reference.order.anchors());
            CHECK(other.order.leaders().scores() == reference.order.leaders().scores());
        }
    }
}

TEST_CASE("what is committed stays, at its position, when more arrives")
{
    auto const all = simulated_history(7, 5, 50);
    auto w = ordered_dag{committee::simulated(7, 5)};
    auto before = std::vector<hash32>{};
    for (auto const& c : all) {
        w.graph.insert(c);
        w.advance();
        auto const now = w.committed();
        REQUIRE(now.size() >= before.size());
        REQUIRE(std::equal(before.begin(), before.end(), now.begin()));
        before = now;
    }
    CHECK(before.size() > 250);
}

TEST_CASE("an anchor without votes is passed over, and its leader pays for it")
{
    auto past = history{};
    past.grow(2);
    auto w = ordered_dag{past.members};
    auto const absent = w.order.leader_of(2);
    for (auto const& round : past.rounds)
        for (auto const& c : round) w.graph.insert(c);
    for (std::uint64_t round = 2; round < 6; ++round) {
        auto made = std::vector<certificate>{};
        for (std::uint16_t author = 0; author < 4; ++author)
            if (author != absent) made.push_back(past.make(author, round, past.digests(round - 1)));
        for (auto const& c : made) REQUIRE(w.graph.insert(c).refused == fault::none);
        past.rounds.push_back(made);
    }
    if (w.order.leader_of(4) == absent) return; // then round 4 has no anchor either
    auto const next = w.order.next(w.graph);
    REQUIRE(next);
    CHECK(next->anchor_round == 4);
    REQUIRE(next->performances.size() == 2);
    CHECK(next->performances[0].validator == past.members.member(absent));
    CHECK_FALSE(next->performances[0].success);
    CHECK(next->performances[1].success);
    w.order.apply(w.graph, *next);
    CHECK(w.order.leaders().score(absent) == 0.1);
}

TEST_CASE("leaders follow from epoch, round and scores, and every validator leads in its turn")
{
    auto const members = committee::simulated(4, 1);
    auto const order = ordering{members, {}};
    auto led = std::vector<int>(4);
    for (std::uint64_t round = 2; round < 2002; round += 2) ++led[order.leader_of(round)];
    for (auto const times : led) CHECK(times > 180);
    auto const later = ordering{committee{members.members(), 1}, {}};
    auto differ = 0;
    for (std::uint64_t round = 2; round < 2002; round += 2)
        differ += order.leader_of(round) != later.leader_of(round) ? 1 : 0;
    CHECK(differ > 500);
}

TEST_CASE("a low score makes a validator lead less often, and not never")
{
    auto const members = committee::simulated(4, 1);
    auto w = ordered_dag{members};
    auto poor = reputation{members};
    for (auto i = 0; i < 50; ++i) poor.record({.validator = members.member(3)});
    w.order.restore(w.graph, poor);
    auto led = 0;
    for (std::uint64_t round = 2; round < 4002; round += 2) led += w.order.leader_of(round) == 3;
    CHECK(led > 20); // a weight of 0.1 against three of 1: 1 in 31
    CHECK(led < 130);
}

TEST_CASE("a score is the decayed mean of a validator's performances, from 0.1 to 1")
{
    auto const members = committee::simulated(4, 1);
    auto const one = members.member(0);
    auto judged = reputation{members};
    CHECK(judged.score(0) == 1.0);
    judged.record({.validator = one, .latency_ms = 400, .success = true});
    CHECK(judged.score(0) == 1.0); // faster than the target counts no more
    judged.record({.validator = one, .latency_ms = 1000, .success = true});
    CHECK(judged.score(0) == doctest::Approx((0.5 + 0.9 * 1.0) / 1.9));
    judged.record({.validator = one, .success = false});
    CHECK(judged.score(0) == doctest::Approx((0 + 0.9 * 0.5 + 0.81) / (1 + 0.9 + 0.81)));
    for (auto i = 0; i < 60; ++i) judged.record({.validator = one, .success = false});
    CHECK(judged.score(0) == 0.1);
    CHECK(judged.score(1) == 1.0);
    CHECK(judged.score_of(one) == 0.1);
}

TEST_CASE("only the last 100 performances count, of all validators together")
{
    auto const members = committee::simulated(4, 1);
    auto judged = reputation{members};
    judged.record({.validator = members.member(1), .success = false});
    for (auto i = 0; i < 99; ++i)
        judged.record({.validator = members.member(0), .latency_ms = 1, .success = true});
    CHECK(judged.score(1) == 0.1);
    judged.record({.validator = members.member(0), .latency_ms = 1, .success = true});
    CHECK(judged.score(1) == 1.0); // nothing is known of it any more
    CHECK(judged.window().size() == 100);
    CHECK(judged.recorded() == 101);
}

TEST_CASE("restored reputation judged as if it had recorded everything itself")
{
    auto const members = committee::simulated(7, 1);
    auto source = dice{3};
    auto judged = reputation{members};
    for (auto i = 0; i < 250; ++i) {
        judged.record(
            {.validator = members.member(source.below(7)),
             .latency_ms = static_cast<std::uint32_t>(source.below(2000)),
             .success = source.happens(0.8)});
        auto again = reputation{members};
        again.restore(judged.window(), judged.recorded());
        REQUIRE(again.scores() == judged.scores());
    }
}

TEST_CASE("an anchor's latency is the time since a quorum of its parents was there")
{
    auto past = history{};
    past.grow(1);
    auto graph = dag{past.members};
    for (auto const& c : past.rounds[0]) graph.insert(c); // at 0, 1, 2 and 3 ms
    graph.insert(past.make(0, 1, past.digests(0), 10ms)); // at 260 ms
    CHECK(latency_ms(graph, graph.find(1, 0)) == 258);
    graph.insert(past.make(1, 1, past.digests(0), -1s)); // says it was before its parents
    CHECK(latency_ms(graph, graph.find(1, 1)) == 0);
    CHECK(latency_ms(graph, graph.find(0, 0)) == 0);
}
