// SPDX-License-Identifier: BSL-1.0
// What is still known of a checkpoint whose header cannot be read.
#pragma once

#include <cairn/describe/key_path.hpp>
#include <cairn/recovery/stored.hpp>

namespace cairn::inline v0::detail {

CAIRN_INLINE std::uint64_t number_of_damaged(corrupt_record const& damage)
{
    if (damage.key().empty()) return 0;
    try {
        return parse_key_path(shape_of<checkpoint_header>, damage.key()).view()[1].as_natural();
    } catch (invalid_argument const&) {
        return 0; // its key is damaged too
    }
}

} // namespace cairn::inline v0::detail
