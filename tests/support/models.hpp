// SPDX-License-Identifier: BSL-1.0
// The models that tests share: between them, every kind of key, index and column.
#pragma once

#include <cairn/base/timestamp.hpp>
#include <cairn/describe/elements.hpp>
#include <cairn/describe/reflect.hpp>
#include <cairn/describe/schema.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace test {

/// Two uniques, one over an optional; a secret that is indexed, one that is not.
struct account {
    std::string name;
    std::string email;
    std::optional<std::string> phone{};
    std::uint32_t age = 0;
    std::string password{};
    std::vector<std::string> notes{};

    bool operator==(account const&) const = default;
};

enum class task_status : std::uint8_t { pending, processing, completed, failed };

/// A lifecycle and a queue.
struct task {
    std::string id;
    std::string avs_address{};
    task_status status = task_status::pending;
    cairn::timestamp created_at{};
    std::vector<std::byte> payload{};

    bool operator==(task const&) const = default;
};

/// A composite key over the whole unsigned range and a hash.
struct certificate {
    std::uint64_t round = 0;
    std::array<std::byte, 8> digest{};
    std::string author{};
    std::vector<std::uint64_t> parents{};

    bool operator==(certificate const&) const = default;
};

/// A singleton: a key without a field.
struct metadata {
    std::uint64_t height = 0;
    std::map<std::string, std::int32_t> counters{};

    bool operator==(metadata const&) const = default;
};

/// Reals, optionals and signed numbers in indexes.
struct reading {
    std::string sensor;
    double celsius = 0;
    std::optional<float> humidity{};
    std::optional<cairn::timestamp> deadline{};
    std::optional<std::int16_t> level{};
    bool valid = false;

    bool operator==(reading const&) const = default;
};

/// One signed integer as the key: it is the sequence as well.
struct entry {
    std::int32_t number = 0;
    std::string text{};
    std::int64_t weight = 0;

    bool operator==(entry const&) const = default;
};

/// Two strings as the key.
struct pair {
    std::string left;
    std::string right;
    std::uint32_t value = 0;

    bool operator==(pair const&) const = default;
};

/// A chain's blocks: chain 1 is not a prefix of chain 17000.
struct block {
    std::uint32_t chain = 0;
    std::uint64_t number = 0;
    std::vector<std::byte> hash{};

    bool operator==(block const&) const = default;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::account, name, email, phone, age, password, notes);
BOOST_HANA_ADAPT_STRUCT(test::task, id, avs_address, status, created_at, payload);
BOOST_HANA_ADAPT_STRUCT(test::certificate, round, digest, author, parents);
BOOST_HANA_ADAPT_STRUCT(test::metadata, height, counters);
BOOST_HANA_ADAPT_STRUCT(test::reading, sensor, celsius, humidity, deadline, level, valid);
BOOST_HANA_ADAPT_STRUCT(test::entry, number, text, weight);
BOOST_HANA_ADAPT_STRUCT(test::pair, left, right, value);
BOOST_HANA_ADAPT_STRUCT(test::block, chain, number, hash);

template <>
inline constexpr auto cairn::enum_names<test::task_status> = cairn::names<test::task_status>(
    {{test::task_status::pending, "pending"},
     {test::task_status::processing, "processing"},
     {test::task_status::completed, "completed"},
     {test::task_status::failed, "failed"}});

template <>
inline constexpr auto cairn::descriptor<test::account> = cairn::entity<"account">(
    cairn::version<1>, cairn::key<"account:{name}">, cairn::unique<"email", "email">,
    cairn::unique<"phone", "phone">, cairn::index<"age", "age", "email">,
    cairn::secret<"password", "phone">);

template <>
inline constexpr auto cairn::descriptor<test::task> = cairn::entity<"task">(
    cairn::version<1>, cairn::key<"task:{id}">, cairn::index<"queue", "status", "created_at">,
    cairn::lifecycle<"status">(
        cairn::from<test::task_status::pending>.to<test::task_status::processing, test::task_status::failed>,
        cairn::from<test::task_status::processing>.to<test::task_status::completed, test::task_status::failed, test::task_status::pending>));

template <>
inline constexpr auto cairn::descriptor<test::certificate> = cairn::entity<"certificate">(
    cairn::version<3>, cairn::key<"/dag/certificates/round/{round}/digest/{digest}">,
    cairn::index<"author", "author", "round">);

template <>
inline constexpr auto cairn::descriptor<test::metadata> =
    cairn::entity<"metadata">(cairn::version<1>, cairn::key<"/dag/metadata/id/current">);

template <>
inline constexpr auto cairn::descriptor<test::reading> = cairn::entity<"reading">(
    cairn::version<1>, cairn::key<"reading/{sensor}">, cairn::index<"celsius", "celsius">,
    cairn::index<"deadline", "deadline", "level">, cairn::unique<"slot", "level", "humidity">,
    cairn::column<"valid">);

template <>
inline constexpr auto cairn::descriptor<test::entry> = cairn::entity<"entry">(
    cairn::version<1>, cairn::key<"entry/{number}">, cairn::index<"text", "text">,
    cairn::index<"weight", "weight", "text">);

template <>
inline constexpr auto cairn::descriptor<test::pair> =
    cairn::entity<"pair">(cairn::version<1>, cairn::key<"pair:{left}/{right}">);

template <>
inline constexpr auto cairn::descriptor<test::block> = cairn::entity<"block">(
    cairn::version<1>, cairn::key<"block:{chain}:{number}">, cairn::column<"hash">);

namespace test {

struct everything
    : cairn::schema<account, task, certificate, metadata, reading, entry, pair, block> {};

inline constexpr auto accounts = cairn::table<account>;
inline constexpr auto tasks = cairn::table<task>;
inline constexpr auto certificates = cairn::table<certificate>;
inline constexpr auto metadatas = cairn::table<metadata>;
inline constexpr auto readings = cairn::table<reading>;
inline constexpr auto entries = cairn::table<entry>;
inline constexpr auto pairs = cairn::table<pair>;
inline constexpr auto blocks = cairn::table<block>;

} // namespace test
