// SPDX-License-Identifier: BSL-1.0
// How the bytes of a checkpoint leave its writer.
#pragma once

#include <cairn/recovery/writer.hpp>

#include <cstring>

namespace cairn::inline v0 {

CAIRN_INLINE void checkpoint_writer::hand_on()
{
    auto done = std::size_t{0};
    for (; raw_.size() - done >= detail::block_bytes; done += detail::block_bytes)
        sink_({raw_.data() + done, detail::block_bytes});
    auto const rest = raw_.size() - done;
    if (rest != 0) std::memmove(raw_.data(), raw_.data() + done, rest);
    raw_.truncate(rest);
    handed_on_ += done;
}

CAIRN_INLINE void checkpoint_writer::finish()
{
    if (!raw_.empty()) sink_(raw_.view());
    handed_on_ += raw_.size();
    raw_.clear();
}

} // namespace cairn::inline v0
