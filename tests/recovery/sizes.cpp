// SPDX-License-Identifier: BSL-1.0
// A size that is not true ends one checkpoint, never the recovery, and costs no memory.
#include "ledger.hpp"

#include "../encode/counted_memory.hpp"
#include "../support/own_new.hpp"

#include <array>
#include <functional>
#include <optional>

using namespace test;

namespace {

using header = cairn::checkpoint_header;

struct numbers {
    std::vector<std::uint64_t> all{};
    void apply(movement const& m) { all.push_back(m.id); }
    bool operator==(numbers const&) const = default;
};

struct words {
    std::vector<std::string> all{};
    void apply(movement const& m) { all.push_back(m.account); }
    bool operator==(words const&) const = default;
};

/// Takes far more memory than bytes.
struct large {
    std::array<std::optional<std::string>, 4000> parts{};
};
struct large_words {
    std::vector<large> all{};
    std::uint64_t applied = 0;
    void apply(movement const&) { ++applied; }
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(numbers, all);
BOOST_HANA_ADAPT_STRUCT(words, all);
BOOST_HANA_ADAPT_STRUCT(large, parts);
BOOST_HANA_ADAPT_STRUCT(large_words, all, applied);

namespace {

template <class State>
auto plan_of()
{
    return cairn::recovery<State>("state", 1, cairn::records(movements));
}

/// A store with three records and a checkpoint behind each of them.
template <class State>
struct scene {
    books_store<cairn::memory> db{};
    State state{};

    scene()
    {
        auto keeper = cairn::checkpointer{plan_of<State>()};
        for (std::uint64_t id = 1; id <= 3; ++id) {
            db.write([&](auto& tx) {
                auto const m = move_money(id);
                tx[movements].insert(m);
                state.apply(m);
                keeper.checkpoint(tx, state);
            });
        }
    }

    /// Changes the newest header, and the checksum with it.
    void forge(std::function<void(header&)> const& change)
    {
        auto newest = db[cairn::checkpoint_headers].get("state", 3U);
        change(newest);
        newest.checksum = cairn::detail::header_checksum(newest);
        db[cairn::checkpoint_headers].put(newest);
    }

    /// Makes `bytes` the first chunk of the newest, which says that it has `chunks` full ones.
    void forge_chunk(std::vector<std::byte> const& bytes, std::size_t chunks)
    {
        auto chunk = db[cairn::checkpoint_chunks].get("state", 3U, 0U);
        cairn::detail::block_compressor{1}.compress(bytes, chunk.data);
        db[cairn::checkpoint_chunks].put(chunk);
        forge([&](header& h) {
            h.chunks.assign(chunks, cairn::checksum(chunk.data));
            h.bytes = std::uint64_t{chunks} << 20;
        });
    }

    void check_newest_refused()
    {
        auto found = std::optional<cairn::recovered<State>>{};
        auto const peak = peak_of(
            [&] { found = cairn::checkpointer{plan_of<State>()}.recover(db); });
        REQUIRE(found);
        CHECK(found->report.checkpoint == 2);
        REQUIRE(found->report.refused.size() == 1);
        CHECK(found->report.refused[0].number == 3);
        CHECK(found->state == state);
        if (CAIRN_TEST_OWN_NEW == 1) CHECK(peak < std::size_t{64} << 20);
    }
};

/// A chunk of zeros behind a number of elements that nobody has.
std::vector<std::byte> absurd_count()
{
    auto out = std::vector<std::byte>(std::size_t{1} << 20);
    for (int i = 0; i != 4; ++i) out[static_cast<std::size_t>(i)] = std::byte{0xFF};
    out[4] = std::byte{0x7F}; // 2^35 - 1
    return out;
}

} // namespace

TEST_CASE("a checkpoint is as long as its chunks, or refused")
{
    for (auto const bytes :
         {std::uint64_t{1} << 62, (std::uint64_t{1} << 20) + 1, std::uint64_t{0}}) {
        auto at = scene<words>{};
        at.forge([&](header& h) { h.bytes = bytes; });
        at.check_newest_refused();
    }
    auto at = scene<words>{};
    at.forge([](header& h) { h.chunks.clear(); });
    at.check_newest_refused();
}

TEST_CASE("a number of elements that is not true is refused before there is memory for them")
{
    auto in_blocks = scene<numbers>{};
    in_blocks.forge_chunk(absurd_count(), std::size_t{1} << 19);
    in_blocks.check_newest_refused();
    auto one_by_one = scene<words>{};
    one_by_one.forge_chunk(absurd_count(), std::size_t{1} << 19);
    one_by_one.check_newest_refused();
}

TEST_CASE("bytes of a state that has changed without a new version are refused")
{
    auto at = scene<numbers>{};
    at.state.all.resize(3'000'000);
    auto keeper = cairn::checkpointer{plan_of<numbers>()};
    at.db.write([&](auto& tx) { keeper.checkpoint(tx, at.state); });
    auto const found = cairn::checkpointer{plan_of<large_words>()}.recover(at.db);
    CHECK_FALSE(found.report.checkpoint);
    CHECK(found.report.refused.size() == 4);
    CHECK(found.state.applied == 3);
}

TEST_CASE("blocks larger than what is read at once come back")
{
    auto at = scene<numbers>{};
    auto random = generator{1};
    at.state.all.resize(700'001);
    for (auto& each : at.state.all) each = random();
    auto keeper = cairn::checkpointer{plan_of<numbers>()};
    at.db.write([&](auto& tx) { keeper.checkpoint(tx, at.state); });
    auto const found = cairn::checkpointer{plan_of<numbers>()}.recover(at.db);
    CHECK(found.report.checkpoint == 4);
    CHECK(found.state == at.state);
}

TEST_CASE_TEMPLATE(
    "a state kept from checkpoints alone has one from the first write on", Backend, EVERY_BACKEND)
{
    auto const at = place<Backend>{};
    auto options = at.options();
    auto db = books_store<Backend>{options};
    auto books = cairn::kept{
        db, ledger_plan(), {}, {.strategy = cairn::recovery_strategy::from_checkpoint}};
    books.write([](auto& tx) { tx[movements].insert(move_money(1)); });
    CHECK_THROWS_AS(
        books.write([](auto& tx) { tx[movements].insert(move_money(2, "")); }),
        cairn::record_refused);
    CHECK(books.state().movements == 1);
    books.write([](auto& tx) { tx[movements].insert(move_money(3)); });
    CHECK(books.state().movements == 2);
    CHECK(db[cairn::checkpoint_headers].count() == 1); // the next is due by the interval
}

TEST_CASE("a first write that fails leaves such a state empty, and the next has the checkpoint")
{
    auto db = books_store<cairn::memory>{};
    auto books = cairn::kept{
        db, ledger_plan(), {}, {.strategy = cairn::recovery_strategy::from_checkpoint}};
    CHECK_THROWS_AS(
        books.write([](auto& tx) { tx[movements].insert(move_money(1, "")); }),
        cairn::record_refused);
    CHECK(books.state().movements == 0);
    CHECK(db[cairn::checkpoint_headers].count() == 0);
    books.write([](auto& tx) { tx[movements].insert(move_money(2)); });
    CHECK(db[cairn::checkpoint_headers].count() == 1);
}
