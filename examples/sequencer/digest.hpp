// SPDX-License-Identifier: BSL-1.0
// SHA-256, and what it is taken of: certificates and batches.
#pragma once

#include "types.hpp"

namespace sequencer {

/// SHA-256 of `data`, by OpenSSL.
/// @errors `std::runtime_error` if this OpenSSL has no SHA-256.
[[nodiscard]] hash32 sha256(byte_view data);

/// What an author signs, and others refer to: round, author, batch, timestamp and parents. The
/// signatures are not part of it, and neither is what this node notes about the certificate.
[[nodiscard]] hash32 digest_of(certificate const& c);

/// Of worker, author, timestamp and every transaction.
[[nodiscard]] hash32 digest_of(batch const& b);

[[nodiscard]] header header_of(certificate const& c);

} // namespace sequencer
