// SPDX-License-Identifier: BSL-1.0
// SHA-256 by OpenSSL.
#include "digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

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

hash32 sha256(std::span<std::byte const> data)
{
    auto result = hash32{};
    auto size = 0U;
    auto* const out = reinterpret_cast<unsigned char*>(result.data());
    if (EVP_Digest(data.data(), data.size(), out, &size, EVP_sha256(), nullptr) != 1
        || size != result.size())
        throw std::runtime_error{"SHA-256 is not available in this OpenSSL"};
    return result;
}

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
