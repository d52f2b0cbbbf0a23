// SPDX-License-Identifier: BSL-1.0
// The record as bytes, written by hand: fixed width, little-endian, length before what varies.
#pragma once

#include "../support/task.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace bench::floor {

static_assert(std::endian::native == std::endian::little, "copies integers as they are");

class encoder {
public:
    explicit encoder(std::string& out) : out_{out} { out_.clear(); }

    template <class Integer>
        requires std::is_integral_v<Integer>
    void put(Integer value)
    {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        out_.append(raw, sizeof value);
    }

    void put(timestamp value) { put(std::int64_t{value.time_since_epoch().count()}); }

    void put_bytes(void const* data, std::size_t size)
    {
        put(static_cast<std::uint32_t>(size));
        out_.append(static_cast<char const*>(data), size);
    }

    void put(std::string const& text) { put_bytes(text.data(), text.size()); }

private:
    std::string& out_;
};

class decoder {
public:
    decoder(void const* data, std::size_t size) : at_{static_cast<char const*>(data)}, left_{size}
    {
    }

    template <class Integer>
        requires std::is_integral_v<Integer>
    void get(Integer& value) { std::memcpy(&value, take(sizeof value), sizeof value); }

    void get(timestamp& value)
    {
        auto count = std::int64_t{};
        get(count);
        value = timestamp{std::chrono::nanoseconds{count}};
    }

    void get(std::string& text)
    {
        auto const size = length();
        text.assign(take(size), size);
    }

    void get(std::vector<std::byte>& bytes)
    {
        auto const size = length();
        auto const* first = reinterpret_cast<std::byte const*>(take(size));
        bytes.assign(first, first + size);
    }

    bool flag()
    {
        auto value = std::uint8_t{};
        get(value);
        return value != 0;
    }

private:
    std::size_t length()
    {
        auto size = std::uint32_t{};
        get(size);
        return size;
    }

    char const* take(std::size_t size)
    {
        if (size > left_) throw std::runtime_error("the record ends too early");
        auto const* begin = at_;
        at_ += size;
        left_ -= size;
        return begin;
    }

    char const* at_;
    std::size_t left_;
};

/// The fields that are neither the key nor indexed.
inline void encode_rest(encoder& out, task const& t)
{
    out.put(t.avs_address);
    out.put(t.operator_set_id);
    out.put(t.callback_addr);
    out.put(std::uint8_t{t.deadline.has_value()});
    if (t.deadline) out.put(*t.deadline);
    out.put(t.threshold_bips);
    out.put_bytes(t.payload.data(), t.payload.size());
    out.put(t.chain_id);
    out.put(t.block_number);
    out.put(t.block_hash);
    out.put(t.version);
    out.put(t.updated_at);
    out.put(t.attempts);
    out.put(std::uint8_t{t.error.has_value()});
    if (t.error) out.put(*t.error);
}

inline void decode_rest(decoder& in, task& t)
{
    in.get(t.avs_address);
    in.get(t.operator_set_id);
    in.get(t.callback_addr);
    if (in.flag())
        in.get(t.deadline.emplace());
    else
        t.deadline.reset();
    in.get(t.threshold_bips);
    in.get(t.payload);
    in.get(t.chain_id);
    in.get(t.block_number);
    in.get(t.block_hash);
    in.get(t.version);
    in.get(t.updated_at);
    in.get(t.attempts);
    if (in.flag())
        in.get(t.error.emplace());
    else
        t.error.reset();
}

/// Every field, the key and the indexed ones first.
inline void encode(std::string& out, task const& t)
{
    auto to = encoder{out};
    to.put(t.id);
    to.put(static_cast<std::uint8_t>(t.status));
    to.put(t.created_at);
    encode_rest(to, t);
}

inline void decode(void const* data, std::size_t size, task& t)
{
    auto from = decoder{data, size};
    auto status = std::uint8_t{};
    from.get(t.id);
    from.get(status);
    from.get(t.created_at);
    t.status = static_cast<task_status>(status);
    decode_rest(from, t);
}

} // namespace bench::floor
