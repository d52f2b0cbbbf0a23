// SPDX-License-Identifier: BSL-1.0
// Models that the tests of describing share.
#pragma once

#include <cairn/base/timestamp.hpp>
#include <cairn/describe/key.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace test {

enum class state : std::uint8_t { pending, processing, completed, failed };
enum class side : std::int8_t { left = -1, right = 1 };

struct part {
    std::uint16_t number = 0;
    std::string label{};
};

struct job {
    std::string id;
    state status = state::pending;
    cairn::timestamp created_at{};
    std::optional<std::uint32_t> score{};
    std::vector<part> parts{};
    std::array<std::byte, 4> digest{};
    double weight = 0;
    std::string token{};
};

/// A key field of every kind.
struct wide_key {
    bool flag = false;
    std::int8_t small = 0;
    std::uint64_t large = 0;
    state status = state::pending;
    side where = side::left;
    std::string text{};
    std::array<unsigned char, 2> digest{};
    std::vector<std::byte> blob{};
};

struct counter {
    std::int64_t number = 0;
    std::uint64_t value = 0;
};

struct settings {
    std::map<std::string, std::variant<std::monostate, bool, std::int32_t>> values{};
};

struct secret_key {
    std::string user;
    std::string password;
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::part, number, label);
BOOST_HANA_ADAPT_STRUCT(test::job, id, status, created_at, score, parts, digest, weight, token);
BOOST_HANA_ADAPT_STRUCT(test::wide_key, flag, small, large, status, where, text, digest, blob);
BOOST_HANA_ADAPT_STRUCT(test::counter, number, value);
BOOST_HANA_ADAPT_STRUCT(test::settings, values);
BOOST_HANA_ADAPT_STRUCT(test::secret_key, user, password);

template <>
inline constexpr auto cairn::enum_names<test::state> = cairn::names<test::state>(
    {{test::state::pending, "pending"},
     {test::state::processing, "in progress"},
     {test::state::completed, "completed"},
     {test::state::failed, "failed"}});

template <>
inline constexpr auto cairn::descriptor<test::job> = cairn::entity<"job">(
    cairn::version<3>, cairn::key<"job:{id}">, cairn::index<"queue", "status", "created_at">,
    cairn::unique<"by_digest", "digest">, cairn::column<"weight">, cairn::secret<"token">,
    cairn::lifecycle<"status">(
        cairn::from<test::state::pending>.to<test::state::processing, test::state::failed>,
        cairn::from<test::state::processing>.to<test::state::completed>));

template <>
inline constexpr auto cairn::descriptor<test::wide_key> = cairn::entity<"wide">(
    cairn::key<"/w/{flag}/{small},{large}:{status}/{where}/{text}={digest}|{blob}/end">);

template <>
inline constexpr auto cairn::descriptor<test::counter> =
    cairn::entity<"counter">(cairn::key<"{number}">, cairn::unique<"value", "value">);

template <>
inline constexpr auto cairn::descriptor<test::settings> =
    cairn::entity<"settings">(cairn::key<"/settings/current">);

template <>
inline constexpr auto cairn::descriptor<test::secret_key> =
    cairn::entity<"login">(cairn::key<"login:{user}/{password}">, cairn::secret<"password">);
