// SPDX-License-Identifier: BSL-1.0
// A byte string compared as by memcmp, with room for a short one inside.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace cairn::inline v0::detail {

/// The first eight bytes as a number that orders as they do; zeros stand for missing ones.
[[nodiscard]] inline std::uint64_t leading_bytes(std::string_view bytes)
{
    auto value = std::uint64_t{0};
    std::memcpy(&value, bytes.data(), std::min<std::size_t>(bytes.size(), 8));
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
    return value;
}

/// A key of an order: the first eight bytes as a number, the rest inline or on the heap.
class byte_key {
public:
    explicit byte_key(std::string_view bytes)
        : lead_{bytes.empty() ? 0 : leading_bytes(bytes)}, size_{static_cast<std::uint32_t>(
                                                               bytes.size())}
    {
        if (bytes.size() <= 8) return;
        auto const tail = bytes.substr(8);
        if (tail.size() > room) heap_ = new char[tail.size()];
        std::memcpy(is_long() ? heap_ : inside_, tail.data(), tail.size());
    }

    byte_key(byte_key const&) = delete;
    byte_key& operator=(byte_key const&) = delete;
    ~byte_key()
    {
        if (is_long()) delete[] heap_;
    }

    [[nodiscard]] std::string bytes() const
    {
        auto text = std::string(8, '\0');
        for (std::size_t i = 0; i != 8; ++i) text[i] = static_cast<char>(lead_ >> (56 - 8 * i));
        if (size_ < 8) text.resize(size_);
        return text.append(tail());
    }

    [[nodiscard]] bool operator<(byte_key const& other) const
    {
        if (lead_ != other.lead_) return lead_ < other.lead_;
        auto const order = tail().compare(other.tail());
        return order != 0 ? order < 0 : size_ < other.size_;
    }

    /// Below, at or above zero: less than, beginning with, greater than `bytes`, whose leading
    /// bytes are `lead`.
    [[nodiscard]] int against(std::string_view bytes, std::uint64_t lead) const
    {
        auto const mask = bytes.size() >= 8 ? ~std::uint64_t{0}
            : bytes.empty()                 ? std::uint64_t{0}
                                            : ~std::uint64_t{0} << (64 - 8 * bytes.size());
        if ((lead_ & mask) != lead) return (lead_ & mask) < lead ? -1 : 1;
        if (bytes.size() > 8) {
            auto const wanted = bytes.substr(8);
            auto const order = tail().substr(0, wanted.size()).compare(wanted);
            if (order != 0) return order;
        }
        return size_ < bytes.size() ? -1 : 0;
    }

private:
    static constexpr std::size_t room = 20;

    [[nodiscard]] bool is_long() const { return size_ > 8 + room; }
    [[nodiscard]] std::string_view tail() const
    {
        if (size_ <= 8) return {};
        return {is_long() ? heap_ : inside_, size_ - 8};
    }

    std::uint64_t lead_;
    union {
        char* heap_;        // NOLINT(readability-identifier-naming): private, as the union is
        char inside_[room]; // NOLINT(readability-identifier-naming)
    };
    std::uint32_t size_;
};

} // namespace cairn::inline v0::detail
