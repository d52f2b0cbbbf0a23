// SPDX-License-Identifier: BSL-1.0
// What the aggregator stores: the models, their descriptors and the schema.
#pragma once

#include "types.hpp"

#include <cairn/cairn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aggregator {

enum class task_status : std::uint8_t { pending, processing, completed, failed };
enum class curve_type : std::uint8_t { unknown, ecdsa, bn254 };
enum class consensus_type : std::uint8_t { none, stake_proportion_threshold };

/// Which blocks of one chain are processed for one AVS.
struct chain_cursor {
    address20 avs_address{};
    std::uint64_t chain_id = 0;
    std::uint64_t last_block = 0;  ///< the highest
    std::uint64_t first_block = 0; ///< the first one ever; stays when its block is dropped
};

/// A processed block, kept to recognise a reorganisation of the chain.
struct block_record {
    address20 avs_address{};
    std::uint64_t chain_id = 0;
    std::uint64_t number = 0;
    hash32 hash{};
    hash32 parent_hash{};
    std::uint64_t timestamp = 0; ///< seconds since 1970, as the chain says
};

/// One piece of work, found in one block, and what became of it.
struct task {
    hash32 task_id{};
    address20 avs_address{};
    std::uint32_t operator_set_id = 0;
    address20 callback_addr{};
    std::optional<cairn::timestamp> deadline{};
    std::uint16_t threshold_bips = 0; ///< 0 to 10 000
    bytes payload{};
    std::uint64_t chain_id = 0;
    std::uint64_t block_number = 0;
    hash32 block_hash{};
    std::uint32_t version = 1;
    task_status status = task_status::pending;
    cairn::timestamp created_at{};
    cairn::timestamp updated_at{};
    std::uint32_t attempts = 0; ///< how often a crash interrupted it
    std::optional<std::string> error{};
    std::optional<hash32> result{}; ///< of a completed task: the digest of its payload
};

/// What one operator set of an AVS asks of its tasks; a copy, refreshed after a while.
struct operator_set_config {
    address20 avs_address{};
    std::uint32_t operator_set_id = 0;
    std::int64_t task_sla = 0; ///< seconds until a new task's deadline; 0 is none
    curve_type curve = curve_type::unknown;
    bytes task_metadata{};
    consensus_type consensus = consensus_type::none;
    std::uint16_t threshold = 0; ///< in bips
    cairn::timestamp refreshed_at{};
};

/// Which operator sets an AVS uses; a copy, refreshed after a while.
struct avs_config {
    address20 avs_address{};
    std::uint32_t aggregator_operator_set_id = 0;
    std::vector<std::uint32_t> executor_operator_set_ids{};
    curve_type curve = curve_type::unknown;
    cairn::timestamp refreshed_at{};
};

/// Blocks whose tasks are no longer vouched for: a reorganisation went deeper than the kept blocks.
struct unverified_range {
    address20 avs_address{};
    std::uint64_t chain_id = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    cairn::timestamp found_at{};
};

} // namespace aggregator

BOOST_HANA_ADAPT_STRUCT(aggregator::chain_cursor, avs_address, chain_id, last_block, first_block);
BOOST_HANA_ADAPT_STRUCT(
    aggregator::block_record, avs_address, chain_id, number, hash, parent_hash, timestamp);
BOOST_HANA_ADAPT_STRUCT(
    aggregator::task, task_id, avs_address, operator_set_id, callback_addr, deadline,
    threshold_bips, payload, chain_id, block_number, block_hash, version, status, created_at,
    updated_at, attempts, error, result);
BOOST_HANA_ADAPT_STRUCT(
    aggregator::operator_set_config, avs_address, operator_set_id, task_sla, curve, task_metadata,
    consensus, threshold, refreshed_at);
BOOST_HANA_ADAPT_STRUCT(
    aggregator::avs_config, avs_address, aggregator_operator_set_id, executor_operator_set_ids,
    curve, refreshed_at);
