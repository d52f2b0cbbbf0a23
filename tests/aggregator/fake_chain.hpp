// SPDX-License-Identifier: BSL-1.0
// A chain inside the test: blocks are made, replaced and withheld by calls.
#pragma once

#include "chain.hpp"
#include "common/digest.hpp"

#include <algorithm>
#include <mutex>

namespace test {

using aggregator::address20;
using aggregator::bytes;
using aggregator::chain_block;
using aggregator::chain_log;
using aggregator::chain_transaction;
using aggregator::hash32;

inline bytes payload_of(std::uint64_t number)
{
    auto result = bytes{};
    for (int i = 0; i < 8; ++i)
        result.push_back(static_cast<std::byte>(number >> (8U * static_cast<unsigned>(i))));
    return result;
}

inline bytes refused_payload()
{
    return {std::byte{0xff}, std::byte{1}};
}

class fake_chain final : public aggregator::chain_reader {
public:
    /// A chain of one empty block.
    explicit fake_chain(std::uint64_t id = 31337) : id_{id} { mine(0); }

    /// Appends a block with so many new transactions.
    void mine(std::size_t transactions = 1)
    {
        auto made = std::vector<chain_transaction>{};
        for (std::size_t i = 0; i < transactions; ++i)
            made.push_back(make_transaction(payload_of(next_)));
        mine_with(std::move(made));
    }

    void mine_with(std::vector<chain_transaction> transactions)
    {
        auto const lock = std::lock_guard{guard_};
        auto const parent = blocks_.empty() ? hash32{} : blocks_.back().hash;
        blocks_.push_back(
            {.number = blocks_.size(),
             .hash = fresh_hash(),
             .parent_hash = parent,
             .timestamp = 1'700'000'000 + blocks_.size(),
             .transactions = std::move(transactions)});
    }

    chain_transaction make_transaction(bytes payload)
    {
        return {.hash = fresh_hash(), .sender = {}, .input = std::move(payload)};
    }

    /// Removes the newest blocks and gives back their transactions.
    std::vector<chain_transaction> cut(std::size_t depth)
    {
        auto const lock = std::lock_guard{guard_};
        auto dropped = std::vector<chain_transaction>{};
        for (auto i = blocks_.size() - depth; i < blocks_.size(); ++i)
            dropped.insert(
                dropped.end(), blocks_[i].transactions.begin(), blocks_[i].transactions.end());
        blocks_.resize(blocks_.size() - depth);
        return dropped;
    }

    /// Replaces the newest blocks by as many others, each with one new transaction.
    std::vector<chain_transaction> reorganise(std::size_t depth)
    {
        auto dropped = cut(depth);
        for (std::size_t i = 0; i < depth; ++i) mine();
        return dropped;
    }

    /// From the `after`th next answer on, `count` answers fail.
    void fail(std::size_t count, std::size_t after = 0)
    {
        auto const lock = std::lock_guard{guard_};
        first_failure_ = answers_ + after;
        end_of_failures_ = first_failure_ + count;
    }

    /// Has no answer for these blocks, though its head may be above them.
    void hide_blocks(std::uint64_t first, std::uint64_t last)
    {
        auto const lock = std::lock_guard{guard_};
        hidden_ = {first, last};
    }
    void hide_block(std::uint64_t number) { hide_blocks(number, number); }
    void show_all_blocks() { hide_blocks(1, 0); }
    void set_id(std::uint64_t id) { id_ = id; }
    [[nodiscard]] chain_block at(std::uint64_t number) const
    {
        auto const lock = std::lock_guard{guard_};
        return blocks_.at(number);
    }
    [[nodiscard]] std::uint64_t answers() const { return answers_; }

    /// Every transaction of blocks `first` and above.
    [[nodiscard]] std::vector<chain_transaction> transactions(std::uint64_t first = 0) const
    {
        auto const lock = std::lock_guard{guard_};
        auto result = std::vector<chain_transaction>{};
        for (auto i = first; i < blocks_.size(); ++i)
            result.insert(
                result.end(), blocks_[i].transactions.begin(), blocks_[i].transactions.end());
        return result;
    }

    std::uint64_t chain_id() override
    {
        answer();
        return id_;
    }
    std::uint64_t head() override
    {
        answer();
        auto const lock = std::lock_guard{guard_};
        return blocks_.size() - 1;
    }
    std::optional<chain_block> block(std::uint64_t number) override
    {
        answer();
        auto const lock = std::lock_guard{guard_};
        if (number >= blocks_.size()) return std::nullopt;
        if (number >= hidden_.first && number <= hidden_.second) return std::nullopt;
        return blocks_[number];
    }
    std::vector<chain_log> logs(hash32 const& block_hash, address20 const&) override
    {
        answer();
        auto const lock = std::lock_guard{guard_};
        auto const found = std::ranges::find(blocks_, block_hash, &chain_block::hash);
        if (found == blocks_.end()) throw aggregator::chain_error{"unknown block"};
        auto result = std::vector<chain_log>{};
        for (auto const& each : found->transactions)
            result.push_back(
                {.transaction_hash = each.hash, .index = result.size(), .data = each.input});
        return result;
    }

private:
    void answer()
    {
        auto const lock = std::lock_guard{guard_};
        auto const number = answers_++;
        if (number >= first_failure_ && number < end_of_failures_)
            throw aggregator::chain_error{"the test withholds this answer"};
    }

    hash32 fresh_hash() { return aggregator::sha256(payload_of(next_++)); }

    mutable std::mutex guard_;
    std::uint64_t id_;
    std::vector<chain_block> blocks_{};
    std::uint64_t next_ = 1;
    std::pair<std::uint64_t, std::uint64_t> hidden_{1, 0}; ///< first and last
    std::size_t answers_ = 0;
    std::size_t first_failure_ = 0;
    std::size_t end_of_failures_ = 0;
};

} // namespace test
