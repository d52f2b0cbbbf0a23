// SPDX-License-Identifier: BSL-1.0
// Page tokens: their bytes.
#pragma once

#include <cairn/base/text.hpp>
#include <cairn/encode/checksum.hpp>
#include <cairn/encode/ordered.hpp>
#include <cairn/store/conflicts.hpp>
#include <cairn/store/page_token.hpp>

namespace cairn::inline v0::detail {

CAIRN_INLINE position
position_of(shape const& s, question const& q, array_view<cell> columns, std::int64_t sequence)
{
    auto at = position{};
    auto append = [&](array_view<std::uint8_t> members) {
        for (auto const m : members) {
            append_ordered(at, columns[column_position(s, m)], s.members[m].type);
        }
    };
    if (q.order == ordering::key) append(s.key.columns());
    if (q.order == ordering::index) append(s.indexes[q.index].columns());
    if (q.order != ordering::key)
        append_ordered(at, cell::of(sequence), {scalar::integer, 8, false});
    return at;
}

CAIRN_INLINE bound bound_at(std::int64_t sequence)
{
    auto at = bound{.value = {}, .inclusive = true};
    append_ordered(at.value, cell::of(sequence), {scalar::integer, 8, false});
    return at;
}

CAIRN_INLINE bound bound_above(std::int64_t sequence)
{
    auto above = bound_at(sequence);
    above.inclusive = false;
    return above;
}

/// A number that differs for different questions, so that a token is not used with another one.
inline std::uint64_t fingerprint(shape const& s, question const& q)
{
    auto text = std::string{s.name}.append(1, '\0');
    auto const add = [&](std::string_view part) {
        text.append(std::to_string(part.size())).append(":").append(part);
    };
    add(q.order == ordering::index ? s.indexes[q.index].name : "");
    add(q.order == ordering::key ? "key" : "");
    add(q.equal);
    add(q.lower ? q.lower->value : "");
    add(q.upper ? q.upper->value : "");
    text.append({q.lower ? (q.lower->inclusive ? '2' : '1') : '0'});
    text.append({q.upper ? (q.upper->inclusive ? '2' : '1') : '0', q.reversed ? 'r' : 'f'});
    return checksum(std::as_bytes(std::span{text}));
}

inline constexpr char token_version = 1;

/// Layout: version byte, direction byte, 8 bytes of the question's fingerprint, the position;
/// all as base64url.
CAIRN_INLINE std::string make_token(shape const& s, question const& q, page_place const& place)
{
    auto bytes = std::string{token_version, place.backward ? '\1' : '\0'};
    auto const mark = fingerprint(s, q);
    for (int shift = 0; shift != 64; shift += 8) {
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(mark >> shift)));
    }
    return to_base64url(std::as_bytes(std::span{bytes.append(place.at)}));
}

/// Whether the bytes are a place in the order of the question; nothing is the beginning.
inline bool is_position(shape const& s, question const& q, std::string_view bytes)
{
    if (bytes.empty()) return true;
    auto scratch = std::string{};
    auto const pass = [&](array_view<std::uint8_t> members) {
        for (auto const m : members)
            static_cast<void>(read_ordered(bytes, s.members[m].type, scratch));
    };
    try {
        if (q.order == ordering::key) pass(s.key.columns());
        if (q.order == ordering::index) pass(s.indexes[q.index].columns());
        if (q.order != ordering::key)
            static_cast<void>(read_ordered(bytes, {scalar::integer, 8, false}, scratch));
    } catch (invalid_argument const&) {
        return false;
    }
    return bytes.empty();
}

CAIRN_INLINE page_place read_token(shape const& s, question const& q, std::string_view token)
{
    auto const refuse = [&](char const* message) {
        raise(errc::invalid_argument, {.message = message, .model = std::string{s.name}});
    };
    auto const bytes = from_base64url(token);
    if (!bytes || bytes->size() < 10) refuse("this is not a page token");
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>((*bytes)[i]); };
    if (at(0) != token_version || at(1) > 1) refuse("this page token is of another version");
    auto mark = std::uint64_t{0};
    for (std::size_t i = 0; i != 8; ++i) mark |= std::uint64_t{at(2 + i)} << (8 * i);
    if (mark != fingerprint(s, q)) refuse("this page token belongs to another range");
    auto const* rest = reinterpret_cast<char const*>(bytes->data()) + 10;
    auto place = page_place{{rest, bytes->size() - 10}, at(1) == 1};
    if (!is_position(s, q, place.at)) refuse("this is not a page token: its place is damaged");
    return place;
}

} // namespace cairn::inline v0::detail
