// SPDX-License-Identifier: BSL-1.0
// What holds for any bytes given to the decoders of records, keys and JSON; a fuzzer and a unit
// test try it.
#pragma once

#include "../encode/models.hpp"

#include <cairn/encode/ordered.hpp>
#include <cairn/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

using bytes = std::span<std::byte const>;

/// Aborts, which a fuzzer sees in every build.
inline void require(bool holds)
{
    if (!holds) std::abort();
}

inline std::string_view text_of(bytes in)
{
    return {reinterpret_cast<char const*>(in.data()), in.size()};
}

/// A body around these fields whose checksum fits, so that the fields are decoded.
inline std::vector<std::byte> forge_body(bytes fields)
{
    namespace d = cairn::detail;
    auto const& shape = cairn::shape_of<test::everything>;
    auto body = std::vector<std::byte>(
        d::body_header_bytes + fields.size() + d::body_checksum_bytes);
    d::store_header(body.data(), shape.version);
    if (!fields.empty())
        std::memcpy(body.data() + d::body_header_bytes, fields.data(), fields.size());
    auto* const end = body.data() + body.size() - d::body_checksum_bytes;
    d::store_number(end, d::body_checksum(shape, fields));
    return body;
}

/// Whatever is decoded can be stored and decoded again, to the same bytes.
inline void require_stable(test::everything const& record)
{
    auto const once = test::stored{record};
    require(test::stored{once.decode()}.body == once.body);
}

/// F1: fields of a record, with a checksum that fits and without one.
inline void try_record(bytes in)
{
    static auto const empty = test::stored{test::everything{}};
    auto record = test::everything{};
    try {
        test::codec::decode(empty.columns, in, record);
        require(std::equal(in.begin(), in.end(), empty.body.begin(), empty.body.end()));
    } catch (cairn::error const&) {
    }
    try {
        test::codec::decode({}, forge_body(in), record);
    } catch (cairn::corrupt_record const&) {
        return;
    }
    require_stable(record);
}

/// Some columns, chosen by the first byte.
inline std::vector<cairn::column_type> choose_columns(std::uint8_t seed)
{
    using cairn::scalar;
    static constexpr cairn::column_type all[] = {
        {scalar::boolean, 1},    {scalar::integer, 1},      {scalar::integer, 8},
        {scalar::natural, 2},    {scalar::natural, 8},      {scalar::real, 8},
        {scalar::text, 0},       {scalar::bytes, 0},        {scalar::bytes, 5},
        {scalar::text, 0, true}, {scalar::integer, 4, true}};
    auto out = std::vector<cairn::column_type>{};
    for (auto n = 1 + seed % 3; n > 0; --n, seed = static_cast<std::uint8_t>(seed * 7 + 3))
        out.push_back(all[seed % std::size(all)]);
    return out;
}

/// The encoding of what was read, or nothing if `in` is no key of these columns.
inline bool read_key(
    std::string_view& in, std::vector<cairn::column_type> const& columns, std::string& again)
{
    auto scratch = std::string{};
    try {
        for (auto const& type : columns)
            cairn::append_ordered(again, cairn::read_ordered(in, type, scratch), type);
    } catch (cairn::invalid_argument const&) {
        return false;
    }
    return true;
}

/// F2: a key is exactly the bytes it was read from, and no other key begins with it.
inline void try_key(bytes in)
{
    if (in.empty()) return;
    auto const columns = choose_columns(std::to_integer<std::uint8_t>(in.front()));
    auto const whole = text_of(in.subspan(1));
    auto rest = whole;
    auto key = std::string{};
    if (!read_key(rest, columns, key)) return;
    require(key == whole.substr(0, whole.size() - rest.size()));
    for (std::size_t size = 0; size < key.size(); ++size) {
        auto part = std::string_view{key}.substr(0, size);
        auto other = std::string{};
        require(!read_key(part, columns, other));
    }
}

/// F3: JSON that is read can be written, and reads back to the same text.
inline void try_json(bytes in)
{
    try {
        auto const record = cairn::from_json<test::everything>(text_of(in));
        auto const text = cairn::to_json(record, {.secrets = true});
        auto const again = cairn::from_json<test::everything>(text);
        require(cairn::to_json(again, {.secrets = true}) == text);
        require_stable(record);
    } catch (cairn::invalid_argument const&) {
    }
}

/// The first byte chooses the target.
inline void try_bytes(bytes in)
{
    if (in.empty()) return;
    auto const rest = in.subspan(1);
    switch (std::to_integer<unsigned>(in.front()) % 3) {
    case 0: return try_record(rest);
    case 1: return try_key(rest);
    default: return try_json(rest);
    }
}

} // namespace fuzz
