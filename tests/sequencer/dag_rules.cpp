// SPDX-License-Identifier: BSL-1.0
// What the DAG takes and what it refuses.
#include "sequencer/world.hpp"

#include "waiting_room.hpp"

#include <ctime>

using namespace test;

namespace {

struct dag_world {
    history past{};
    dag graph{past.members};

    void insert_all()
    {
        for (auto const& round : past.rounds)
            for (auto const& c : round) REQUIRE(graph.insert(c).refused == fault::none);
    }
};

std::vector<hash32> nobody_s_digests(std::size_t first, std::size_t count)
{
    auto result = std::vector<hash32>{};
    for (auto i = first; i < first + count; ++i) {
        auto const name = std::to_string(i);
        result.push_back(sha256(std::as_bytes(std::span{name})));
    }
    return result;
}

/// Processor time, which does not pass while others have the processor.
template <class Work>
std::clock_t time_of(Work const& work)
{
    auto const begin = std::clock();
    work();
    return std::clock() - begin;
}

} // namespace

TEST_CASE("a certificate whose parents are there is inserted, with its edges")
{
    auto w = dag_world{};
    w.past.grow(3);
    w.insert_all();
    CHECK(w.graph.size() == 12);
    CHECK(w.graph.highest_round() == 2);
    auto const id = w.graph.find(w.past.rounds[2][1].digest);
    REQUIRE(id != no_node);
    CHECK(w.graph[id].author == 1);
    CHECK(w.graph.parents(id).size() == 4);
    CHECK(w.graph.find(2, 1) == id);
}

TEST_CASE("the same certificate twice changes nothing")
{
    auto w = dag_world{};
    w.past.grow(2);
    w.insert_all();
    auto const verdict = w.graph.insert(w.past.rounds[1][2]);
    CHECK(verdict.known);
    CHECK(verdict.refused == fault::none);
    CHECK(w.graph.size() == 8);
}

TEST_CASE("a second, different certificate of one author in one round is refused")
{
    auto w = dag_world{};
    w.past.grow(2);
    w.insert_all();
    auto const twin = w.past.make(2, 1, w.past.digests(0), 1ms);
    CHECK(w.graph.insert(twin).refused == fault::equivocation);
    CHECK(w.graph.find(twin.digest) == no_node);
    CHECK(w.graph.size() == 8);
}

TEST_CASE("above round 0 a missing parent refuses, and is named")
{
    auto w = dag_world{};
    w.past.grow(1);
    w.insert_all();
    auto parents = w.past.digests(0);
    auto const nobody = sha256({});
    parents.push_back(nobody);
    auto const verdict = w.graph.insert(w.past.make(0, 1, parents));
    CHECK(verdict.refused == fault::missing_parent);
    CHECK(verdict.missing == std::vector{nobody});
    CHECK(w.graph.size() == 4);
}

TEST_CASE("a parent of the same or a later round is refused")
{
    auto w = dag_world{};
    w.past.grow(3);
    w.insert_all();
    auto parents = w.past.digests(0);
    parents.push_back(w.past.rounds[1][0].digest);
    auto forged = w.past.make(3, 1, parents, 5ms);
    auto fresh = dag{w.past.members};
    for (auto const& c : w.past.rounds[0]) fresh.insert(c);
    for (std::size_t i = 0; i < 3; ++i) fresh.insert(w.past.rounds[1][i]);
    CHECK(fresh.insert(forged).refused == fault::parent_not_earlier);
}

TEST_CASE("fewer than a quorum of parents in the round before are refused, older ones do not count")
{
    auto w = dag_world{};
    w.past.grow(2);
    w.insert_all();
    auto few = w.past.digests(1);
    few.resize(2);
    CHECK(w.graph.insert(w.past.make(1, 2, few)).refused == fault::too_few_parents);
    few.push_back(w.past.rounds[0][3].digest);
    CHECK(w.graph.insert(w.past.make(1, 2, few)).refused == fault::too_few_parents);
    few.push_back(w.past.rounds[1][3].digest);
    CHECK(w.graph.insert(w.past.make(1, 2, few)).refused == fault::none);
}

