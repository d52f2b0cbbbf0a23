// SPDX-License-Identifier: BSL-1.0
// What can be told of a certificate or a batch alone, without the rest of the DAG.
#pragma once

#include "committee.hpp"
#include "fault.hpp"

namespace sequencer {

/// The first thing that is wrong with it: author, sizes, number of signers, digest. Signatures
/// are carried, not verified.
[[nodiscard]] fault inspect(certificate const& c, committee const& members);

/// Counts, limits and digest.
[[nodiscard]] fault inspect(batch const& b);

/// A bitmap with the bits of these members.
[[nodiscard]] bytes bitmap_of(std::span<std::uint16_t const> signers, std::size_t members);

} // namespace sequencer
