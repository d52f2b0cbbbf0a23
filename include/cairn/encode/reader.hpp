// SPDX-License-Identifier: BSL-1.0
// Takes bytes and lengths from a body that may be hostile; knows no types.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/encode/limits.hpp>
#include <cairn/encode/writer.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace cairn::inline v0::detail {

/// Who says, by throwing, that a record is damaged: it knows which record that is.
struct damage_report {
    virtual void damaged(char const* reason) const = 0; ///< never returns

protected:
    ~damage_report() = default;
};

/// Takes bytes from the front of a span, within the limits of a record. No length that it returns
/// is larger than what the bytes left can hold.
class reader {
public:
    reader(std::span<std::byte const> in, decode_limits const& limits, damage_report const& report);

    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    std::byte const* take(std::size_t count)
    {
        if (count > left()) fail("it ends too early");
        auto const* const begin = at_;
        at_ += count;
        return begin;
    }

    template <class Number>
    void number(Number& value)
    {
        auto bits = bits_of_size<sizeof(Number)>{};
        std::memcpy(&bits, take(sizeof bits), sizeof bits);
        value = std::bit_cast<Number>(little_endian(bits));
    }

    [[nodiscard]] bool flag();

    /// A text, or other bytes whose number varies, behind their length.
    [[nodiscard]] std::span<std::byte const> text();

    /// The length of a container whose elements take `each` bytes of memory and at least `least`
    /// bytes of the body.
    [[nodiscard]] std::size_t length(std::size_t each, std::size_t least);

    void enter();
    void leave() noexcept { bounds_.leave(); }

    /// Checks that nothing is left.
    void finish() const;

    [[noreturn]] void fail(char const* reason) const;

private:
    std::byte const* at_;
    std::byte const* end_;
    bounds bounds_;
    damage_report const& report_;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/encode/reader.ipp>
#endif
