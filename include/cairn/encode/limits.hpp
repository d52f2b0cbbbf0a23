// SPDX-License-Identifier: BSL-1.0
// How much a record may ask of the machine that reads or writes it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cairn::inline v0 {

/// The bounds of one record's body. The same bounds hold for writing, so that whatever was
/// written can be read.
struct decode_limits {
    std::size_t record_bytes = std::size_t{16} << 20; ///< bytes of a body
    std::size_t elements = std::size_t{1} << 20; ///< of one container; bytes count as record_bytes
    std::size_t memory = std::size_t{64} << 20;  ///< bytes that the elements of all containers take
    std::uint32_t depth = 64; ///< containers and user-serialized objects within one another
};

namespace detail {

/// What is left of the limits in the middle of a record. Each step answers whether it may be done.
class bounds {
public:
    explicit bounds(decode_limits const& limits) noexcept : limits_{limits}, memory_{limits.memory}
    {
    }

    [[nodiscard]] decode_limits const& limits() const noexcept { return limits_; }

    /// `count` elements that take `each` bytes of memory.
    [[nodiscard]] bool charge(std::size_t count, std::size_t each) noexcept
    {
        if (count > limits_.elements || count > memory_ / each) return false;
        memory_ -= count * each;
        return true;
    }

    [[nodiscard]] bool enter() noexcept { return ++depth_ <= limits_.depth; }
    void leave() noexcept { --depth_; }

private:
    decode_limits limits_;
    std::size_t memory_;
    std::uint32_t depth_ = 0;
};

/// One level deeper, until the end of the scope.
template <class Stream>
class deeper {
public:
    explicit deeper(Stream& stream) : stream_{stream} { stream_.enter(); }
    deeper(deeper const&) = delete;
    deeper& operator=(deeper const&) = delete;
    ~deeper() { stream_.leave(); }

private:
    Stream& stream_;
};

} // namespace detail

} // namespace cairn::inline v0
