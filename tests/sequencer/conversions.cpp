// SPDX-License-Identifier: BSL-1.0
// PeerIds and digests as text, and the digests themselves.
#include "sequencer/world.hpp"

#include "dice.hpp"

using namespace test;

namespace {

hash32 random_hash(dice& source)
{
    auto const data = source.data(32);
    auto result = hash32{};
    std::copy(data.begin(), data.end(), result.begin());
    return result;
}

hash32 filled(unsigned char with)
{
    auto result = hash32{};
    result.fill(std::byte{with});
    return result;
}

std::string why(std::string_view text, bool is_peer)
{
    try {
        if (is_peer)
            static_cast<void>(peer_id_from_base58(text));
        else
            static_cast<void>(digest_from_hex(text));
    } catch (malformed_text const& fault) {
        return fault.what();
    }
    return {};
}

bytes as_bytes(std::string_view text)
{
    auto const view = std::as_bytes(std::span{text});
    return {view.begin(), view.end()};
}

} // namespace

TEST_CASE("every PeerId is 52 characters of base58 and comes back from them")
{
    auto source = dice{7};
    auto keys = std::vector<hash32>{filled(0x00), filled(0xff), filled(0x80), filled(0x01)};
    for (auto i = 0; i < 2000; ++i) keys.push_back(random_hash(source));
    for (auto const& key : keys) {
        auto const id = peer_id_of(key);
        auto const text = to_base58(id);
        REQUIRE(text.size() == 52);
        REQUIRE(text.starts_with("12D3KooW"));
        REQUIRE(peer_id_from_base58(text) == id);
    }
}

TEST_CASE("the PeerId of the libp2p specification's Ed25519 key is the one it gives")
{
    auto const key = digest_from_hex(
        "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");
    CHECK(to_base58(peer_id_of(key)) == "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");
}

TEST_CASE("text that is no PeerId is refused, and the message says why")
{
    auto const good = to_base58(peer_id_of(filled(0x2a)));
    CHECK(why(good, true).empty());
    CHECK(why("", true).find("52 characters") != std::string::npos);
    CHECK(why(good + "1", true).find("52 characters") != std::string::npos);
    CHECK(why(good.substr(1), true).find("52 characters") != std::string::npos);
    for (char const c : {'0', 'O', 'I', 'l', ' ', '+', '\0'}) {
        auto text = good;
        text[20] = c;
        CHECK(why(text, true).find("not base58") != std::string::npos);
    }
    CHECK(why(std::string(52, '1'), true).find("38 bytes") != std::string::npos);
    CHECK(why(std::string(52, 'z'), true).find("38 bytes") != std::string::npos);
    auto other_kind = good;
    other_kind[1] = '3';
    CHECK_FALSE(why(other_kind, true).empty());
    auto no_key = peer_id{};
    CHECK_THROWS_AS(static_cast<void>(to_base58(no_key)), malformed_text);
}

TEST_CASE("every digest is 64 digits and comes back from them, in either case")
{
    auto source = dice{8};
    for (auto i = 0; i < 2000; ++i) {
        auto const digest = random_hash(source);
        auto text = to_hex(digest);
        REQUIRE(text.size() == 64);
        REQUIRE(digest_from_hex(text) == digest);
        for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        REQUIRE(digest_from_hex(text) == digest);
    }
    CHECK(to_hex(filled(0x0f)).substr(0, 4) == "0f0f");
}

TEST_CASE("text that is no digest is refused, and the message says why")
{
    auto const good = to_hex(filled(0xab));
    CHECK(why(good, false).empty());
    CHECK(why("", false).find("64") != std::string::npos);
    CHECK(why(good + "0", false).find("64") != std::string::npos);
    CHECK(why("0x" + good, false).find("64") != std::string::npos);
    CHECK(why("0x" + good.substr(2), false).find("not hexadecimal") != std::string::npos);
    for (char const c : {'g', '/', ':', '@', '`', ' ', '\0'}) {
        auto text = good;
        text[63] = c;
        CHECK(why(text, false).find("not hexadecimal") != std::string::npos);
    }
}

