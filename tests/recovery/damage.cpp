// SPDX-License-Identifier: BSL-1.0
// Damaged checkpoints: every single bit, and every kind of mixing up. Whatever happens to one, it
// is refused with a reason and the state is recovered all the same.
#include "damage.hpp"
#include "dag.hpp"
#include "ledger.hpp"

#include <cairn/recovery/header.hpp>

#include <functional>
#include <span>

using namespace test;
using strategy = cairn::recovery_strategy;
using cairn::checkpoint_chunk;
using cairn::checkpoint_chunks;
using cairn::checkpoint_header;
using cairn::checkpoint_headers;

namespace {

/// A store with checkpoints 1 (full), 2 and 3 (deltas), and 4 (full), and records behind each.
struct scene {
    graph_store<cairn::memory> db{};
    graph_user<graph_store<cairn::memory>> user{db, {.every = 0, .keep = 9, .full_every = 3}};

    scene()
    {
        for (std::uint64_t i = 0; i != 4; ++i) {
            grow(user, 2 * i, 2);
            user.checkpoint();
        }
        grow(user, 8, 1);
    }

    /// Recovers; the checkpoint used must be `expected`, and the state the right one.
    cairn::recovery_report check_used(std::optional<std::uint64_t> expected)
    {
        auto const found = cairn::checkpointer{graph_plan()}.recover(db);
        CHECK(found.report.checkpoint == expected);
        CHECK(found.state == user.state());
        return found.report;
    }

    void change_header(std::uint64_t number, std::function<void(checkpoint_header&)> const& change)
    {
        auto header = db[checkpoint_headers].get("graph", number);
        change(header);
        db[checkpoint_headers].put(header);
    }

    /// As somebody would who means it, and knows how the checksum is made.
    void forge_header(std::uint64_t number, std::function<void(checkpoint_header&)> const& change)
    {
        change_header(number, [&](checkpoint_header& header) {
            change(header);
            header.checksum = cairn::detail::header_checksum(header);
        });
    }

    void change_chunk(std::uint64_t number, std::function<void(checkpoint_chunk&)> const& change)
    {
        auto chunk = db[checkpoint_chunks].get("graph", number, 0U);
        change(chunk);
        db[checkpoint_chunks].put(chunk);
    }
};

/// The reason why the newest checkpoint was refused.
std::string reason_of(cairn::recovery_report const& report)
{
    REQUIRE_FALSE(report.refused.empty());
    return report.refused.front().reason;
}

bool has(std::string const& text, char const* part)
{
    return text.find(part) != std::string::npos;
}

/// Flips each bit of a plain object in turn.
template <class T>
void for_each_bit(T& object, std::function<void()> const& look)
{
    for (auto& byte : std::as_writable_bytes(std::span{&object, 1})) {
        for (int bit = 0; bit != 8; ++bit) {
            byte ^= static_cast<std::byte>(1 << bit);
            look();
            byte ^= static_cast<std::byte>(1 << bit);
        }
    }
}

} // namespace

TEST_CASE("the newest checkpoint is used while nothing is wrong with it")
{
    auto at = scene{};
    CHECK(at.check_used(4).refused.empty());
}

