// SPDX-License-Identifier: BSL-1.0
// The names of faults, as commands print them.
#include "fault.hpp"

namespace sequencer {

std::string_view to_string(fault what)
{
    switch (what) {
    case fault::none: return "none";
    case fault::digest_mismatch: return "digest_mismatch";
    case fault::unknown_author: return "unknown_author";
    case fault::malformed: return "malformed";
    case fault::too_few_signers: return "too_few_signers";
    case fault::repeated_parent: return "repeated_parent";
    case fault::too_few_parents: return "too_few_parents";
    case fault::missing_parent: return "missing_parent";
    case fault::parent_not_earlier: return "parent_not_earlier";
    case fault::equivocation: return "equivocation";
    case fault::missing_batch: return "missing_batch";
    case fault::undecodable: return "undecodable";
    case fault::wrong_mark: return "wrong_mark";
    case fault::wrong_order: return "wrong_order";
    case fault::wrong_reference: return "wrong_reference";
    case fault::wrong_count: return "wrong_count";
    case fault::wrong_reputation: return "wrong_reputation";
    case fault::wrong_index: return "wrong_index";
    case fault::wrong_checkpoint: return "wrong_checkpoint";
    }
    return "unknown";
}

} // namespace sequencer