BOOST_HANA_ADAPT_STRUCT(aggregator::unverified_range, avs_address, chain_id, first, last, found_at);

template <>
inline constexpr auto cairn::enum_names<aggregator::task_status> =
    cairn::names<aggregator::task_status>({
        {aggregator::task_status::pending, "pending"},
        {aggregator::task_status::processing, "processing"},
        {aggregator::task_status::completed, "completed"},
        {aggregator::task_status::failed, "failed"},
    });

template <>
inline constexpr auto cairn::enum_names<aggregator::curve_type> =
    cairn::names<aggregator::curve_type>({
        {aggregator::curve_type::unknown, "unknown"},
        {aggregator::curve_type::ecdsa, "ecdsa"},
        {aggregator::curve_type::bn254, "bn254"},
    });

template <>
inline constexpr auto cairn::enum_names<aggregator::consensus_type> =
    cairn::names<aggregator::consensus_type>({
        {aggregator::consensus_type::none, "none"},
        {aggregator::consensus_type::stake_proportion_threshold, "stake_proportion_threshold"},
    });

// One line an element.
// clang-format off

template <>
inline constexpr auto cairn::descriptor<aggregator::chain_cursor> = cairn::entity<"chain_cursor">(
    cairn::version<1>,
    cairn::key<"chain:{avs_address}:{chain_id}:lastBlock">,
    cairn::column<"last_block">); // a column of its own, so that plain SQL can read it

template <>
inline constexpr auto cairn::descriptor<aggregator::block_record> = cairn::entity<"block">(
    cairn::version<1>,
    cairn::key<"block:{avs_address}:{chain_id}:{number}">,
    cairn::column<"hash">);

template <>
inline constexpr auto cairn::descriptor<aggregator::task> = cairn::entity<"task">(
    cairn::version<1>,
    cairn::key<"task:{task_id}">,
    cairn::index<"queue", "status", "created_at">,
    cairn::index<"avs_queue", "avs_address", "status", "created_at">,
    cairn::index<"block", "avs_address", "chain_id", "block_number">,
    cairn::index<"deadline", "status", "deadline">,
    cairn::index<"finished", "status", "updated_at">,
    cairn::column<"block_hash", "attempts", "error", "result">,
    cairn::lifecycle<"status">(
        cairn::from<aggregator::task_status::pending>
            .to<aggregator::task_status::processing, aggregator::task_status::failed>,
        cairn::from<aggregator::task_status::processing>
            .to<aggregator::task_status::completed, aggregator::task_status::failed,
                aggregator::task_status::pending>));

template <>
inline constexpr auto cairn::descriptor<aggregator::operator_set_config> =
    cairn::entity<"operator_set_config">(
        cairn::version<1>,
        cairn::key<"opset:{avs_address}:{operator_set_id}">);

template <>
inline constexpr auto cairn::descriptor<aggregator::avs_config> = cairn::entity<"avs_config">(
    cairn::version<1>,
    cairn::key<"avs:{avs_address}">);

template <>
inline constexpr auto cairn::descriptor<aggregator::unverified_range> =
    cairn::entity<"unverified_range">(
        cairn::version<1>,
        cairn::key<"gap:{avs_address}:{chain_id}:{first}">,
        cairn::column<"last">);

// clang-format on

namespace aggregator {

struct schema
    : cairn::schema<
          chain_cursor, block_record, task, operator_set_config, avs_config, unverified_range> {};

inline constexpr auto cursors = cairn::table<chain_cursor>;
inline constexpr auto blocks = cairn::table<block_record>;
inline constexpr auto tasks = cairn::table<task>;
inline constexpr auto operator_sets = cairn::table<operator_set_config>;
inline constexpr auto avs_configs = cairn::table<avs_config>;
inline constexpr auto unverified_ranges = cairn::table<unverified_range>;

} // namespace aggregator
