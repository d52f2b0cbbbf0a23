// SPDX-License-Identifier: BSL-1.0
// PeerIds as base58 and digests as hex, and back, with an error that says what is malformed.
#pragma once

#include "types.hpp"

#include <cairn/base/hex.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace sequencer {

/// Text that is no PeerId or no digest; the message says why and shows it.
class malformed_text : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

/// The PeerId of an Ed25519 public key.
[[nodiscard]] peer_id peer_id_of(hash32 const& public_key);

/// Base58, 52 characters.
/// @errors `malformed_text` for 38 bytes that are not the multihash of an Ed25519 key.
[[nodiscard]] std::string to_base58(peer_id const& id);

/// @errors `malformed_text` for anything that `to_base58` does not give.
[[nodiscard]] peer_id peer_id_from_base58(std::string_view text);

/// Two lower-case digits a byte: 64 of a digest.
using cairn::to_hex;

/// @errors `malformed_text` for anything but 64 hexadecimal digits, of either case.
[[nodiscard]] hash32 digest_from_hex(std::string_view text);

} // namespace sequencer
