// SPDX-License-Identifier: BSL-1.0
// The frame of a record's body: its bytes, and what is said of damaged ones.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/describe/key_path.hpp>
#include <cairn/encode/body.hpp>
#include <cairn/encode/checksum.hpp>
#include <cairn/encode/ordered.hpp>

#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace cairn::inline v0::detail {

template <class Number>
std::byte* store_number(std::byte* at, Number value)
{
    auto const bits = little_endian(value);
    std::memcpy(at, &bits, sizeof bits);
    return at + sizeof bits;
}

template <class Number>
Number load_number(std::byte const* at)
{
    auto bits = Number{};
    std::memcpy(&bits, at, sizeof bits);
    return little_endian(bits);
}

inline std::byte* store_header(std::byte* at, std::uint32_t version)
{
    return store_number(store_number(at, body_format), version);
}

CAIRN_INLINE std::uint64_t body_checksum(shape const& model, std::span<std::byte const> members)
{
    std::byte text[96]; // names of models have at most 64 characters
    auto* at = store_header(text, model.version);
    at = store_number(at, static_cast<std::uint32_t>(model.name.size()));
    std::memcpy(at, model.name.data(), model.name.size());
    at = store_number(at + model.name.size(), checksum(members));
    return checksum({text, static_cast<std::size_t>(at - text)});
}

CAIRN_INLINE void write_header(writer& out, shape const& model)
{
    out.number(body_format);
    out.number(model.version);
}

CAIRN_INLINE void finish_body(writer& out, shape const& model)
{
    out.number(body_checksum(model, out.written().subspan(body_header_bytes)));
    out.check_size();
    out.commit();
}

CAIRN_INLINE void drop_body(writer& out)
{
    out.number(std::uint64_t{0});
    out.check_size();
}

CAIRN_INLINE std::span<std::byte const> found_record::open(std::span<std::byte const> body) const
{
    if (body.size() < body_header_bytes + body_checksum_bytes) damaged("its body is too short");
    auto const members = body.subspan(
        body_header_bytes, body.size() - body_header_bytes - body_checksum_bytes);
    std::byte expected[body_header_bytes];
    store_header(expected, model_.version);
    auto const same_header = std::memcmp(body.data(), expected, body_header_bytes) == 0;
    auto const stored = load_number<std::uint64_t>(members.data() + members.size());
    auto const same_sum = body_checksum(model_, members) == stored;
    if (!same_header && !same_sum) refuse_header(body);
    if (!same_header || !same_sum) damaged("its checksum is wrong");
    return members;
}

CAIRN_INLINE void found_record::damaged(char const* reason) const
{
    damaged(reason, {});
}

CAIRN_INLINE void found_record::compare(cells own) const
{
    if (columns_.size() != own.size()) damaged("it has other columns");
    for (std::size_t i = 0; i < own.size(); ++i)
        if (!(columns_[i] == own[i]))
            damaged("a column differs from the record", model_.members[model_.columns[i]].name);
}

CAIRN_INLINE bool found_record::find_key(cell* out) const
{
    for (auto const member : model_.key.columns()) {
        for (std::size_t i = 0; i < model_.columns.size() && i < columns_.size(); ++i)
            if (model_.columns[i] == member) *out = columns_[i];
        auto const type = model_.members[member].type;
        auto const fixed = type.kind == scalar::bytes && type.width != 0;
        if (out->kind != tag_of(type.kind) || (fixed && out->size != type.width)) return false;
        ++out;
    }
    return true;
}

CAIRN_INLINE void found_record::damaged(char const* reason, std::string_view member) const
{
    throw damage(reason, member);
}

CAIRN_INLINE corrupt_record found_record::damage(char const* reason, std::string_view member) const
{
    auto told = error_details{
        .message = std::string{"a stored record is damaged: "}.append(reason),
        .model = std::string{model_.name},
        .index = std::string{member}};
    auto key = std::array<cell, max_index_columns>{};
    try {
        if (find_key(key.data())) told.key = key_path(model_, {key.data(), model_.key.size});
    } catch (error const&) {
        // The columns are damaged too: the record has no key to tell.
    }
    return corrupt_record{std::move(told)};
}

/// The header says another format or version than this program's, and the checksum does not fit:
/// a record of someone else. If only the header were damaged, the checksum would fit.
CAIRN_INLINE void found_record::refuse_header(std::span<std::byte const> body) const
{
    auto const format = load_number<std::uint8_t>(body.data());
    auto const version = load_number<std::uint32_t>(body.data() + 1);
    auto const of_format = format != body_format;
    auto const of = [](auto stored, auto known) {
        return std::to_string(stored) + ", this program knows " + std::to_string(known);
    };
    auto told = error_details{
        .message = of_format ? "a stored record has format " + of(format, body_format)
                             : "a stored record has version " + of(version, model_.version),
        .model = std::string{model_.name}};
    auto const newer = of_format || version > model_.version;
    raise(newer ? errc::newer_version : errc::schema_mismatch, std::move(told));
}

} // namespace cairn::inline v0::detail
