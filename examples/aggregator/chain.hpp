// SPDX-License-Identifier: BSL-1.0
// What the aggregator asks of a chain, whoever answers.
#pragma once

#include "types.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

namespace aggregator {

/// A chain could not be read, or its answer makes no sense. Nothing may be concluded from it.
class chain_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct chain_transaction {
    hash32 hash{};
    address20 sender{};
    bytes input{};
};

struct chain_block {
    std::uint64_t number = 0;
    hash32 hash{};
    hash32 parent_hash{};
    std::uint64_t timestamp = 0;
    std::vector<chain_transaction> transactions{};
};

struct chain_log {
    hash32 transaction_hash{};
    std::uint64_t index = 0; ///< within the block
    bytes data{};
};

/// One chain. Every function throws `chain_error` when it has no answer; absence is an answer.
class chain_reader {
public:
    virtual ~chain_reader() = default;

    /// The id that the chain itself reports.
    virtual std::uint64_t chain_id() = 0;
    /// The number of its newest block.
    virtual std::uint64_t head() = 0;
    /// The canonical block with this number, or nothing if the chain is shorter.
    virtual std::optional<chain_block> block(std::uint64_t number) = 0;
    /// The logs that `contract` wrote in exactly this block; an orphaned block is an error.
    virtual std::vector<chain_log> logs(hash32 const& block_hash, address20 const& contract) = 0;
};

} // namespace aggregator
