// SPDX-License-Identifier: BSL-1.0
// What can be wrong with a certificate, a batch, or what is stored of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace sequencer {

enum class fault : std::uint8_t {
    none,
    digest_mismatch,    ///< the digest is not that of the content
    unknown_author,     ///< the author is no member of the committee
    malformed,          ///< sizes, counts or bitmaps that cannot be
    too_few_signers,    ///< fewer than a quorum signed
    repeated_parent,    ///< a parent is named twice
    too_few_parents,    ///< fewer than a quorum of parents in the round before
    missing_parent,     ///< a parent is not there
    parent_not_earlier, ///< a parent is of the same round, or of a later one
    equivocation,       ///< the author has another certificate in this round
    missing_batch,      ///< the batch is not there
    undecodable,        ///< the record fails its checksum
    wrong_mark,         ///< marked as committed where the commit rule does not, or otherwise
    wrong_order,        ///< the positions of the committed are not the commit rule's
    wrong_reference,    ///< a batch is referenced by a certificate that does not have it
    wrong_count,        ///< the metadata count something else than is stored
    wrong_reputation,   ///< performances are not the commit rule's, or a score not theirs
    wrong_index,        ///< an index and its records disagree
    wrong_checkpoint,   ///< the list of checkpoints, their headers and their chunks disagree
};

[[nodiscard]] std::string_view to_string(fault what);

} // namespace sequencer
