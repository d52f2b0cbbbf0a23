// SPDX-License-Identifier: BSL-1.0
// The committee's side: what it sends, what it remembers, and what it reports.
#include "sequencer/world.hpp"

#include "driver.hpp"

#include <fstream>
#include <sys/socket.h>
#include <thread>

using namespace test;

namespace {

struct run_result {
    drive_report report{};
    bool completed = false;
};

/// A run of some rounds, with the committee on a thread instead of in a process.
template <class World>
run_result run(World& w, std::uint64_t rounds, simulation_options const& how)
{
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    auto result = run_result{};
    auto others = std::thread{[&] {
        auto seen = witness{w.folder.file("witness")};
        auto talk = channel{ends[1]};
        result.report = drive(talk, simulation{how}, seen, rounds);
    }};
    {
        auto talk = channel{ends[0]};
        result.completed = serve(talk, w.self(), [](std::uint64_t) {});
    }
    others.join();
    return result;
}

template <class World>
void join(World& w, simulation_options const& how)
{
    w.options.members = committee::simulated(how.validators, how.seed);
    w.options.self = w.options.members.member(0);
}

} // namespace

TEST_CASE("a run has late, waiting, duplicate, equivocating and orphaned certificates in it")
{
    auto side = simulation{{.validators = 10, .seed = 3}};
    auto delivered = std::set<hash32>{};
    auto slots = std::set<std::pair<peer_id, std::uint64_t>>{};
    auto late = 0, waiting = 0, duplicates = 0, lost = 0, twins = 0, all = 0;
    auto past = history{10, 3};
    for (std::uint64_t round = 0; round < 400; ++round) {
        for (auto const& each : side.next(past.make(0, round, {})).deliveries) {
            ++all;
            late += each.what.round < round && delivered.count(each.what.digest) == 0;
            duplicates += delivered.count(each.what.digest) != 0;
            waiting += each.expected == expectation::waits;
            lost += each.expected == expectation::lost;
            twins += each.expected == expectation::lost
                && slots.count({each.what.author, each.what.round}) != 0;
            delivered.insert(each.what.digest);
            slots.insert({each.what.author, each.what.round});
        }
    }
    CHECK(all > 3400);
    CHECK(late > all / 25);
    CHECK(late < all / 8);
    CHECK(waiting > 10);
    CHECK(duplicates > 10);
    CHECK(duplicates < all / 50);
    CHECK(twins > 3);
    CHECK(lost > twins);
    CHECK(lost < all / 50);
}

TEST_CASE("the same seed makes the same rounds, and another seed others")
{
    auto const digests = [](std::uint64_t seed) {
        auto side = simulation{{.validators = 7, .seed = seed}};
        auto past = history{7, seed};
        auto result = std::vector<hash32>{};
        for (std::uint64_t round = 0; round < 20; ++round)
            for (auto const& each : side.next(past.make(0, round, {})).deliveries)
                result.push_back(each.what.digest);
        return result;
    };
    CHECK(digests(1) == digests(1));
    CHECK(digests(1) != digests(2));
}

TEST_CASE_TEMPLATE("a run goes to its end without a complaint", Backend, in_memory, in_sqlite)
{
    for (auto const validators : {std::size_t{4}, std::size_t{7}, std::size_t{16}}) {
        auto w = world<Backend>{};
        auto const how = simulation_options{.validators = validators, .seed = 17};
        join(w, how);
        auto const result = run(w, 40, how);
        CHECK(result.completed);
        CHECK(result.report.finished);
        CHECK(result.report.complaints == std::vector<std::string>{});
        CHECK(w.self().state().position() == 39);
        CHECK(w.self().state().order().anchors().size() >= 14);
    }
}

TEST_CASE("a run that is repeated goes on, and finds nothing signed twice")
{
    auto w = world<in_sqlite>{};
    auto const how = simulation_options{.validators = 7, .seed = 5};
    join(w, how);
    run(w, 25, how);
    w.restart();
    auto const again = run(w, 40, how);
    CHECK(again.report.complaints == std::vector<std::string>{});
    CHECK(w.self().state().position() == 39);

    auto calm = world<in_memory>{};
    join(calm, how);
    run(calm, 40, how);
    CHECK(image_of(calm.self().state()) == image_of(w.self().state()));
}

TEST_CASE("a node that forgot what it signed is found out, even when the run is repeated")
{
    auto w = world<in_memory>{};
    auto const how = simulation_options{.validators = 4, .seed = 5};
    join(w, how);
    run(w, 20, how);
    w.node_.reset();
    w.db_ = w.open(); // an empty store, in memory
    auto const again = run(w, 20, how);
    CHECK(again.report.signed_twice == 20);
    REQUIRE(!again.report.complaints.empty());
    CHECK(again.report.complaints[0].find("SIGNED TWICE") != std::string::npos);
}

TEST_CASE("a witness keeps the first certificate of a round, across processes")
{
    auto const folder = scratch_folder{};
    auto const past = history{};
    auto const first = past.make(0, 3, {});
    auto second = first;
    second.aggregated_signature[0] ^= std::byte{1};
    {
        auto seen = witness{folder.file("w")};
        CHECK(seen.saw(first));
        CHECK(seen.saw(first));
        CHECK_FALSE(seen.saw(second));
    }
    std::ofstream{folder.file("w"), std::ios::app} << R"({"kind":2,"rou)"; // cut off by a kill
    auto seen = witness{folder.file("w")};
    CHECK_FALSE(seen.saw(second));
    CHECK(seen.of_round(3)->aggregated_signature == first.aggregated_signature);
    CHECK(seen.last_round() == 3);
    CHECK(seen.saw(past.make(0, 4, {})));
    CHECK(witness{folder.file("w")}.last_round() == 4);
}

TEST_CASE("a message comes over as it was sent, and what is none is refused")
{
    auto past = history{};
    past.grow(2);
    auto what = message{
        .kind = message_kind::deliver,
        .round = 7,
        .nonce = ~std::uint64_t{0},
        .reason = "line\nbreak",
        .batches = {make_batch(past.members.member(1), "work")},
        .certificates = past.rounds[1],
        .receipts = {{.what = acceptance::refused, .why = fault::equivocation}}};
    auto const line = to_line(what);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    auto const back = from_line(std::string_view{line}.substr(0, line.size() - 1));
    CHECK(back.nonce == what.nonce);
    CHECK(back.reason == what.reason);
    CHECK(back.receipts == what.receipts);
    REQUIRE(back.certificates.size() == 4);
    CHECK(digest_of(back.certificates[2]) == what.certificates[2].digest);
    CHECK(digest_of(back.batches[0]) == what.batches[0].digest);
    CHECK_THROWS_AS(static_cast<void>(from_line("{\"kind\":2,")), cairn::invalid_argument);
}