TEST_CASE("every flipped bit of a chunk is found, and the one before gives the same state")
{
    auto at = scene{};
    auto const good = at.db[checkpoint_chunks].get("graph", 4U, 0U);
    REQUIRE(good.data.size() > 30);
    for (std::size_t bit = 0; bit != good.data.size() * 8; ++bit) {
        auto bad = good;
        bad.data[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        at.db[checkpoint_chunks].put(bad);
        auto const found = cairn::checkpointer{graph_plan()}.recover(at.db);
        REQUIRE(found.report.checkpoint == 3);
        REQUIRE(found.state == at.user.state());
    }
}

TEST_CASE(
    "every flipped bit of a header's members is found, and the one before gives the same state")
{
    auto at = scene{};
    auto const good = at.db[checkpoint_headers].get("graph", 4U);
    auto bad = good;
    auto looks = 0;
    auto const look = [&] {
        at.db[checkpoint_headers].put(bad);
        auto const found = cairn::checkpointer{graph_plan()}.recover(at.db);
        REQUIRE(found.report.checkpoint == 3);
        REQUIRE(found.state == at.user.state());
        ++looks;
    };
    for_each_bit(bad.format, look);
    for_each_bit(bad.version, look);
    for_each_bit(bad.base_checksum, look);
    for_each_bit(bad.created_at, look);
    for_each_bit(bad.position, look);
    for_each_bit(bad.bytes, look);
    for_each_bit(bad.stored_bytes, look);
    for_each_bit(bad.checksum, look);
    for (auto& source : bad.sources) {
        for (auto& letter : source.model) for_each_bit(letter, look);
        for_each_bit(source.sequence, look);
        for_each_bit(source.count, look);
        for (auto& byte : source.counter) for_each_bit(byte, look);
    }
    for (auto& byte : bad.mark) for_each_bit(byte, look);
    for (auto& chunk : bad.chunks) for_each_bit(chunk, look);
    bad.base = 3;
    look();
    CHECK(looks > 800);
}

TEST_CASE("every flipped bit of what is stored in SQLite is found, of header and chunk alike")
{
    auto const folder = place<cairn::sqlite>{};
    auto expected = ledger{};
    {
        auto db = books_store<cairn::sqlite>{folder.options()};
        auto kept = cairn::kept{db, ledger_plan(), {.every = 0}};
        for (std::uint64_t i = 0; i != 3; ++i) {
            kept.write([&](auto& tx) { tx[movements].insert(move_money(i)); });
            if (i != 2) kept.checkpoint();
        }
        expected = kept.state();
    }
    auto reading = folder.options();
    reading.read_only = true; // sees what others write, at once
    auto db = books_store<cairn::sqlite>{reading};
    auto flips = raw_flips{folder.file()};
    for (auto const* table : {"checkpoint_header", "checkpoint_chunk"}) {
        auto const bits = flips.begin(table, 2);
        REQUIRE(bits > 300);
        for (std::size_t bit = 0; bit != bits; ++bit) {
            flips.flip(bit);
            auto const found = cairn::checkpointer{ledger_plan()}.recover(db);
            REQUIRE(found.report.checkpoint == 1);
            REQUIRE(found.report.refused.size() == 1);
            REQUIRE(found.report.refused.front().number == 2);
            REQUIRE(found.state == expected);
        }
        flips.restore();
    }
    CHECK(cairn::checkpointer{ledger_plan()}.recover(db).report.checkpoint == 2);
}

TEST_CASE("a missing chunk is found")
{
    auto at = scene{};
    at.db[checkpoint_chunks].erase("graph", 4U, 0U);
    CHECK(has(reason_of(at.check_used(3)), "chunk 0 is missing"));
}

TEST_CASE("a chunk of another checkpoint is found")
{
    auto at = scene{};
    auto const other = at.db[checkpoint_chunks].get("graph", 1U, 0U).data;
    at.change_chunk(4, [&](checkpoint_chunk& chunk) { chunk.data = other; });
    CHECK(has(reason_of(at.check_used(3)), "chunk 0 is not the one that was written"));
}

TEST_CASE("chunks of one checkpoint that have changed places are found")
{
    auto db = books_store<cairn::memory>{};
    auto random = generator{5};
    auto big = ledger{};
    for (int i = 0; i != 100'000; ++i) big.balances[std::to_string(random())] = 1;
    auto keeper = cairn::checkpointer{ledger_plan()};
    db.write([&](auto& tx) { REQUIRE(keeper.checkpoint(tx, big).chunks.size() >= 3); });
    auto first = db[checkpoint_chunks].get("ledger", 1U, 0U);
    auto second = db[checkpoint_chunks].get("ledger", 1U, 1U);
    std::swap(first.data, second.data);
    db[checkpoint_chunks].put(first);
    db[checkpoint_chunks].put(second);
    auto const report = cairn::checkpointer{ledger_plan()}.recover(db).report;
    CHECK(report.used == strategy::from_scratch);
    CHECK(has(reason_of(report), "chunk 0 is not the one that was written"));
}

TEST_CASE("a truncated chunk is found")
{
    auto at = scene{};
    at.change_chunk(4, [](checkpoint_chunk& chunk) { chunk.data.pop_back(); });
    at.check_used(3);
    at.change_chunk(4, [](checkpoint_chunk& chunk) { chunk.data.clear(); });
    at.check_used(3);
}

TEST_CASE("a delta is only as good as its whole chain")
{
    auto at = scene{};
    at.db[checkpoint_headers].erase("graph", 4U);
    at.check_used(3);
    SUBCASE("its base is damaged")
    {
        at.change_chunk(2, [](checkpoint_chunk& chunk) { chunk.data.back() ^= std::byte{1}; });
        auto const report = at.check_used(1);
        CHECK(report.refused.size() == 2);
    }
    SUBCASE("its base is missing")
    {
        at.db[checkpoint_headers].erase("graph", 2U);
        CHECK(has(reason_of(at.check_used(1)), "on which it is a delta, is missing"));
    }
    SUBCASE("the full one is damaged")
    {
        at.change_chunk(1, [](checkpoint_chunk& chunk) { chunk.data.back() ^= std::byte{1}; });
        CHECK(at.check_used(std::nullopt).refused.size() == 3);
    }
    SUBCASE("its base is another one of the same number")
    {
        at.forge_header(2, [](checkpoint_header& header) { ++header.position; });
        CHECK(has(reason_of(at.check_used(2)), "is not the one that 3 is a delta on"));
    }
    SUBCASE("it names a base that came after it")
    {
        at.forge_header(3, [](checkpoint_header& header) { header.base = 3; });
        at.check_used(2);
    }
}

TEST_CASE("a checkpoint of an older or newer format or version is refused by its name")
{
    auto at = scene{};
    at.forge_header(4, [](checkpoint_header& header) { header.format = 2; });
    CHECK(has(reason_of(at.check_used(3)), "it has format 2, newer than ours"));
    at.forge_header(4, [](checkpoint_header& header) { header.format = 0; });
    CHECK(has(reason_of(at.check_used(3)), "it has the unknown format 0"));
    at.forge_header(4, [](checkpoint_header& header) {
        header.format = 1;
        header.version = 7;
    });
    CHECK(has(reason_of(at.check_used(3)), "its state has version 7, not 1"));
    auto const found = cairn::checkpointer{graph_plan(2)}.recover(at.db);
    CHECK(found.report.used == strategy::from_scratch);
    CHECK(found.state == at.user.state());
}

TEST_CASE("a checkpoint of another state is refused")
{
    auto at = scene{};
    auto db = books_store<cairn::memory>{};
    auto keeper = cairn::checkpointer{ledger_plan()};
    db.write([&](auto& tx) { keeper.checkpoint(tx, ledger{}); });
    auto foreign = db[checkpoint_headers].get("ledger", 1U);
    foreign.state = "graph";
    foreign.number = 5;
    SUBCASE("under its name, with its own checksum")
    {
        at.db[checkpoint_headers].insert(foreign);
        CHECK(has(reason_of(at.check_used(4)), "checksum"));
    }
    SUBCASE("and with a forged one")
    {
        foreign.checksum = cairn::detail::header_checksum(foreign);
        at.db[checkpoint_headers].insert(foreign);
        CHECK(has(reason_of(at.check_used(4)), "rebuilt from other records"));
    }
}

TEST_CASE("bytes that are not a state's are refused, even if their checksums agree")
{
    auto at = scene{};
    auto random = generator{from_environment("CAIRN_SEED", 3)};
    auto const chunk = at.db[checkpoint_chunks].get("graph", 4U, 0U);
    auto pack = cairn::detail::block_compressor{1};
    for (int i = 0; i != 500; ++i) {
        auto forged = chunk;
        auto bytes = std::vector<std::byte>(1 + random.below(60));
        for (auto& byte : bytes) byte = static_cast<std::byte>(random.one_in(2) ? random() : 1);
        pack.compress(bytes, forged.data);
        at.db[checkpoint_chunks].put(forged);
        at.forge_header(4, [&](checkpoint_header& header) {
            header.chunks = {cairn::checksum(forged.data)};
            header.bytes = random.one_in(4) ? random.below(100) : bytes.size();
        });
        auto const found = cairn::checkpointer{graph_plan()}.recover(at.db);
        if (found.report.checkpoint == 4) continue; // it happened to be a state
        REQUIRE(found.report.checkpoint == 3);
        REQUIRE(found.state == at.user.state());
    }
}

TEST_CASE("after damage the next checkpoint is sound, and is what recovery uses")
{
    auto at = scene{};
    at.change_chunk(4, [](checkpoint_chunk& chunk) { chunk.data.back() ^= std::byte{1}; });
    auto user = graph_user{at.db, {.every = 0, .keep = 2, .full_every = 9}};
    auto const next = user.checkpoint();
    CHECK(next.number == 5);
    CHECK(next.base == 3); // not on the damaged one
    CHECK(at.check_used(5).refused.empty());
    grow(user, 9, 1);
    user.checkpoint(cairn::checkpoint_kind::full);
    user.checkpoint(cairn::checkpoint_kind::full); // what is kept has passed the damaged one
    CHECK_FALSE(at.db[checkpoint_headers].contains("graph", 4U));
    CHECK_FALSE(at.db[checkpoint_chunks].contains("graph", 4U, 0U));
}

TEST_CASE("behind a checkpoint whose mark is not one of the state's the next is full")
{
    auto at = scene{};
    at.forge_header(4, [](checkpoint_header& header) { header.mark.pop_back(); });
    auto user = graph_user{at.db, {.every = 0}};
    CHECK(at.check_used(4).refused.empty());
    CHECK(user.checkpoint().is_full());
    CHECK(at.check_used(5).refused.empty());
    CHECK(user.checkpoint().base == 5);
}

TEST_CASE("when every checkpoint is damaged, a new one is numbered behind them and used")
{
    auto at = scene{};
    for (std::uint64_t number = 1; number != 5; ++number)
        at.change_chunk(number, [](checkpoint_chunk& chunk) { chunk.data.back() ^= std::byte{1}; });
    at.check_used(std::nullopt);
    auto user = graph_user{at.db, {.every = 0}};
    auto const next = user.checkpoint();
    CHECK(next.number == 5);
    CHECK(next.is_full());
    CHECK(at.check_used(5).refused.empty());
    CHECK(
        user.keeper().list(at.db).size() == 1); // what cannot be used is not kept for its own sake
}

TEST_CASE("wherever a damaged row stands, checkpoints go on behind it and the newest is used")
{
    auto where = std::string{};
    SUBCASE("the newest header, one further")
    {
        where = "UPDATE checkpoint_header SET number = 4 WHERE number = 3";
    }
    SUBCASE("the newest header, far behind all")
    {
        where = "UPDATE checkpoint_header SET number = 1000 WHERE number = 3";
    }
    SUBCASE("an older header, far behind all")
    {
        where = "UPDATE checkpoint_header SET number = 1000 WHERE number = 2";
    }
    SUBCASE("the newest header, before all")
    {
        where = "UPDATE checkpoint_header SET number = 0 WHERE number = 3";
    }
    SUBCASE("the newest chunk, one further")
    {
        where = "UPDATE checkpoint_chunk SET number = 4 WHERE number = 3";
    }
    auto const folder = place<cairn::sqlite>{};
    auto count = std::uint64_t{0};
    auto const add_checkpoint = [&](std::size_t keep) {
        auto db = books_store<cairn::sqlite>{folder.options()};
        auto kept = cairn::kept{db, ledger_plan(), {.every = 0, .keep = keep}};
        kept.write([&](auto& tx) { tx[movements].insert(move_money(count++)); });
        auto const number = kept.checkpoint().number;
        auto const found = cairn::checkpointer{ledger_plan()}.recover(db);
        CHECK(found.report.checkpoint == number);
        CHECK(found.state == kept.state());
        return number;
    };
    for (int i = 0; i != 3; ++i) add_checkpoint(3);
    damage(folder.file(), where);
    for (auto newest = std::uint64_t{3}, i = std::uint64_t{0}; i != 4; ++i) {
        auto const next = add_checkpoint(1);
        CHECK(next > newest);
        newest = next;
    }
}
