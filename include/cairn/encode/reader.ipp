// SPDX-License-Identifier: BSL-1.0
// Taking apart a body: what need not be in every caller.
#pragma once

#include <cairn/encode/reader.hpp>

#include <exception>

namespace cairn::inline v0::detail {

CAIRN_INLINE reader::reader(
    std::span<std::byte const> in, decode_limits const& limits, damage_report const& report)
    : at_{in.data()}, end_{in.data() + in.size()}, bounds_{limits}, report_{report}
{
    if (in.size() > limits.record_bytes) fail("it is larger than the limit");
}

CAIRN_INLINE bool reader::flag()
{
    auto value = std::uint8_t{};
    number(value);
    if (value > 1) fail("a boolean is neither 0 nor 1");
    return value == 1;
}

CAIRN_INLINE std::span<std::byte const> reader::text()
{
    auto count = std::uint32_t{};
    number(count);
    if (count > left()) fail("a length is larger than the record");
    return {take(count), count};
}

CAIRN_INLINE std::size_t reader::length(std::size_t each, std::size_t least)
{
    auto count = std::uint32_t{};
    number(count);
    if (least != 0 && count > left() / least) fail("a length is larger than the record");
    if (!bounds_.charge(count, each)) fail("a container is larger than the limits allow");
    return count;
}

CAIRN_INLINE void reader::enter()
{
    if (!bounds_.enter()) fail("a value is nested too deep");
}

CAIRN_INLINE void reader::finish() const
{
    if (at_ != end_) fail("bytes are left behind its last member");
}

CAIRN_INLINE void reader::fail(char const* reason) const
{
    report_.damaged(reason);
    std::terminate();
}

} // namespace cairn::inline v0::detail