TEST_CASE("a parent that is named twice is refused")
{
    auto w = dag_world{};
    w.past.grow(2);
    w.insert_all();
    auto parents = w.past.digests(1);
    parents.push_back(parents.front());
    CHECK(w.graph.insert(w.past.make(1, 2, parents)).refused == fault::repeated_parent);
    auto older = w.past.digests(1);
    older.insert(older.end(), 2, w.past.rounds[0][0].digest);
    CHECK(w.graph.insert(w.past.make(1, 2, older)).refused == fault::repeated_parent);
}

TEST_CASE("a certificate of round 0 has no parents, and strangers have no certificate")
{
    auto w = dag_world{};
    w.past.grow(1);
    w.insert_all();
    auto rooted = w.past.make(0, 0, w.past.digests(0), 1ms);
    auto fresh = dag{w.past.members};
    CHECK(fresh.insert(rooted).refused == fault::malformed);
    auto strange = w.past.make(0, 0, {});
    strange.author = peer_id_of(sha256({}));
    CHECK(fresh.insert(strange).refused == fault::unknown_author);
}

TEST_CASE("check says what insert would, and changes nothing")
{
    auto w = dag_world{};
    w.past.grow(2);
    for (auto const& c : w.past.rounds[0]) w.graph.insert(c);
    CHECK(w.graph.check(w.past.rounds[1][0]).refused == fault::none);
    CHECK(w.graph.check(w.past.rounds[0][0]).known);
    CHECK(w.graph.size() == 4);
    auto const twin = w.past.make(0, 0, {}, 1ms);
    CHECK(w.graph.check(twin).refused == fault::equivocation);
}

TEST_CASE("a commit is made once, and behind all before it")
{
    auto w = dag_world{};
    w.past.grow(1);
    w.insert_all();
    w.graph.commit(0, 2, 0);
    CHECK_THROWS_AS(w.graph.commit(0, 4, 1), std::logic_error);
    CHECK_THROWS_AS(w.graph.commit(1, 2, 0), std::logic_error);
    CHECK(w.graph.committed_count() == 1);
    CHECK_FALSE(w.graph.take_mark(0, 4, 7));
    CHECK(w.graph[0].commit_position == 0);
}

TEST_CASE("a waiting child leaves when its last missing parent arrives")
{
    auto past = history{};
    past.grow(1);
    auto room = waiting_room{past.members.size()};
    auto const child = past.make(0, 1, past.digests(0));
    auto const& parents = child.parents;
    CHECK(room.add(child, {parents[1], parents[3]}, 0));
    CHECK(room.arrived(parents[0]).empty());
    CHECK(room.arrived(parents[1]).empty());
    auto const ready = room.arrived(parents[3]);
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].digest == child.digest);
    CHECK(room.size() == 0);
}

TEST_CASE("the room is bounded: when it is full nobody enters, and who is far behind is given up")
{
    auto past = history{};
    past.grow(1);
    auto room = waiting_room{past.members.size(), {.certificates = 2, .rounds = 10}};
    auto const nobody = sha256({});
    CHECK(room.add(past.make(0, 5, {nobody}), {nobody}, 0));
    CHECK(room.add(past.make(1, 9, {nobody}), {nobody}, 0));
    CHECK_FALSE(room.add(past.make(2, 9, {nobody}), {nobody}, 0));
    CHECK(room.add(past.make(1, 9, {nobody}), {nobody}, 0)); // it waits already
    CHECK(room.size() == 2);
    CHECK(room.expire(15).empty());
    auto const gone = room.expire(16);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].round == 5);
    CHECK(room.add(past.make(2, 9, {nobody}), {nobody}, 0));
    CHECK(room.arrived(nobody).size() == 2);
}

TEST_CASE("to give up a room full of missing parents costs no more than to fill it did, or little")
{
    auto const past = history{};
    auto room = waiting_room{100};
    constexpr auto waiting = std::size_t{100};
    constexpr auto parents = std::size_t{200};
    auto const filling = time_of([&] {
        for (std::size_t i = 0; i < waiting; ++i) {
            auto const missing = nobody_s_digests(i * parents, parents);
            REQUIRE(room.add(past.make(1, 1, missing), missing, 0));
        }
    });
    auto gone = std::size_t{0};
    auto const emptying = time_of([&] { gone = room.expire(1000).size(); });
    CHECK(gone == waiting);
    CHECK(room.size() == 0);
    CHECK(emptying < 10 * filling);
}
