// SPDX-License-Identifier: BSL-1.0
// What a state loads itself from.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/base/function_ref.hpp>
#include <cairn/recovery/value.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace cairn::inline v0 {

namespace detail {

/// Appends the next block of a checkpoint to a buffer.
using block_source = function_ref<void(byte_buffer&)>;

} // namespace detail

/// Gives back what a `checkpoint_writer` was given, in the same order, from verified blocks. Every
/// byte must be taken. Memory: one block, and the largest single value.
///
/// Whatever does not fit ends this checkpoint, not the recovery: the one before it is tried.
class checkpoint_reader {
public:
    checkpoint_reader(detail::block_source source, std::uint64_t bytes)
        : source_{source}, unread_{bytes}
    {
    }
    checkpoint_reader(checkpoint_reader const&) = delete;
    checkpoint_reader& operator=(checkpoint_reader const&) = delete;

    /// The value that was `put`.
    template <class T>
    [[nodiscard]] T get()
    {
        auto value = T{};
        get(value);
        return value;
    }
    template <class T>
    void get(T& value)
    {
        if constexpr (detail::block_element<T>)
            std::memcpy(&value, take(sizeof value), sizeof value);
        else if constexpr (detail::is_fixed_size<T>())
            parse(detail::least_bytes<T>(), value);
        else
            parse(detail::little_endian(get<std::uint32_t>()), value);
    }

    /// What was written by `number`.
    [[nodiscard]] std::uint64_t number()
    {
        if (at_ == window_.size() || window_.data()[at_] > std::byte{0x7F}) return long_number();
        return static_cast<std::uint64_t>(window_.data()[at_++]);
    }

    /// A number that must be below `limit`: a position in a container, say.
    [[nodiscard]] std::uint64_t number_below(std::uint64_t limit)
    {
        auto const value = number();
        if (value >= limit) refuse("a number in it is too large");
        return value;
    }

    /// The number of elements that follow, each of at least `least` bytes (1 or more): never more
    /// than there are bytes for, as far as the checkpoint's header tells the truth. Reserve memory
    /// for some of them, and let it grow as they are read.
    [[nodiscard]] std::size_t count(std::size_t least = 1)
    {
        return static_cast<std::size_t>(number_below(left() / least + 1));
    }

    /// Fills `target`, of any size.
    void bytes(std::span<std::byte> target);

    /// How many bytes are left.
    [[nodiscard]] std::uint64_t left() const { return unread_ + (window_.size() - at_); }

    /// Says that this checkpoint is not valid.
    [[noreturn]] void refuse(std::string reason) const
    {
        detail::refuse_checkpoint(std::move(reason));
    }

    /// Checks that every byte was taken; called by the library.
    void finish() const
    {
        if (left() != 0) refuse("the state did not take all of its bytes");
    }

private:
    std::byte const* take(std::size_t count)
    {
        if (window_.size() - at_ < count) fill(count);
        auto const* const begin = window_.data() + at_;
        at_ += count;
        return begin;
    }

    template <class T>
    void parse(std::size_t size, T& value)
    {
        auto const* const begin = take(size);
        detail::parse_value({begin, size}, value);
    }

    void fill(std::size_t count);
    [[nodiscard]] std::uint64_t long_number();

    detail::block_source source_;
    byte_buffer window_{};
    std::size_t at_ = 0; // in window_
    std::uint64_t unread_;
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/recovery/reader.ipp>
#endif
