// SPDX-License-Identifier: BSL-1.0
// SHA-256 by OpenSSL.
#include "digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace common {

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

} // namespace common
