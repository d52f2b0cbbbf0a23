// SPDX-License-Identifier: BSL-1.0
// Ids of tasks.
#include "task_id.hpp"

#include "common/digest.hpp"

#include <span>

namespace aggregator {

namespace {

void append(bytes& out, std::span<std::byte const> data)
{
    out.insert(out.end(), data.begin(), data.end());
}

void append(bytes& out, std::uint64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::byte>(number >> static_cast<unsigned>(shift)));
}

} // namespace

hash32 derive_task_id(
    std::uint64_t chain_id, hash32 const& transaction, std::uint64_t index, address20 const& avs)
{
    auto text = bytes{};
    text.reserve(8 + 32 + 8 + 20);
    append(text, chain_id);
    append(text, transaction);
    append(text, index);
    append(text, avs);
    return sha256(text);
}

} // namespace aggregator
