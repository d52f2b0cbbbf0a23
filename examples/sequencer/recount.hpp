// SPDX-License-Identifier: BSL-1.0
// Metadata counted anew from the records, for a store that has lost its own.
#pragma once

#include "database.hpp"
#include "reputation.hpp"

namespace sequencer {

/// What the records say, of the node and the committee that are given; of an empty store, the
/// metadata that a first start makes.
///
/// The last proposed round is that of the newest own certificate that can be read: whoever signs
/// has to hear from a recovery of those that cannot.
///
/// No record tells which member the node is: that is believed.
/// @errors `cairn::misuse` if a certificate cannot be of this committee; and if every one can be
///         read, and the anchors are not those that these members commit in this order, in this
///         epoch and by this scoring.
consensus_metadata recount(
    transaction& tx, committee const& members, peer_id const& self, cairn::timestamp now,
    reputation_config const& scoring);

} // namespace sequencer
