// SPDX-License-Identifier: BSL-1.0
// PeerIds and digests as text.
#include "convert.hpp"

#include <cairn/base/text.hpp>

#include <algorithm>

namespace sequencer {

namespace {

/// Identity multihash, 36 bytes; protobuf of a key: type Ed25519, 32 bytes of data.
constexpr auto key_prefix = std::array{std::byte{0x00}, std::byte{0x24}, std::byte{0x08},
                                       std::byte{0x01}, std::byte{0x12}, std::byte{0x20}};

[[noreturn]] void refuse(std::string const& why, std::string_view text)
{
    constexpr auto shown = std::size_t{80};
    throw malformed_text{
        why + ": \"" + std::string{text.substr(0, shown)} + (text.size() > shown ? "..." : "")
        + '"'};
}

bool is_of_a_key(peer_id const& id)
{
    return std::equal(key_prefix.begin(), key_prefix.end(), id.begin());
}

} // namespace

peer_id peer_id_of(hash32 const& public_key)
{
    auto id = peer_id{};
    auto const rest = std::copy(key_prefix.begin(), key_prefix.end(), id.begin());
    std::copy(public_key.begin(), public_key.end(), rest);
    return id;
}

std::string to_base58(peer_id const& id)
{
    auto text = cairn::to_base58(id);
    if (!is_of_a_key(id)) refuse("a PeerId that is not of an Ed25519 key", text);
    return text;
}

peer_id peer_id_from_base58(std::string_view text)
{
    auto id = peer_id{};
    if (text.size() != 52) refuse("a PeerId has 52 characters", text);
    auto const decoded = cairn::from_base58(text);
    if (!decoded) refuse("a PeerId has a character that is not base58", text);
    if (decoded->size() != id.size()) refuse("a PeerId has 38 bytes", text);
    std::copy(decoded->begin(), decoded->end(), id.begin());
    if (!is_of_a_key(id)) refuse("a PeerId that is not of an Ed25519 key", text);
    return id;
}

hash32 digest_from_hex(std::string_view text)
{
    auto digest = hash32{};
    if (text.size() != 2 * digest.size()) refuse("a digest has 64 hexadecimal digits", text);
    auto const decoded = cairn::from_hex(text);
    if (!decoded) refuse("a digest has a character that is not hexadecimal", text);
    std::copy(decoded->begin(), decoded->end(), digest.begin());
    return digest;
}

} // namespace sequencer
