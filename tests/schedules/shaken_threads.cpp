// SPDX-License-Identifier: BSL-1.0
// Many threads on one store whose locks give way by chance: what is promised holds in schedules
// that are rare otherwise, and the mutexes can be replaced as base/sync.hpp says.
#define CAIRN_SYNC_HEADER "schedules/shaken_sync.hpp"

#include "support/random.hpp"
#include "support/temporary_folder.hpp"

#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>
#include <cairn/sqlite.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace test {

struct part {
    std::uint32_t number = 0;
    std::int64_t amount = 0;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::part, number, amount);

template <>
inline constexpr auto cairn::descriptor<test::part> =
    cairn::entity<"part">(cairn::key<"part:{number}">, cairn::index<"by_amount", "amount">);

namespace {

using test::part;

struct bank : cairn::schema<part> {};
constexpr auto parts = cairn::table<part>;
constexpr auto part_count = std::uint32_t{8};
constexpr auto whole = std::int64_t{part_count} * 1000;
constexpr auto thread_count = 6U;
constexpr auto steps = 40;

struct planned_failure {};

/// Moves an amount from one part to another; what fails in the middle has moved nothing.
template <class Transaction>
void move_amount(Transaction& tx, std::uint32_t from, std::uint32_t to, bool fails)
{
    tx[parts].update(from, [](part& p) { --p.amount; });
    if (fails) throw planned_failure{};
    tx[parts].update(to, [](part& p) { ++p.amount; });
}

template <class View>
std::int64_t sum_of(View& view)
{
    using namespace cairn::literals;
    auto sum = std::int64_t{0};
    auto seen = 0U;
    for (auto const& p : view[parts].by("by_amount"_by)) sum += p.amount, ++seen;
    return seen == part_count ? sum : -1;
}

/// What one thread found wrong, and how much it has added by single updates.
struct account {
    std::string faults{};
    std::int64_t added = 0;
};

template <class Store>
void work(Store& db, std::uint64_t seed, account& mine)
{
    auto random = test::generator{seed};
    auto const any_part = [&] { return static_cast<std::uint32_t>(random.below(part_count)); };
    for (int i = 0; i != steps; ++i) {
        auto const from = any_part();
        auto const to = any_part();
        auto const fails = random.one_in(4);
        try {
            switch (random.below(5)) {
            case 0: db.write([&](auto& tx) { move_amount(tx, from, to, fails); }); break;
            case 1:
                db.write_async([=](auto& tx) { move_amount(tx, from, to, fails); }).get();
                break;
            case 2:
                db[parts].update(from, [&](part& p) {
                    if (fails) throw planned_failure{};
                    p.amount += 7;
                });
                mine.added += 7;
                break;
            case 3:
                db.read([&](auto& view) {
                    auto const first = sum_of(view);
                    if (first < whole || sum_of(view) != first) mine.faults += "a torn snapshot; ";
                });
                continue;
            default:
                if (db[parts].count() != part_count) mine.faults += "a wrong count; ";
                continue;
            }
            if (fails) mine.faults += "a failure was not told; ";
        } catch (planned_failure const&) {
            if (!fails) mine.faults += "another thread's failure was told; ";
        }
    }
}

/// Threads work on a fresh store, which is then closed; everything must add up.
template <class Open>
void run_threads(Open const& open, std::uint64_t seed)
{
    auto db = open();
    db->write([](auto& tx) {
        for (std::uint32_t n = 0; n != part_count; ++n) tx[parts].put({n, 1000});
    });
    auto accounts = std::vector<account>(thread_count);
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0U; i != thread_count; ++i) {
            threads.emplace_back([&, i] { work(*db, seed * thread_count + i, accounts[i]); });
        }
    }
    auto expected = whole;
    for (auto const& mine : accounts) {
        CHECK(mine.faults == "");
        expected += mine.added;
    }
    CHECK(db->read([](auto& view) { return sum_of(view); }) == expected);
    db->close();
    CHECK_THROWS_AS(db->write([](auto&) {}), cairn::store_closed);
}

} // namespace

TEST_CASE("threads whose locks give way by chance see what is promised, in memory")
{
    auto const rounds = test::from_environment("CAIRN_SCHEDULES", 20);
    auto const before = cairn::detail::shakes.load();
    for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
        CAPTURE(seed);
        run_threads([] { return std::make_unique<cairn::store<bank, cairn::memory>>(); }, seed);
    }
    CHECK(cairn::detail::shakes.load() - before > rounds * 1000); // the library takes these locks
}

TEST_CASE("threads whose locks give way by chance see what is promised, in SQLite")
{
    auto const rounds = test::from_environment("CAIRN_SCHEDULES", 20) / 4;
    auto const folder = test::temporary_folder{};
    auto const before = cairn::detail::shakes.load();
    for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
        CAPTURE(seed);
        auto const path = (folder.path() / ("bank" + std::to_string(seed) + ".db")).string();
        auto const open = [&] {
            auto options = cairn::sqlite_options{.path = path};
            options.checkpoint_pages = 8; // in the way of everybody
            return std::make_unique<cairn::store<bank, cairn::sqlite>>(options);
        };
        run_threads(open, seed);
    }
    CHECK(cairn::detail::shakes.load() - before > rounds * 1000);
}
