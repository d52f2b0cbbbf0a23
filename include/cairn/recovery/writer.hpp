// SPDX-License-Identifier: BSL-1.0
// What a state saves itself to.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/base/function_ref.hpp>
#include <cairn/recovery/compression.hpp>
#include <cairn/recovery/value.hpp>

#include <cstdint>
#include <span>

namespace cairn::inline v0 {

namespace detail {

/// Takes the bytes of a checkpoint, a block at a time.
using block_sink = function_ref<void(std::span<std::byte const>)>;

/// Most bytes of a number.
inline constexpr std::size_t number_bytes = 10;

} // namespace detail

/// Takes the bytes of a checkpoint and hands them on in blocks of 1 MiB, so that a state of any
/// size is saved in bounded memory. What is put is got back by a `checkpoint_reader` in the same
/// order with the same types; nothing in the bytes says what they are.
class checkpoint_writer {
public:
    explicit checkpoint_writer(detail::block_sink sink) : sink_{sink} {}
    checkpoint_writer(checkpoint_writer const&) = delete;
    checkpoint_writer& operator=(checkpoint_writer const&) = delete;

    /// A value of any type that a record can hold. Types whose values all have one size (numbers,
    /// times, arrays and structs of these) take just their bytes, others 4 more.
    /// @errors `limit_exceeded` above 1 GiB; `invalid_argument` for a variant without a value.
    template <class T>
    void put(T const& value)
    {
        static_assert(
            detail::storable<T>,
            "cairn::checkpoint_writer: a value of this type cannot be stored: put its parts, or "
            "adapt it with BOOST_HANA_ADAPT_STRUCT");
        if constexpr (detail::block_element<T>)
            raw_.append(&value, sizeof value);
        else if constexpr (detail::storable<T> && detail::is_fixed_size<T>())
            detail::append_value(raw_, value);
        else if constexpr (detail::storable<T>)
            put_sized(value);
        hand_on_full_blocks();
    }

    /// A number in 1 to 10 bytes, fewer for small ones: 7 bits in each, low ones first.
    void number(std::uint64_t value)
    {
        auto* out = raw_.extend(detail::number_bytes);
        auto const* const begin = out;
        for (; value >= 0x80; value >>= 7) *out++ = static_cast<std::byte>(value | 0x80);
        *out++ = static_cast<std::byte>(value);
        raw_.truncate(raw_.size() - detail::number_bytes + static_cast<std::size_t>(out - begin));
        hand_on_full_blocks();
    }

    /// Bytes as they are, whose number the reader knows.
    void bytes(std::span<std::byte const> source)
    {
        raw_.append(source);
        hand_on_full_blocks();
    }

    /// How many bytes were written so far.
    [[nodiscard]] std::uint64_t written() const { return handed_on_ + raw_.size(); }

    /// Hands on what is left; called by the library.
    void finish();

private:
    template <class T>
    void put_sized(T const& value)
    {
        auto const at = raw_.size();
        raw_.extend(sizeof(std::uint32_t));
        detail::append_value(raw_, value);
        auto const size = detail::little_endian(
            static_cast<std::uint32_t>(raw_.size() - at - sizeof(std::uint32_t)));
        std::memcpy(raw_.data() + at, &size, sizeof size);
    }

    void hand_on_full_blocks()
    {
        if (raw_.size() >= detail::block_bytes) hand_on();
    }
    void hand_on();

    detail::block_sink sink_;
    byte_buffer raw_{};
    std::uint64_t handed_on_ = 0;
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/recovery/writer.ipp>
#endif
