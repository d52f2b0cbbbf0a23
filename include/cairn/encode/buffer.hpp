// SPDX-License-Identifier: BSL-1.0
// Bytes that grow at the end, kept for reuse and never filled with zeros first.
#pragma once

#include <cairn/base/array_view.hpp>

#include <cstddef>
#include <cstring>
#include <utility>

namespace cairn::inline v0 {

/// A growing run of bytes. `clear` keeps the memory, so that one buffer serves many records.
class byte_buffer {
public:
    byte_buffer() = default;
    byte_buffer(byte_buffer&& other) noexcept { swap(other); }
    byte_buffer& operator=(byte_buffer&& other) noexcept
    {
        auto taken = byte_buffer{std::move(other)};
        swap(taken);
        return *this;
    }
    byte_buffer(byte_buffer const&) = delete;
    byte_buffer& operator=(byte_buffer const&) = delete;
    ~byte_buffer() { delete[] bytes_; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::byte* data() noexcept { return bytes_; }
    [[nodiscard]] std::byte const* data() const noexcept { return bytes_; }
    [[nodiscard]] array_view<std::byte> view() const noexcept { return {bytes_, size_}; }

    void clear() noexcept { size_ = 0; }

    /// Forgets all bytes behind the first `size`; no effect if there are fewer.
    void truncate(std::size_t size) noexcept
    {
        if (size < size_) size_ = size;
    }

    /// Makes room for `capacity` bytes in all.
    void reserve(std::size_t capacity)
    {
        if (capacity > capacity_) move_to(capacity, size_);
    }

    /// Adds `count` bytes of unspecified value and returns where they begin.
    std::byte* extend(std::size_t count)
    {
        if (count > capacity_ - size_) move_to(larger_by(size_, count), size_);
        auto* const begin = bytes_ + size_;
        size_ += count;
        return begin;
    }

    /// Adds a copy of `count` bytes that do not lie in this buffer.
    void append(void const* source, std::size_t count)
    {
        if (count != 0) std::memcpy(extend(count), source, count);
    }

    void append(array_view<std::byte> source) { append(source.data(), source.size()); }

    // The memory behind the end, for a writer that says later how much of it is used.

    [[nodiscard]] std::byte* spare_begin() noexcept { return bytes_ + size_; }
    [[nodiscard]] std::byte* spare_end() noexcept { return bytes_ + capacity_; }

    /// Keeps the first `used` bytes of the spare memory and makes room for `count` behind them;
    /// returns where that room begins.
    std::byte* grow_spare(std::size_t used, std::size_t count)
    {
        auto const kept = size_ + used;
        if (count > capacity_ - kept) move_to(larger_by(kept, count), kept);
        return bytes_ + kept;
    }

    /// Makes the bytes before `end`, in the spare memory, the buffer's own.
    void commit(std::byte const* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_); }

private:
    void swap(byte_buffer& other) noexcept
    {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    /// A capacity for `count` more bytes that spares the next ones from moving.
    [[nodiscard]] std::size_t larger_by(std::size_t kept, std::size_t count) const noexcept
    {
        auto const usual = capacity_ + capacity_ / 2 + 256;
        return kept + count > usual ? kept + count : usual;
    }

    void move_to(std::size_t capacity, std::size_t kept)
    {
        auto* const larger = new std::byte[capacity];
        if (kept != 0) std::memcpy(larger, bytes_, kept);
        delete[] bytes_;
        bytes_ = larger;
        capacity_ = capacity;
    }

    std::byte* bytes_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace cairn::inline v0
