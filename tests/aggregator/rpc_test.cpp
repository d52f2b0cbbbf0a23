// SPDX-License-Identifier: BSL-1.0
// The JSON-RPC client against a server that misbehaves.
#include "aggregator/http_server.hpp"
#include "common/hex.hpp"
#include "rpc_chain.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace test;
using namespace std::chrono_literals;

namespace {

aggregator::rpc_options quick()
{
    return {
        .connect_timeout = 500ms,
        .timeout = 300ms,
        .retries = 3,
        .backoff_min = 1ms,
        .backoff_max = 4ms,
        .max_response = 4096};
}

std::string result(std::string const& value)
{
    return R"({"jsonrpc":"2.0","id":1,"result":)" + value + "}";
}

std::string repeated(std::string const& text, int times)
{
    auto all = std::string{};
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

std::string const hash = "0x" + repeated("ab", 32);
std::string const sender = "0x" + repeated("Cd", 20);

} // namespace

TEST_CASE("an answer is read, and the request is proper JSON-RPC")
{
    auto server = http_server{{{200, result("\"0x7a69\"")}}};
    auto client = aggregator::rpc_chain{server.url(), quick(), {}};
    CHECK(client.chain_id() == 31337);
    auto const request = nlohmann::json::parse(server.requests().at(0));
    CHECK(request["jsonrpc"] == "2.0");
    CHECK(request["method"] == "eth_chainId");
    CHECK(request["params"] == nlohmann::json::array());
}

TEST_CASE("what an overloaded or broken server loses is asked again")
{
    auto server = http_server{
        {{503, "busy"}, {429, "slow down"}, {200, "<html>"}, {200, result("\"0x10\"")}}};
    auto client = aggregator::rpc_chain{server.url(), quick(), {}};
    CHECK(client.head() == 16);
    CHECK(server.requests().size() == 4);
}

TEST_CASE("after the last attempt the error passes through")
{
    auto server = http_server{{{500, ""}, {500, ""}, {500, ""}, {500, ""}, {200, "never"}}};
    auto client = aggregator::rpc_chain{server.url(), quick(), {}};
    CHECK_THROWS_AS(client.head(), aggregator::chain_error);
    CHECK(server.requests().size() == 4);
}

TEST_CASE("an error of the node itself, and nonsense, are not asked again")
{
    for (auto const& answer :
         {answer_of{200, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000}})"}, answer_of{404, ""},
          answer_of{200, R"({"jsonrpc":"2.0","id":2,"result":"0x1"})"},
          answer_of{200, R"({"jsonrpc":"2.0","id":1})"}, answer_of{200, result("17")},
          answer_of{200, result("\"0x\"")}, answer_of{200, result("\"0x10000000000000000\"")},
          answer_of{200, result('"' + std::string(5000, ' ') + '"')}}) {
        auto server = http_server{{answer, {200, result("\"0x1\"")}}};
        auto client = aggregator::rpc_chain{server.url(), quick(), {}};
        CHECK_THROWS_AS(client.head(), aggregator::chain_error);
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("a server that does not answer is given up after the timeout")
{
    auto const server = silent_server{};
    auto options = quick();
    options.retries = 0;
    auto client = aggregator::rpc_chain{server.url(), options, {}};
    auto const begin = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(client.head(), aggregator::chain_error);
    auto const took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= 250ms);
    CHECK(took < 5s);
}

TEST_CASE("a request that hangs ends when the service stops")
{
    auto const server = silent_server{};
    auto options = quick();
    options.timeout = 60s;
    options.retries = 100;
    auto stop = std::stop_source{};
    auto client = aggregator::rpc_chain{server.url(), options, stop.get_token()};
    auto const stopper = std::jthread{[&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    }};
    auto const begin = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(client.head(), aggregator::chain_error);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("a block is read with its transactions, and null is no block")
{
    auto const block = R"({"number":"0x5","hash":")" + hash + R"(","parentHash":")" + hash
        + R"(","timestamp":"0x64","transactions":[{"hash":")" + hash + R"(","from":")" + sender
        + R"(","input":"0xFF00"}]})";
    auto server = http_server{
        {{200, result(block)}, {200, R"({"jsonrpc":"2.0","id":2,"result":null})"}}};
    auto client = aggregator::rpc_chain{server.url(), quick(), {}};
    auto const found = client.block(5);
    REQUIRE(found);
    CHECK(aggregator::to_hex(found->hash) == hash);
    CHECK(found->timestamp == 100);
    CHECK(aggregator::to_hex(found->transactions.at(0).input) == "0xff00");
    CHECK(client.block(6) == std::nullopt);
    CHECK(server.requests().at(0).find(R"(["0x5",true])") != std::string::npos);
}

TEST_CASE("a block that is incomplete, or another one, is an error")
{
    auto const with = [](std::string const& number, std::string const& block_hash) {
        return result(
            R"({"number":")" + number + R"(","hash":")" + block_hash + R"(","parentHash":")" + hash
            + R"(","timestamp":"0x64","transactions":[]})");
    };
    for (auto const& answer :
         {with("0x6", hash), with("0x5", "0xab"), with("0x5", "zz"), result("{}"), result("[]"),
          result("7")}) {
        auto server = http_server{{{200, answer}}};
        auto client = aggregator::rpc_chain{server.url(), quick(), {}};
        CHECK_THROWS_AS(client.block(5), aggregator::chain_error);
    }
}

TEST_CASE("logs of another block, or removed ones, are an error")
{
    auto const log = [](std::string const& block_hash, std::string const& removed) {
        return result(
            R"([{"blockHash":")" + block_hash + R"(","transactionHash":")" + hash
            + R"(","logIndex":"0x1","data":"0x01","removed":)" + removed + "}]");
    };
    auto wanted = aggregator::hash32{};
    wanted.fill(std::byte{0xab});
    auto server = http_server{{{200, log(hash, "false")}}};
    auto client = aggregator::rpc_chain{server.url(), quick(), {}};
    CHECK(client.logs(wanted, {}).at(0).index == 1);
    for (auto const& answer : {log("0x" + repeated("cd", 32), "false"), log(hash, "true")}) {
        auto bad_server = http_server{{{200, answer}}};
        auto bad_client = aggregator::rpc_chain{bad_server.url(), quick(), {}};
        CHECK_THROWS_AS(bad_client.logs(wanted, {}), aggregator::chain_error);
    }
}

TEST_CASE("hexadecimal text is read strictly")
{
    CHECK(aggregator::number_from_hex("0x0") == 0);
    CHECK(aggregator::number_from_hex("0xffffffffffffffff") == ~std::uint64_t{0});
    for (auto const* text : {"", "0x", "12", "0xg", "0x-1", "0x 1", "0x10000000000000000"})
        CHECK(aggregator::number_from_hex(text) == std::nullopt);
    CHECK(aggregator::bytes_from_hex("0x")->empty());
    for (auto const* text : {"", "0", "0x1", "0xzz", "abcd"})
        CHECK(aggregator::bytes_from_hex(text) == std::nullopt);
    CHECK(aggregator::to_quantity(0) == "0x0");
    CHECK(aggregator::to_quantity(~std::uint64_t{0}) == "0xffffffffffffffff");
    CHECK(
        aggregator::array_from_hex<20>("0x00000000000000000000000000000000000000aB")
        == aggregator::array_from_hex<20>("0X00000000000000000000000000000000000000Ab"));
}
