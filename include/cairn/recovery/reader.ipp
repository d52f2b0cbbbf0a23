// SPDX-License-Identifier: BSL-1.0
// How the bytes of a checkpoint come into its reader.
#pragma once

#include <cairn/recovery/reader.hpp>

namespace cairn::inline v0 {

CAIRN_INLINE std::uint64_t checkpoint_reader::long_number()
{
    auto value = std::uint64_t{0};
    for (auto shift = 0; shift != 70; shift += 7) {
        auto const byte = static_cast<std::uint64_t>(*take(1));
        if (shift == 63 && byte > 1) break;
        value |= (byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    refuse("a number in it has no end");
}

CAIRN_INLINE void checkpoint_reader::bytes(std::span<std::byte> target)
{
    while (!target.empty()) {
        if (at_ == window_.size()) fill(1);
        auto const here = window_.size() - at_;
        auto const some = here < target.size() ? here : target.size();
        std::memcpy(target.data(), take(some), some);
        target = target.subspan(some);
    }
}

CAIRN_INLINE void checkpoint_reader::fill(std::size_t count)
{
    if (count > left()) refuse("it ends too early");
    auto const rest = window_.size() - at_;
    if (rest != 0) std::memmove(window_.data(), window_.data() + at_, rest);
    window_.truncate(rest);
    at_ = 0;
    while (window_.size() < count) {
        auto const before = window_.size();
        source_(window_);
        auto const come = window_.size() - before;
        if (come == 0 || come > unread_) refuse("its chunks are not as long as it says");
        unread_ -= come;
    }
}

} // namespace cairn::inline v0