TEST_CASE("SHA-256 gives the values of FIPS 180-2")
{
    CHECK(
        to_hex(sha256(as_bytes("abc")))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(
        to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a certificate's digest covers what its author wrote, and nothing else")
{
    auto past = history{};
    past.grow(2);
    auto const base = past.make(1, 2, past.digests(1));
    auto const digest_with = [&](auto const& change) {
        auto c = base;
        change(c);
        return digest_of(c);
    };
    CHECK(digest_with([](auto& c) { ++c.round; }) != base.digest);
    CHECK(digest_with([&](auto& c) { c.author = past.members.member(2); }) != base.digest);
    CHECK(digest_with([](auto& c) { c.batch_digest.back() = std::byte{1}; }) != base.digest);
    CHECK(digest_with([](auto& c) { c.timestamp += 1ns; }) != base.digest);
    CHECK(digest_with([](auto& c) { c.parents.pop_back(); }) != base.digest);
    CHECK(digest_with([](auto& c) { std::swap(c.parents[0], c.parents[1]); }) != base.digest);
    CHECK(digest_with([](auto& c) { c.aggregated_signature.clear(); }) == base.digest);
    CHECK(digest_with([](auto& c) { c.signers.clear(); }) == base.digest);
    CHECK(digest_with([](auto& c) { c.committed = true; }) == base.digest);
}

TEST_CASE("a batch's digest covers worker, author, time and every transaction")
{
    auto const base = make_batch(committee::simulated(4, 1).member(0), "pay");
    auto const digest_with = [&](auto const& change) {
        auto b = base;
        change(b);
        return digest_of(b);
    };
    CHECK(digest_with([](auto& b) { ++b.worker_id; }) != base.digest);
    CHECK(digest_with([](auto& b) { b.author.back() ^= std::byte{1}; }) != base.digest);
    CHECK(digest_with([](auto& b) { b.timestamp += 1ns; }) != base.digest);
    CHECK(digest_with([](auto& b) { b.transactions[0].data[0] ^= std::byte{1}; }) != base.digest);
    CHECK(digest_with([](auto& b) { b.transactions[0].timestamp += 1ns; }) != base.digest);
    CHECK(digest_with([](auto& b) { b.transactions.push_back({}); }) != base.digest);
    CHECK(digest_with([](auto& b) { b.referenced_by_certificate.emplace(); }) == base.digest);
}

TEST_CASE("a batch over its limits, or with wrong counts, is malformed")
{
    auto const author = committee::simulated(4, 1).member(0);
    auto const sized = [&](std::size_t transactions, std::size_t each) {
        auto b = batch{.author = author, .timestamp = epoch};
        b.transactions.assign(transactions, {.data = bytes(each), .timestamp = epoch});
        b.transaction_count = transactions;
        b.size_bytes = transactions * each;
        b.digest = digest_of(b);
        return b;
    };
    CHECK(inspect(sized(1000, 1)) == fault::none);
    CHECK(inspect(sized(1001, 1)) == fault::malformed);
    CHECK(inspect(sized(512, 1024)) == fault::none);
    CHECK(inspect(sized(513, 1024)) == fault::malformed);
    auto miscounted = sized(3, 10);
    ++miscounted.transaction_count;
    CHECK(inspect(miscounted) == fault::malformed);
    auto missized = sized(3, 10);
    --missized.size_bytes;
    CHECK(inspect(missized) == fault::malformed);
    auto forged = sized(3, 10);
    forged.digest[0] ^= std::byte{1};
    CHECK(inspect(forged) == fault::digest_mismatch);
}

TEST_CASE("a certificate alone: author, signature, signers and digest are looked at")
{
    auto const past = history{7};
    auto const good = past.make(3, 0, {});
    auto const fault_with = [&](auto const& change) {
        auto c = good;
        change(c);
        return inspect(c, past.members);
    };
    CHECK(inspect(good, past.members) == fault::none);
    CHECK(fault_with([](auto& c) { c.author = peer_id_of(hash32{}); }) == fault::unknown_author);
    CHECK(fault_with([](auto& c) { c.aggregated_signature.resize(47); }) == fault::malformed);
    CHECK(fault_with([](auto& c) { c.signers.push_back(std::byte{0}); }) == fault::malformed);
    CHECK(fault_with([](auto& c) { c.signers = {std::byte{0xff}}; }) == fault::malformed);
    CHECK(fault_with([](auto& c) { c.signers = {std::byte{0x1f}}; }) == fault::none);
    CHECK(fault_with([](auto& c) { c.signers = {std::byte{0x0f}}; }) == fault::too_few_signers);
    CHECK(fault_with([](auto& c) { c.digest[31] ^= std::byte{1}; }) == fault::digest_mismatch);
    CHECK(fault_with([](auto& c) { c.committed = true; }) == fault::malformed);
}

TEST_CASE("a quorum is floor(2n/3)+1, and every quorum meets the votes that commit")
{
    auto const quorum_of = [](std::size_t n) { return committee::simulated(n, 1).quorum(); };
    CHECK(quorum_of(4) == 3);
    CHECK(quorum_of(7) == 5);
    CHECK(quorum_of(10) == 7);
    CHECK(quorum_of(16) == 11);
    CHECK(quorum_of(25) == 17);
    CHECK(quorum_of(50) == 34);
    CHECK(quorum_of(100) == 67);
    for (std::size_t n = 1; n < 120; ++n) {
        auto const members = committee::simulated(n, 1);
        CHECK(members.quorum() + members.votes_to_commit() > n);
    }
}

TEST_CASE("a committee names nobody twice")
{
    auto const one = peer_id_of(filled(1));
    CHECK_THROWS_AS((committee{{one, one}}), std::invalid_argument);
    CHECK_THROWS_AS((committee{{}}), std::invalid_argument);
}
