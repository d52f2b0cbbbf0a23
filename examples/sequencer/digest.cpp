// SPDX-License-Identifier: BSL-1.0
// SHA-256 by OpenSSL, of an unambiguous form: fixed-width big-endian numbers, counted lists.
#include "digest.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace sequencer {

namespace {

struct free_context {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Looking an algorithm up costs more than hashing a certificate, so each thread does it once.
class hasher {
public:
    hasher() : context_{EVP_MD_CTX_new()}
    {
        check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
    }

    hash32 operator()(byte_view data)
    {
        auto result = hash32{};
        auto size = 0U;
        check(EVP_DigestInit_ex(context_.get(), nullptr, nullptr) == 1);
        check(EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1);
        auto* const out = reinterpret_cast<unsigned char*>(result.data());
        check(EVP_DigestFinal_ex(context_.get(), out, &size) == 1 && size == result.size());
        return result;
    }

private:
    static void check(bool is_fine)
    {
        if (!is_fine) throw std::runtime_error{"SHA-256 is not available in this OpenSSL"};
    }

    std::unique_ptr<EVP_MD_CTX, free_context> context_;
};

/// Collects what is hashed; keeps its memory from one use to the next.
class preimage {
public:
    explicit preimage(bytes& memory, std::string_view kind) : out_{memory}
    {
        out_.clear();
        add(std::as_bytes(std::span{kind}));
    }

    preimage& add(byte_view data)
    {
        out_.insert(out_.end(), data.begin(), data.end());
        return *this;
    }
    preimage& add(std::uint64_t number)
    {
        for (auto shift = 64U; shift != 0; shift -= 8)
            out_.push_back(static_cast<std::byte>(number >> (shift - 8)));
        return *this;
    }
    preimage& add(cairn::timestamp time)
    {
        return add(static_cast<std::uint64_t>(time.time_since_epoch().count()));
    }

private:
    bytes& out_;
};

bytes& memory_of_this_thread()
{
    thread_local auto memory = bytes{};
    return memory;
}

} // namespace

hash32 sha256(byte_view data)
{
    thread_local auto hash = hasher{};
    return hash(data);
}

hash32 digest_of(certificate const& c)
{
    auto& memory = memory_of_this_thread();
    auto text = preimage{memory, "certificate"};
    text.add(c.round).add(c.author).add(c.batch_digest).add(c.timestamp).add(c.parents.size());
    text.add(std::as_bytes(std::span{c.parents}));
    return sha256(memory);
}

hash32 digest_of(batch const& b)
{
    auto& memory = memory_of_this_thread();
    auto text = preimage{memory, "batch"};
    text.add(std::uint64_t{b.worker_id}).add(b.author).add(b.timestamp);
    text.add(b.transactions.size());
    for (auto const& each : b.transactions)
        text.add(each.timestamp).add(each.data.size()).add(each.data);
    return sha256(memory);
}

header header_of(certificate const& c)
{
    return {.batch_digest = c.batch_digest, .parents = c.parents, .timestamp = c.timestamp};
}

} // namespace sequencer
