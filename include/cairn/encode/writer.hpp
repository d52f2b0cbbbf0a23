// SPDX-License-Identifier: BSL-1.0
// Appends bytes and lengths to a body, within the limits of a record; knows no types.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/base/config.hpp>
#include <cairn/encode/buffer.hpp>
#include <cairn/encode/limits.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cairn::inline v0::detail {

/// The unsigned integer as wide as `Size` bytes.
template <std::size_t Size>
using bits_of_size = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<
        Size == 2, std::uint16_t, std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

template <class Bits>
constexpr Bits little_endian(Bits value)
{
    if constexpr (std::endian::native == std::endian::little || sizeof(Bits) == 1) return value;
    auto turned = Bits{};
    for (std::size_t i = 0; i < sizeof(Bits); ++i)
        turned = static_cast<Bits>(turned << 8 | (value >> (8 * i) & 0xFF));
    return turned;
}

/// Writes behind the end of a buffer. The buffer has the bytes only once `commit` was called, so
/// that nothing remains of a record that could not be written.
class writer {
public:
    writer(byte_buffer& out, decode_limits const& limits, std::string_view model) noexcept
        : out_{out}, at_{out.spare_begin()}, end_{out.spare_end()}, bounds_{limits}, model_{model}
    {
    }
    writer(writer const&) = delete;
    writer& operator=(writer const&) = delete;

    template <class Number>
    void number(Number value)
    {
        auto const bits = little_endian(std::bit_cast<bits_of_size<sizeof value>>(value));
        if (static_cast<std::size_t>(end_ - at_) < sizeof bits) grow(sizeof bits);
        std::memcpy(at_, &bits, sizeof bits);
        at_ += sizeof bits;
    }

    void bytes(void const* source, std::size_t count);

    /// A text, or other bytes whose number varies, behind their length.
    void text(void const* source, std::size_t count);

    /// The length of a container whose elements take `each` bytes of memory.
    void length(std::size_t count, std::size_t each);

    void enter();
    void leave() noexcept { bounds_.leave(); }

    /// The bytes written so far.
    [[nodiscard]] std::span<std::byte const> written() const noexcept;

    /// Brings what was written from `start` on into the order of its entries' bytes; `ends` are
    /// where the entries end, all counted from the first byte written.
    void sort(std::size_t start, array_view<std::size_t> ends);

    /// Checks the size of all that was written.
    void check_size() const;

    void commit() noexcept { out_.commit(at_); }

    [[noreturn]] void refuse_value(char const* reason) const;

private:
    void grow(std::size_t count);
    [[noreturn]] void refuse(char const* reason) const;
    [[noreturn]] void refuse_size() const;

    byte_buffer& out_;
    std::byte* at_;
    std::byte* end_;
    bounds bounds_;
    std::string_view model_;
};

/// Entries that are written one by one from here on, and brought into the order of their bytes.
class sorted_entries {
public:
    sorted_entries(writer& out, std::size_t count);
    sorted_entries(sorted_entries const&) = delete;
    sorted_entries& operator=(sorted_entries const&) = delete;
    ~sorted_entries(); // not in every program's file

    void end_one(); ///< what was written since the last one is an entry
    void sort();    ///< once, behind the last entry

private:
    writer& out_;
    std::size_t start_;
    std::vector<std::size_t> ends_;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/encode/writer.ipp>
#endif
